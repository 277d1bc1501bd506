# One image for every part of a production installation: Airflow's, MLflow and the inference server.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git libgomp1 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /srv/headwater
COPY requirements.lock setup.cfg pyproject.toml README.md LICENSE ./
COPY pipeline ./pipeline
COPY lineage ./lineage
RUN pip install --constraint requirements.lock ".[postgres,examples,production]"
COPY dags ./dags

RUN useradd --create-home --uid 1000 headwater && chown headwater /srv/headwater
USER headwater
ENV AIRFLOW_HOME=/srv/headwater/airflow HEADWATER_DAGS=/srv/headwater/dags
CMD ["headwater", "--help"]

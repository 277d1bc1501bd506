"""Airflow on this machine: its four processes, on loopback, with a home of its own.

Nothing of Airflow is imported here: it is started, configured by its environment, and asked over HTTP.
"""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

from pipeline.services.airflow_api import AirflowApi
from pipeline.services.group import Services, answer
from pipeline.settings import Settings

PORT = 8080
_PATIENCE_S = 120.0
_GRACE_S = 4.0
_AIRFLOW = (sys.executable, "-P", "-m", "airflow")
_PARTS = {
    "airflow-api-server": (*_AIRFLOW, "api-server", "--workers", "1"),
    "airflow-scheduler": (sys.executable, "-P", "-m", "pipeline.services.warm", "scheduler", "-s"),
    "airflow-dag-processor": (*_AIRFLOW, "dag-processor"),
    "airflow-triggerer": (*_AIRFLOW, "triggerer", "-s"),
}
_HEALTHY = ("metadatabase", "scheduler", "dag_processor")


def start_airflow(services: Services) -> AirflowApi:
    """Start Airflow at the port of `services.settings.airflow_url` and wait until it is healthy.

    Raises:
        ServiceUnavailable: a part of it ended, or it is not healthy in time.
    """
    settings = services.settings
    _make_database(services)
    for name, command in _PARTS.items():
        services.start(name, command, extra=_configuration(settings), grace_s=_GRACE_S)
    health = f"{settings.airflow_url}/api/v2/monitor/health"
    services.wait_until(lambda: _is_healthy(health), what="Airflow", patience_s=_PATIENCE_S)
    return AirflowApi(settings.airflow_url)


def task_logs(settings: Settings) -> Path:
    """The folder of what tasks wrote, one folder for each DAG and in it one for each run."""
    return _home(settings) / "logs"


def _is_healthy(url: str) -> bool:
    response = answer(url)
    if response is None or response.status_code != 200:
        return False
    parts = response.json()
    return all((parts.get(part) or {}).get("status") == "healthy" for part in _HEALTHY)


def _make_database(services: Services) -> None:
    """Make Airflow's database, once for each version of Airflow; one that was not finished is begun anew."""
    settings = services.settings
    home = _home(settings)
    made_by, version = home / "made-by", importlib.metadata.version("apache-airflow")
    if made_by.exists() and made_by.read_text() == version:
        return
    if not made_by.exists():
        for begun in ("airflow.db", "airflow.cfg"):
            (home / begun).unlink(missing_ok=True)
    home.mkdir(parents=True, exist_ok=True)
    services.run("airflow-database", (*_AIRFLOW, "db", "migrate"), extra=_configuration(settings))
    made_by.write_text(version)


def _home(settings: Settings) -> Path:
    return settings.home / "airflow"


def _configuration(settings: Settings) -> dict[str, str]:
    """Airflow's settings: quick on two cores, SQLite, no examples, everyone on this machine an admin."""
    home, url = _home(settings), settings.airflow_url
    sections = {
        "CORE__DAGS_FOLDER": str(settings.dags),
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": "4",
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "API__HOST": "127.0.0.1",
        "API__PORT": url.rpartition(":")[2],
        "API__BASE_URL": url,
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
        "DAG_PROCESSOR__REFRESH_INTERVAL": "5",
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "10",
        "WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "WORKERS__EXECUTION_API_TIMEOUT": "60",
        "LOGGING__BASE_LOG_FOLDER": str(task_logs(settings)),
        "LOGGING__NAMESPACE_LEVELS": "great_expectations=WARNING alembic=WARNING httpx=WARNING",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    return {"AIRFLOW_HOME": str(home), **{f"AIRFLOW__{name}": value for name, value in sections.items()}}

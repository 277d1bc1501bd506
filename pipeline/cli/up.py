"""`headwater up`: Airflow, MLflow and the inference servers on this machine, until Ctrl-C."""

from __future__ import annotations

import click


@click.command(short_help="Run Airflow, MLflow and the inference servers.")
@click.option("--airflow-port", default=8080, show_default=True, help="Where Airflow is to be, if that port is free.")
@click.option("--mlflow-port", default=5000, show_default=True, help="Where MLflow is to be, if that port is free.")
@click.option("--server-port", default=8000, show_default=True, help="Where the first inference server is to be.")
def up(airflow_port: int, mlflow_port: int, server_port: int) -> None:
    """Run Airflow with the DAGs loaded, the MLflow UI, and an inference server for each live release.

    Everything listens on this machine only. A port that is taken is replaced by a free one. What the
    services have to say goes to files under .headwater/logs. Ctrl-C stops all of them.
    """
    from pipeline.services.house import House
    from pipeline.settings import Settings

    house = House(Settings.from_environment(), say=click.echo)
    house.open(airflow_port=airflow_port, mlflow_port=mlflow_port, server_port=server_port)

"""`headwater demo`: a pipeline from end to end, and one served prediction traced to its source rows."""

from __future__ import annotations

import click


@click.command(short_help="Run a pipeline end to end and trace one prediction.")
@click.argument("dag", default="loan_approval")
def demo(dag: str) -> None:
    """Run DAG through Airflow, serve the model that it released, and trace one prediction to its source rows.

    Airflow and the inference server are started for this and stopped afterwards; where `headwater
    up` runs, its Airflow is used. Steps that are unchanged since the last run are reused.
    """
    from pipeline.cli.demonstration import Demonstration
    from pipeline.settings import Settings

    Demonstration(dag, Settings.from_environment()).show()

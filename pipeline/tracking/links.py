"""Links from an MLflow run to everything else that knows of it, and the link to the run."""

from __future__ import annotations

import shlex
from typing import Any

from pipeline.settings import Settings


def ui_link(settings: Settings, run_id: str) -> str:
    """Give the address of a run in MLflow's UI, or "" where nobody serves it or there is no run."""
    return f"{settings.mlflow_url.rstrip('/')}/#/runs/{run_id}" if settings.mlflow_url and run_id else ""


def lineage_command(reference: str, *, down: bool = False) -> str:
    """Give the command that shows what `reference` stands on, or with `down` what stands on it."""
    return f"headwater graph {shlex.quote(reference)} {'--down' if down else '--up'}"


def tags_of(runner: Any) -> dict[str, str]:
    """Give the tags that tie an MLflow run to the occasion: DAG, its run, task, phase, Airflow's page."""
    occasion = runner.occasion
    tags = {
        "headwater.dag": occasion.dag,
        "headwater.dag_run": occasion.dag_run,
        "headwater.task": occasion.task,
        "headwater.phase": occasion.phase,
        "headwater.airflow": occasion.airflow_url,
    }
    return {name: value for name, value in tags.items() if value}


def note(*lines: str, airflow_url: str = "") -> str:
    """Write a run's description, shown at its top in the UI: one paragraph a line, and the way to Airflow."""
    linked = [f"[This task in Airflow]({airflow_url})"] if airflow_url else []
    return "\n\n".join([*(line for line in lines if line), *linked])

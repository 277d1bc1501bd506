"""The MLflow runs of one DAG run: a parent for what concerns them all, and a child per candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.tracking.client import experiment
from pipeline.tracking.links import note, tags_of

if TYPE_CHECKING:
    from mlflow import MlflowClient

_PIN = "mlflow:parent"


def parent(client: MlflowClient, runner: Any) -> str:
    """Give the id of the MLflow run that stands for this DAG run; the store decides which of two is it."""
    occasion = runner.occasion
    known = runner.store.pinned(occasion.dag, occasion.dag_run, _PIN)
    if known and is_there(client, known):
        return known
    tags = tags_of(runner) | {"headwater.kind": "dag run"}
    tags.pop("headwater.task", None)
    tags["mlflow.note.content"] = note(
        "Validation and audit of one DAG run; its candidates are the runs below.", airflow_url=occasion.airflow_url
    )
    made = client.create_run(
        experiment(client, runner.settings, dag=occasion.dag), run_name=occasion.dag_run or occasion.dag, tags=tags
    ).info.run_id
    client.set_terminated(made)
    first = runner.store.pin(occasion.dag, occasion.dag_run, _PIN, made)
    if first == made or not is_there(client, first):
        return made
    client.delete_run(made)
    return first


def is_there(client: MlflowClient, run_id: str) -> bool:
    """Whether MLflow has the run and it is not deleted: its database may be younger than the store."""
    from mlflow.exceptions import MlflowException

    try:
        return client.get_run(run_id).info.lifecycle_stage == "active"
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return False
        raise


def finished(client: MlflowClient, experiment_id: str, *, tags: dict[str, str], dag_run: str) -> str:
    """Give the finished run with these tags, or ""; runs that broke off on the way are deleted.

    One that is not finished broke off if it failed, or if it is an earlier try's of this `dag_run`;
    another DAG run may be at work on its own. The values of `tags` hold no quotation marks.
    """
    condition = " and ".join(f"tags.`{name}` = '{value}'" for name, value in tags.items())
    found = client.search_runs([experiment_id], condition, max_results=10)
    for run in found:
        ours = run.data.tags.get("headwater.dag_run") == dag_run
        if run.info.status == "FAILED" or (ours and run.info.status != "FINISHED"):
            client.delete_run(run.info.run_id)
    return next((run.info.run_id for run in found if run.info.status == "FINISHED"), "")


def delete_files(place: str, path: str | None = None) -> None:
    """Delete a file or a folder that MLflow keeps at `place`, a URI; without `path` all that is there."""
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    get_artifact_repository(place).delete_artifacts(path)

"""The model registry of MLflow: one registered model per DAG, a version per model, two aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.tracking.candidate import show
from pipeline.tracking.client import speaking
from pipeline.tracking.links import lineage_command
from pipeline.tracking.runs import is_there

if TYPE_CHECKING:
    from mlflow import MlflowClient

CANDIDATE, CHAMPION = "candidate", "champion"
_MODEL_TAG = "headwater.model"


def register(runner: Any, *, model: str, mlflow_run_id: str) -> str:
    """Register a model under its DAG's name with the alias `candidate`; give its version.

    The same model is registered once. `mlflow_run_id` is the run of its candidate; where MLflow
    does not know it (a new server, a lost database), it is shown there again.

    Raises:
        ServiceUnavailable: MLflow cannot be used.
    """
    name, manifest = runner.occasion.dag, dict(runner.value(model))
    with speaking(runner.settings) as client:
        run_id = _known_run(client, runner, model=model, run_id=mlflow_run_id)
        version = _version(client, name, model) or _create(client, name, model=model, run_id=run_id)
        client.log_dict(run_id, manifest, "model.json")
        client.set_registered_model_alias(name, CANDIDATE, version)
    return version


def promote(runner: Any, *, model: str) -> str:
    """Give a model the alias `champion`: it is the one released; give its version.

    A model that MLflow does not know is registered there first.

    Raises:
        ServiceUnavailable: MLflow cannot be used.
    """
    name = model.partition("/")[2].partition("@")[0]
    with speaking(runner.settings) as client:
        version = _version(client, name, model)
        if not version:
            run_id = _known_run(client, runner, model=model, run_id="")
            version = _create(client, name, model=model, run_id=run_id)
        client.set_registered_model_alias(name, CHAMPION, version)
    return version


def _known_run(client: MlflowClient, runner: Any, *, model: str, run_id: str) -> str:
    """Give `run_id` if MLflow has it, else that of the model's candidate, shown again where need be."""
    if run_id and is_there(client, run_id):
        return run_id
    made_of = {use.role: use.artifact.reference for use in runner.store.producer(model).inputs}
    return show(runner, estimator=made_of["estimator"], scores=made_of["scores"])


def _version(client: MlflowClient, name: str, model: str) -> str:
    found = client.search_model_versions(f"name = '{name}' and tags.`{_MODEL_TAG}` = '{model}'", max_results=1)
    return str(found[0].version) if found else ""


def _create(client: MlflowClient, name: str, *, model: str, run_id: str) -> str:
    from mlflow.exceptions import MlflowException

    run = client.get_run(run_id)
    model_id = run.outputs.model_outputs[0].model_id
    try:
        client.create_registered_model(name, description=f"The models of the DAG {name}, chosen by its metric.")
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    made = client.create_model_version(
        name,
        source=f"models:/{model_id}",
        run_id=run_id,
        tags={_MODEL_TAG: model},
        model_id=model_id,
        description=f"{run.info.run_name}. What it stands on: `{lineage_command(model)}`",
    )
    return str(made.version)

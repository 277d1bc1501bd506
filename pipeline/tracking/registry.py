"""The model registry of MLflow: one registered model per DAG, a version per model, two aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.errors import ServiceUnavailable
from pipeline.tracking.client import speaking
from pipeline.tracking.links import lineage_command

if TYPE_CHECKING:
    from mlflow import MlflowClient

CANDIDATE, CHAMPION = "candidate", "champion"
_MODEL_TAG = "headwater.model"


def register(runner: Any, *, model: str, mlflow_run_id: str) -> str:
    """Register a model under its DAG's name with the alias `candidate`; give its version.

    The same model is registered once. `mlflow_run_id` is the run of its candidate.

    Raises:
        ServiceUnavailable: MLflow cannot be used, or does not know the run.
    """
    name, manifest = runner.occasion.dag, dict(runner.value(model))
    with speaking(runner.settings) as client:
        version = _version(client, name, model) or _create(client, name, model=model, run_id=mlflow_run_id)
        client.log_dict(mlflow_run_id, manifest, "model.json")
        client.set_registered_model_alias(name, CANDIDATE, version)
    return version


def promote(runner: Any, *, model: str) -> str:
    """Give a registered model the alias `champion`: it is the one released; give its version.

    Raises:
        ServiceUnavailable: MLflow cannot be used, or the model was never registered there.
    """
    name = model.partition("/")[2].partition("@")[0]
    with speaking(runner.settings) as client:
        version = _version(client, name, model)
        if not version:
            raise ServiceUnavailable(
                f"MLflow's registry has no version for {model}",
                next_step=f"Register it again: clear the task that selected it, or run the DAG {name} again.",
            )
        client.set_registered_model_alias(name, CHAMPION, version)
    return version


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

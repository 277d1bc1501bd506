"""A fitted estimator as an MLflow model: with signature, exact requirements, and skops instead of pickle."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.code.environment import version_of

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.models import ModelSignature

_ALWAYS = ("sklearn", "numpy", "pandas", "scipy", "skops")


def log_estimator(
    client: MlflowClient, run_id: str, estimator: Any, *, experiment_id: str, facts: Mapping[str, Any]
) -> str:
    """Log a fitted estimator as a model of the run; give MLflow's id of it.

    `facts` are those of the estimator's artifact: its name, features, problem and classes.
    """
    logged = client.create_logged_model(
        experiment_id, name=facts["candidate"], source_run_id=run_id, model_type=facts["problem"]
    )
    with tempfile.TemporaryDirectory(prefix="headwater-model-") as folder:
        place = Path(folder) / "model"
        _save(estimator, place, run_id=run_id, model_id=logged.model_id, facts=facts)
        client.log_model_artifacts(logged.model_id, str(place))
    client.finalize_logged_model(logged.model_id, "READY")
    return logged.model_id


def _save(estimator: Any, place: Path, *, run_id: str, model_id: str, facts: Mapping[str, Any]) -> None:
    import mlflow.sklearn
    import skops.io
    from mlflow.models import Model

    from pipeline.storage.estimators import trusted_types

    mlflow.sklearn.save_model(
        estimator,
        str(place),
        mlflow_model=Model(run_id=run_id, model_id=model_id),
        serialization_format=mlflow.sklearn.SERIALIZATION_FORMAT_SKOPS,
        skops_trusted_types=trusted_types(skops.io.dumps(estimator)),
        signature=_signature(facts),
        pip_requirements=requirements(estimator),
    )


def _signature(facts: Mapping[str, Any]) -> ModelSignature:
    """Features as doubles, in the estimator's order; the answer in the type of the target."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    kinds = {bool: "boolean", int: "long", float: "double", str: "string"}
    label = next(iter(facts["classes"]), 0.0)
    inputs = Schema([ColSpec("double", feature, required=True) for feature in facts["features"]])
    return ModelSignature(inputs, Schema([ColSpec(kinds.get(type(label), "string"), facts["target"])]))


def requirements(estimator: Any) -> list[str]:
    """Give the exact distributions that loading the estimator needs, as pip reads them."""
    own = type(estimator).__module__.partition(".")[0]
    return sorted({version_of(package) for package in dict.fromkeys((own, *_ALWAYS))})

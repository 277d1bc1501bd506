"""One candidate as one MLflow run: parameters, metrics, datasets by our digests, plots, environment, the model."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.tracking.client import experiment, speaking
from pipeline.tracking.links import lineage_command, note, tags_of

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric

_LONGEST_PARAMETER = 6000
_CONTEXTS = {"train": "training", "dev": "validation"}


def log_candidate(runner: Any, *, fitted: Any, scored: Any) -> str:
    """Show a trained candidate in MLflow, once; give the id of its MLflow run.

    `fitted` and `scored` are what running the two steps gave. Where the scores were made (and
    logged) before, nothing is logged again. A run is finished only when all of it is there.

    Raises:
        ServiceUnavailable: MLflow cannot be used.
    """
    run_id = scored.mlflow_run_id
    if not run_id:
        run_id = show(runner, estimator=fitted.outputs["estimator"], scores=scored.outputs["scores"])
    for run in (fitted, scored):
        if not run.mlflow_run_id:
            runner.annotate(run.run, mlflow_run_id=run_id)
    return run_id


def show(runner: Any, *, estimator: str, scores: str) -> str:
    """Make the MLflow run of an estimator and its scores (references), or find it; give its id.

    Raises:
        ServiceUnavailable: MLflow cannot be used.
    """
    shown = _Shown(runner, estimator=estimator, scores=scores)
    with speaking(runner.settings) as client:
        return _log(client, shown)


class _Shown:
    """Everything about a candidate that is to be shown, loaded before MLflow is asked for anything."""

    def __init__(self, runner: Any, *, estimator: str, scores: str) -> None:
        self.runner, self.estimator_reference, self.scores_reference = runner, estimator, scores
        self.estimator = runner.value(estimator)
        self.facts = runner.describe(estimator).facts
        self.scores = runner.value(scores)
        self.run, self.scored = runner.store.producer(estimator), runner.store.producer(scores)
        self.parts = {use.role: use.artifact.reference for use in self.scored.inputs if use.role in _CONTEXTS}
        self.part = "dev" if "dev" in self.parts else "train"
        self.rows = runner.value(self.parts[self.part])
        self.source = runner.source_of(self.parts["train"])

    @property
    def identity(self) -> dict[str, str]:
        """The tags that say which results a run shows."""
        return {"headwater.estimator": self.estimator_reference, "headwater.scores": self.scores_reference}


def _log(client: MlflowClient, shown: _Shown) -> str:
    from pipeline.tracking.runs import finished, parent

    experiment_id = experiment(client, shown.runner.settings, dag=shown.runner.occasion.dag)
    if known := finished(client, experiment_id, tags=shown.identity, dag_run=shown.runner.occasion.dag_run):
        return known
    above = parent(client, shown.runner)
    tags = _tags(shown) | {"mlflow.parentRunId": above}
    run_id = client.create_run(experiment_id, run_name=shown.facts["candidate"], tags=tags).info.run_id
    try:
        _fill(client, run_id, shown, experiment_id=experiment_id)
    except BaseException:
        client.set_terminated(run_id, status="FAILED")
        raise
    client.set_terminated(run_id)
    return run_id


def _tags(shown: _Shown) -> dict[str, str]:
    run, url = shown.run, shown.runner.occasion.airflow_url
    command = lineage_command(shown.estimator_reference)
    tags = tags_of(shown.runner) | shown.identity | {
        "headwater.kind": "candidate",
        "headwater.run": run.id,
        "headwater.score_run": shown.scored.id,
        "headwater.lineage": command,
        "headwater.code": run.code_digest,
        "headwater.environment": run.environment,
        "mlflow.source.name": run.dag,
        "mlflow.source.type": "JOB",
        "mlflow.source.git.commit": run.git_commit,
        "mlflow.note.content": note(
            f"What it stands on, down to the source rows: `{command}`",
            *(f"Warned while fitting: {text}" for text in shown.facts.get("warnings", ())),
            airflow_url=url,
        ),
    }
    return {name: value for name, value in tags.items() if value}


def _fill(client: MlflowClient, run_id: str, shown: _Shown, *, experiment_id: str) -> None:
    from mlflow.entities import LoggedModelOutput, Param, RunTag

    from pipeline.tracking.datasets import dataset_inputs
    from pipeline.tracking.estimator import log_estimator

    inputs = dataset_inputs(shown.runner, {shown.source: "source"} | {
        reference: _CONTEXTS[part] for part, reference in shown.parts.items()
    })
    client.log_inputs(run_id, datasets=inputs)
    model_id = log_estimator(client, run_id, shown.estimator, experiment_id=experiment_id, facts=shown.facts)
    client.log_outputs(run_id, [LoggedModelOutput(model_id, step=0)])
    parameters = [Param(name, text[:_LONGEST_PARAMETER]) for name, text in _parameters(shown).items()]
    client.log_batch(run_id, metrics=_metrics(run_id, shown, model_id=model_id), params=parameters,
                     tags=[RunTag("headwater.mlflow_model", model_id)])
    _log_files(client, run_id, shown)


def _parameters(shown: _Shown) -> dict[str, str]:
    path = shown.run.parameters["given"]["estimator"]
    given = {"estimator": path, "features": len(shown.facts["features"])}
    return {name: str(value) for name, value in (given | dict(shown.estimator.get_params())).items()}


def _metrics(run_id: str, shown: _Shown, *, model_id: str) -> list[Metric]:
    """Every figure that is defined, tied to the model and to the dataset it was measured on."""
    from mlflow.entities import Metric

    now = int(time.time() * 1000)
    found = []
    for part, reference in shown.parts.items():
        record = shown.runner.describe(reference)
        on = {"model_id": model_id, "dataset_name": record.name, "dataset_digest": record.digest, "run_id": run_id}
        for name, score in shown.scores.get(part, {}).items():
            found += [Metric(f"{part}/{name}", score["value"], now, 0, **on)] if score["defined"] else []
    if cv := shown.scores.get("cv"):
        name = f"cv/{shown.scores['metric']}"
        folds = [(number, fold["value"]) for number, fold in enumerate(cv["folds"]) if fold["defined"]]
        found += [Metric(name, value, now, number) for number, value in folds]
        found += [Metric(f"{name}_{which}", cv[which], now, 0) for which in ("mean", "sd") if folds]
    return found


def _log_files(client: MlflowClient, run_id: str, shown: _Shown) -> None:
    from pipeline.code.environment import listing
    from pipeline.tracking.plots import draw

    client.log_dict(run_id, shown.scores, "scores.json")
    client.log_dict(run_id, listing(), "environment.json")
    with tempfile.TemporaryDirectory(prefix="headwater-plots-") as folder:
        draw(shown.estimator, shown.rows, facts=shown.facts, part=shown.part, folder=Path(folder))
        client.log_artifacts(run_id, folder, "plots")

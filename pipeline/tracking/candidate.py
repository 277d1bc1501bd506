"""One candidate as one MLflow run: parameters, metrics, datasets by our digests, plots, environment, the model."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.tracking.client import experiment, speaking
from pipeline.tracking.links import lineage_command, note, tags_of

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric

_LONGEST_PARAMETER = 6000
_CONTEXTS = {"train": "training", "dev": "validation"}


def log_candidate(runner: Any, *, ready: Mapping[str, Any], candidate: Any, fitted: Any, scored: Any) -> str:
    """Show a trained candidate in MLflow, once; give the id of its MLflow run.

    `fitted` and `scored` are what running the two steps gave. Where the scores were made (and
    logged) before, nothing is logged again. A run is finished only when all of it is there.

    Raises:
        ServiceUnavailable: MLflow cannot be used.
    """
    if scored.mlflow_run_id:
        if not fitted.mlflow_run_id:
            runner.annotate(fitted.run, mlflow_run_id=scored.mlflow_run_id)
        return scored.mlflow_run_id
    shown = _Shown(runner, ready=ready, candidate=candidate, fitted=fitted, scored=scored)
    with speaking(runner.settings) as client:
        run_id = _log(client, shown)
    for run in (fitted, scored):
        if not run.mlflow_run_id:
            runner.annotate(run.run, mlflow_run_id=run_id)
    return run_id


class _Shown:
    """Everything about a candidate that is to be shown, loaded before MLflow is asked for anything."""

    def __init__(self, runner: Any, *, ready: Mapping[str, Any], candidate: Any, fitted: Any, scored: Any) -> None:
        self.runner, self.candidate, self.fitted, self.scored = runner, candidate, fitted, scored
        self.estimator_reference = fitted.outputs["estimator"]
        self.scores_reference = scored.outputs["scores"]
        self.estimator = runner.value(self.estimator_reference)
        self.facts = runner.describe(self.estimator_reference).facts
        self.scores = runner.value(self.scores_reference)
        self.parts = {part: ready["features"][part] for part in _CONTEXTS if part in ready["features"]}
        self.part = "dev" if "dev" in self.parts else "train"
        self.rows = runner.value(self.parts[self.part])
        self.source = runner.source_of(self.parts["train"])
        self.run = runner.store.run(fitted.run)

    @property
    def identity(self) -> dict[str, str]:
        """The tags that say which results a run shows."""
        return {"headwater.estimator": self.estimator_reference, "headwater.scores": self.scores_reference}


def _log(client: MlflowClient, shown: _Shown) -> str:
    from pipeline.tracking.runs import finished, parent

    experiment_id = experiment(client, shown.runner.settings, dag=shown.runner.occasion.dag)
    if known := finished(client, experiment_id, tags=shown.identity):
        return known
    above = parent(client, shown.runner)
    tags = _tags(shown) | {"mlflow.parentRunId": above}
    run_id = client.create_run(experiment_id, run_name=shown.candidate.name, tags=tags).info.run_id
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
        "headwater.run": shown.fitted.run,
        "headwater.score_run": shown.scored.run,
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
    model_id = log_estimator(client, run_id, shown.estimator, experiment_id=experiment_id, name=shown.candidate.name,
                             facts=shown.facts)
    client.log_outputs(run_id, [LoggedModelOutput(model_id, step=0)])
    parameters = [Param(name, text[:_LONGEST_PARAMETER]) for name, text in _parameters(shown).items()]
    client.log_batch(run_id, metrics=_metrics(run_id, shown, model_id=model_id), params=parameters,
                     tags=[RunTag("headwater.mlflow_model", model_id)])
    _log_files(client, run_id, shown)


def _parameters(shown: _Shown) -> dict[str, str]:
    given = {"estimator": shown.candidate.estimator, "features": len(shown.facts["features"]), "seed": 0}
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

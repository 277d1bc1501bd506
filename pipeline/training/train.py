"""Training one candidate: fitted to the training part, scored on train and dev and by folds, shown in MLflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.artifacts.metric import CLASSIFICATION, metric as metric_named
from pipeline.errors import Misuse, TrainingRefused
from pipeline.step import Depends, Effect, Made, Rule, Step
from pipeline.training.candidates import Candidate
from pipeline.training.estimators import fit, problem_of
from pipeline.training.examples import check_classes, examples, plain, positive_of
from pipeline.training.overfit import target_of
from pipeline.training.recipe import built, recipe
from pipeline.training.scores import evaluate


def train_candidate(
    runner: Any,
    *,
    ready: Mapping[str, Any],
    candidate: Candidate,
    metric: str,
    folds: int = 5,
    gate: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Fit and score one candidate and log it to MLflow, unless all that was done before.

    `gate` holds the results of the overfit gate by candidate. Gives `candidate` (its name), and
    the references `estimator` and `scores`, and `mlflow_run_id`.

    Raises:
        TrainingRefused: the data or the candidate does not allow it.
        Misuse: no such metric, or one of another kind of problem.
        ServiceUnavailable: MLflow does not answer; the task can be tried again.
    """
    from pipeline.tracking import log_candidate

    metric_named(metric)
    target = target_of(runner, ready=ready)
    inputs = {"train": ready["features"]["train"]}
    if gate and candidate.name in gate:
        inputs["gate"] = gate[candidate.name]
    fitted = runner.run(_fit_step(candidate, target=target, gated="gate" in inputs), inputs)
    scored = runner.run(*_score_step(runner, ready=ready, candidate=candidate, metric=metric, folds=folds,
                                     estimator=fitted.outputs["estimator"]))
    mlflow_run_id = log_candidate(runner, fitted=fitted, scored=scored)
    return {
        "candidate": candidate.name,
        "estimator": fitted.outputs["estimator"],
        "scores": scored.outputs["scores"],
        "mlflow_run_id": mlflow_run_id,
    }


def _fit_step(candidate: Candidate, *, target: str, gated: bool) -> Step:
    gate = (Depends("gate", Rule.EVERY_ROW, Effect.DECISION),) if gated else ()
    return Step(
        name=f"train_{candidate.name}",
        stage="training",
        function=train,
        parameters={"candidate": candidate.name, "given": recipe(candidate), "target": target},
        depends=(Depends("train", Rule.EVERY_ROW, Effect.MODEL), *gate),
    )


def train(
    train: pd.DataFrame, gate: Mapping[str, Any] | None = None, *, candidate: str, given: Mapping[str, Any], target: str
) -> dict[str, Made]:
    """Fit the candidate's estimator to all training rows.

    Raises:
        TrainingRefused: the gate was not passed, or the data cannot be trained on.
        Misuse: there is no such estimator, or it takes no such parameter.
    """
    if gate is not None and not gate["passed"]:
        raise TrainingRefused(f"candidate {candidate} did not pass the overfit gate")
    estimator = built(given)
    problem = problem_of(estimator)
    features, truth = examples(train, target=target, problem=problem)
    if problem == CLASSIFICATION:
        check_classes(truth, target=target)
    estimator, warned = fit(estimator, features, truth)
    classes = tuple(plain(label) for label in getattr(estimator, "classes_", ()))
    facts = {
        "candidate": candidate,
        "problem": problem,
        "target": target,
        "features": list(features.columns),
        "classes": list(classes),
        "positive": positive_of(classes),
        "rows": len(features),
        "warnings": warned,
    }
    return {"estimator": Made("estimator", estimator, facts=facts)}


def _score_step(
    runner: Any, *, ready: Mapping[str, Any], candidate: Candidate, metric: str, folds: int, estimator: str
) -> tuple[Step, dict[str, str]]:
    facts = runner.describe(estimator).facts
    if metric_named(metric).problem != facts["problem"]:
        raise Misuse(f"metric {metric} is not for a {facts['problem']}", found=f"candidate {candidate.name}")
    policy = runner.describe(ready["split"]).facts
    by = {name: policy[name] for name in ("group", "time") if policy.get(name)}
    features = ready["features"]
    inputs = {"estimator": estimator} | {part: features[part] for part in ("train", "dev") if part in features}
    if by:
        inputs["rows"] = ready["parts"]["train"]
    read = {"rows": {"reads": list(by.values())}}
    step = Step(
        name=f"score_{candidate.name}",
        stage="training",
        function=evaluate,
        parameters={
            "candidate": candidate.name, "given": recipe(candidate), "target": facts["target"],
            "metric": metric, "folds": folds, "by": by,
        },
        depends=tuple(Depends(role, Rule.EVERY_ROW, Effect.DECISION, detail=read.get(role, {})) for role in inputs),
    )
    return step, inputs

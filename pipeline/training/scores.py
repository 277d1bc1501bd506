"""How well a fitted candidate does: on the rows it saw, on rows kept from it, and by cross-validation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.answer import ask
from pipeline.artifacts.metric import CLASSIFICATION, METRICS, Score, score
from pipeline.errors import Misuse, TrainingRefused
from pipeline.step import Made
from pipeline.training.estimators import fit, problem_of
from pipeline.training.examples import check_classes, examples, plain, positive_of
from pipeline.training.folds import by_group, by_hash, by_time, rounds
from pipeline.training.recipe import SEED, built

_SHOWN = {"classification": ("accuracy", "precision", "recall", "f1", "auc", "log_loss"),
          "regression": ("mae", "rmse", "r2", "mape")}


def evaluate(
    *,
    estimator: Any,
    train: pd.DataFrame,
    dev: pd.DataFrame | None = None,
    rows: pd.DataFrame | None = None,
    candidate: str,
    given: Mapping[str, Any],
    target: str,
    metric: str,
    folds: int,
    by: Mapping[str, str],
) -> dict[str, Made]:
    """Score a fitted estimator on both parts, and its recipe by cross-validation within `train`.

    `by` names the column of `rows` (the training rows before the fit stage) that folds must
    respect: `group` keeps groups whole, `time` checks only later rows than were fitted; where all
    are of one time, folds are drawn by hash.

    Raises:
        TrainingRefused: fewer rows than folds, or a class too rare to be in two of them.
        Misuse: the metric reads probabilities and the estimator gives none.
    """
    scores: dict[str, Any] = {"candidate": candidate, "problem": problem_of(estimator), "metric": metric}
    for part, frame in (("train", train), ("dev", dev)):
        if frame is not None:
            scores[part] = _on(estimator, frame, target=target, metric=metric)
    if folds:
        respected = {} if "time" in by and _of_one_time(train, rows, by["time"]) else by
        scores["cv"] = _cross_validate(
            train, rows=rows, given=given, target=target, metric=metric, folds=folds, by=respected
        )
    return {"scores": Made("scores", scores, facts={"candidate": candidate, "metric": metric})}


def _of_one_time(train: pd.DataFrame, rows: pd.DataFrame | None, time: str) -> bool:
    """Whether all training rows are of one time, so that none of them is later than another."""
    return rows is not None and rows.loc[train.index, time].nunique(dropna=False) == 1


def _on(estimator: Any, frame: pd.DataFrame, *, target: str, metric: str) -> dict[str, Any]:
    problem = problem_of(estimator)
    features, truth = examples(frame, target=target, problem=problem)
    answers = ask(estimator, features, features=list(features.columns))
    names = [*_SHOWN[problem], metric]
    if answers.probability is None:
        names = [name for name in names if name == metric or not METRICS[name].uses_probability]
    return {name: _score(name, truth, answers).to_json() for name in dict.fromkeys(names)}


def _score(name: str, truth: np.ndarray, answers: Any) -> Score:
    positive = positive_of(answers.classes)
    of_one = answers.probability_of(positive) if positive is not None else answers.probability
    return score(name, truth, answers.answer, probability=of_one, positive=positive, classes=answers.classes)


def _cross_validate(
    train: pd.DataFrame,
    *,
    rows: pd.DataFrame | None,
    given: Mapping[str, Any],
    target: str,
    metric: str,
    folds: int,
    by: Mapping[str, str],
) -> dict[str, Any]:
    problem = problem_of(built(given))
    features, truth = examples(train, target=target, problem=problem)
    fold = _folds(train.index.to_numpy(), truth, rows=rows, folds=folds, by=by, stratified=problem == CLASSIFICATION)
    found = []
    for fitted, checked in rounds(fold, forward="time" in by):
        if problem == CLASSIFICATION:
            check_classes(truth[fitted], target=target)
        estimator, _ = fit(built(given), features[fitted], truth[fitted])
        found.append(_score(metric, truth[checked], ask(estimator, features[checked], features=list(features.columns))))
    return _summary(found)


def _summary(found: list[Score]) -> dict[str, Any]:
    """Mean and standard deviation (of a sample) over the folds where the metric is defined."""
    values = [each.value for each in found if each.defined]
    return {
        "folds": [each.to_json() for each in found],
        "mean": float(np.mean(values)) if values else 0.0,
        "sd": float(np.std(values, ddof=1)) if len(values) > 1 else 0.0,
        "defined": len(values) == len(found),
    }


def _folds(
    ids: np.ndarray,
    truth: np.ndarray,
    *,
    rows: pd.DataFrame | None,
    folds: int,
    by: Mapping[str, str],
    stratified: bool,
) -> np.ndarray:
    if folds < 2:
        raise Misuse(f"cross-validation with folds={folds}", expected="0 for none, or 2 and more")
    if len(ids) < folds:
        raise TrainingRefused(f"cross-validation needs {folds} rows for {folds} folds", found=f"{len(ids)} rows")
    if rows is not None and "time" in by:
        return by_time(rows.loc[ids, by["time"]], folds=folds)
    if rows is not None and "group" in by:
        return by_group(ids, rows.loc[ids, by["group"]], folds=folds, seed=SEED)
    if stratified:
        _check_rare(truth)
    return by_hash(ids, folds=folds, seed=SEED, strata=truth if stratified else None)


def _check_rare(truth: np.ndarray) -> None:
    counts = pd.Series(truth).value_counts()
    if len(lonely := counts[counts < 2]):
        raise TrainingRefused(
            "a class has a single training row, so no fold can both learn and check it",
            examples=[repr(plain(label)) for label in lonely.index],
            next_step="Collect more of it, merge it with another class, or train with folds=0.",
        )

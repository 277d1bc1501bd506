"""Examples: features and truths of one part, in the form estimators take, checked on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.answer import numeric
from pipeline.artifacts.metric import CLASSIFICATION
from pipeline.errors import StepRefused, TrainingRefused


def features_of(frame: pd.DataFrame, *, target: str) -> list[str]:
    """Name the columns of a part that are not the target, in their order.

    Raises:
        TrainingRefused: the target is absent, or nothing is left beside it.
    """
    if target not in frame.columns:
        raise TrainingRefused(
            f"the target {target!r} is not in the data", examples=list(frame.columns), next_step="Name it in split(…)."
        )
    features = [column for column in frame.columns if column != target]
    if not features:
        raise TrainingRefused(f"there are no features beside the target {target!r}", next_step="Name some in fit(…).")
    return features


def examples(frame: pd.DataFrame, *, target: str, problem: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Give the features `(n_rows, n_features)` as float64 and the truths `(n_rows,)`.

    Raises:
        TrainingRefused: no rows, no features, features that are no numbers, a target that is
            missing somewhere or, for a regression, no finite number.
    """
    features = features_of(frame, target=target)
    if not len(frame):
        raise TrainingRefused("there are no rows to train on", expected="at least 1 row", found="0 rows")
    try:
        matrix = numeric(frame, features)
    except StepRefused as error:
        raise TrainingRefused(error.what, examples=error.examples, next_step=error.next_step) from error
    return matrix, _truth(frame[target], problem=problem)


def _truth(target: pd.Series, *, problem: str) -> np.ndarray:
    truth = target.to_numpy() if problem == CLASSIFICATION else _numbers(target)
    missing = target.isna().to_numpy() if problem == CLASSIFICATION else ~np.isfinite(truth)
    if missing.any():
        raise TrainingRefused(
            f"the target {target.name!r} is missing or not finite",
            expected="a value in every row",
            found=f"{int(missing.sum())} of {len(target)} rows without",
            examples=[f"row {row}" for row in target.index[missing]],
            count=int(missing.sum()),
            next_step="Drop those rows in preprocessing, or quarantine them in validation.",
        )
    return truth


def _numbers(target: pd.Series) -> np.ndarray:
    try:
        return numeric(target.to_frame(), [str(target.name)])[target.name].to_numpy()
    except StepRefused as error:
        raise TrainingRefused(
            f"the target {target.name!r} is no number", found=str(target.dtype), next_step="Choose a classifier."
        ) from error


def check_classes(truth: np.ndarray, *, target: str) -> None:
    """Refuse a target that gives a classifier nothing to tell apart.

    Raises:
        TrainingRefused: the target has one value only, or so many that it is rather a number.
    """
    classes = pd.unique(truth)
    if len(classes) < 2:
        raise TrainingRefused(
            f"the target {target!r} has one class only",
            expected="at least 2 classes",
            found=f"{plain(classes[0])!r} in all {len(truth)} rows",
            next_step="Look at the source and at the steps that drop rows.",
        )
    if truth.dtype.kind == "f" and not np.equal(np.mod(truth, 1), 0).all():
        raise TrainingRefused(
            f"the target {target!r} holds fractions, and a classifier needs classes",
            examples=[repr(plain(value)) for value in classes[:5]],
            next_step="Choose a regressor, or make classes in preprocessing.",
        )


def plain(value: Any) -> Any:
    """Give a NumPy scalar as the Python value it holds."""
    return value.item() if hasattr(value, "item") else value


def positive_of(classes: tuple[Any, ...]) -> Any:
    """Give the class that counts as yes: of two classes the later in order (1, True); else None."""
    return classes[1] if len(classes) == 2 else None

"""What an estimator answers: the one way training, auditing and serving ask it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.errors import StepRefused

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Answers `(n_rows,)` in the order of the rows, and probabilities `(n_rows, n_classes)`.

    `probability` is None for a regression, and for a classifier that gives none.
    """

    answer: np.ndarray
    probability: np.ndarray | None
    classes: tuple[Any, ...] = ()

    def probability_of(self, label: Any) -> np.ndarray | None:
        """Give the probability of one class, shaped `(n_rows,)`, or None where there are none."""
        if self.probability is None or label not in self.classes:
            return None
        return self.probability[:, self.classes.index(label)]


def numeric(frame: pd.DataFrame, features: Sequence[str]) -> pd.DataFrame:
    """Give the columns `features`, in that order, as float64 with NaN for null: what estimators see.

    Raises:
        StepRefused: a feature is absent or is no number.
    """
    if absent := [name for name in features if name not in frame.columns]:
        raise StepRefused("features are absent from the data", examples=absent, next_step="See the fit stage.")
    if wrong := [f"{name}: {frame[name].dtype}" for name in features if not _is_number(frame[name].dtype)]:
        raise StepRefused(
            "features are not numbers", expected="numbers or booleans", examples=wrong,
            next_step="Encode them with a transform in the fit stage.",
        )
    return frame[list(features)].astype("float64")


def _is_number(dtype: Any) -> bool:
    from pandas.api.types import is_any_real_numeric_dtype, is_bool_dtype

    return str(dtype) != "category" and (is_any_real_numeric_dtype(dtype) or is_bool_dtype(dtype))


def ask(estimator: Any, frame: pd.DataFrame, *, features: Sequence[str]) -> Answers:
    """Let `estimator` answer every row of `frame` from its columns `features`.

    Raises:
        StepRefused: a feature is absent or is no number.
    """
    matrix = numeric(frame, features)
    classes = tuple(getattr(estimator, "classes_", ()))
    probability = estimator.predict_proba(matrix) if classes and hasattr(estimator, "predict_proba") else None
    return Answers(estimator.predict(matrix), probability, tuple(_json(label) for label in classes))


def _json(label: Any) -> Any:
    return label.item() if hasattr(label, "item") else label


def probability_column(label: Any) -> str:
    """Name the column that holds the probabilities of a class."""
    return f"probability of {label}"

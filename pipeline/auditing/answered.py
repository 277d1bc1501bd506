"""What a model answered, beside the truth, over some rows: the one thing every figure is taken from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.metric import CLASSIFICATION, Score, score
from pipeline.auditing.answers import ANSWER, TRUTH, probability_column


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answered:
    """Truths and answers, each `(n_rows,)`, in the same order.

    `probability` is that of `positive`, `(n_rows,)`, or with `positive` None a table
    `(n_rows, n_classes)` in the order of `classes`; None where the model gives none.
    """

    problem: str
    truth: np.ndarray
    answer: np.ndarray
    probability: np.ndarray | None = None
    positive: Any = None
    classes: tuple[Any, ...] = ()

    def __len__(self) -> int:
        return len(self.truth)

    def take(self, positions: np.ndarray) -> Answered:
        """Keep the rows at `positions` (integers, or a mask), in that order."""
        probability = None if self.probability is None else self.probability[positions]
        return replace(self, truth=self.truth[positions], answer=self.answer[positions], probability=probability)

    def score(self, metric: str) -> Score:
        """Compute one metric over all the rows; of AUC, which sets class against class, the rarest class is the count.

        Raises:
            Misuse: the metric is unknown or does not suit the problem.
        """
        found = score(
            metric, self.truth, self.answer, probability=self.probability, positive=self.positive, classes=self.classes
        )
        return replace(found, n=self._rarest()) if metric == "auc" and found.defined else found

    def _rarest(self) -> int:
        truths = self.truth == self.positive if self.positive is not None else self.truth
        return int(np.unique(truths, return_counts=True)[1].min())


def answered(table: pd.DataFrame, *, problem: str, classes: Sequence[Any] = (), positive: Any = None) -> Answered:
    """Read a table of `pipeline.auditing.answers`; `positive` is the class that counts as yes, None for all alike."""
    columns = [probability_column(label) for label in classes]
    given = bool(columns) and set(columns) <= set(table)
    if not given:
        probability = None
    elif positive is None:
        probability = table[columns].to_numpy("float64")
    else:
        probability = table[probability_column(positive)].to_numpy("float64")
    truth, answer = (_plain(table[name], problem) for name in (TRUTH, ANSWER))
    return Answered(
        problem=problem, truth=truth, answer=answer, probability=probability, positive=positive, classes=tuple(classes)
    )


def _plain(values: pd.Series, problem: str) -> np.ndarray:
    if problem != CLASSIFICATION:
        return values.to_numpy(dtype="float64")
    dtype = str(values.dtype)
    return values.to_numpy(dtype="int64" if dtype == "Int64" else "bool" if dtype == "boolean" else None)

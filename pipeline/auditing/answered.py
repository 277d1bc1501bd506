"""What a model answered, beside the truth, over some rows: the one thing every figure is taken from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.answer import Answers
from pipeline.artifacts.metric import CLASSIFICATION, Score, score
from pipeline.errors import AuditRefused


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


def answered(answers: Answers, truth: pd.Series, *, problem: str, positive: Any) -> Answered:
    """Put a model's answers beside the truth of the same rows.

    Raises:
        AuditRefused: an answer, a probability or a truth is missing; the row ids are named.
    """
    _refuse_missing(pd.Series(answers.answer), index=truth.index, what="answers")
    _refuse_missing(truth, index=truth.index, what="truths")
    probability = answers.probability if positive is None else answers.probability_of(positive)
    if probability is not None:
        table = pd.DataFrame(probability)
        _refuse_missing(
            table.isna().any(axis=1).astype("float64").replace(1.0, np.nan), index=truth.index, what="probabilities"
        )
    plain = truth.to_numpy(dtype="float64") if problem != CLASSIFICATION else _plain(truth)
    answer = np.asarray(answers.answer)
    answer = answer.astype(object) if answer.dtype.kind == "U" else answer
    return Answered(
        problem=problem, truth=plain, answer=answer, probability=probability, positive=positive, classes=answers.classes
    )


def _plain(values: pd.Series) -> np.ndarray:
    dtype = str(values.dtype)
    return values.to_numpy(dtype="int64" if dtype == "Int64" else "bool" if dtype == "boolean" else None)


def _refuse_missing(values: pd.Series, *, index: pd.Index, what: str) -> None:
    missing = values.isna().to_numpy()
    if missing.any():
        raise AuditRefused(
            f"{what} are missing on the test rows",
            found=f"{int(missing.sum())} of {len(values)}",
            examples=[f"row {row}" for row in index[missing][:5]],
            count=int(missing.sum()),
            next_step="A model that gives no answer cannot be measured: see its training run.",
        )

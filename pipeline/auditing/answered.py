"""What a model answered, beside the truth, over some rows: the one thing every figure is taken from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.counting import RATIOS
from pipeline.artifacts.metric import CLASSIFICATION, RANKING, Score, metric as metric_named, score
from pipeline.auditing.answers import ANSWER, TRUTH, probability_column
from pipeline.errors import AuditRefused, Misuse

_LEAST_PROBABILITY = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answered:
    """Truths and answers, each `(n_rows,)`, in the same order.

    `probability` is that of `positive`, `(n_rows,)`, or with `positive` None a table
    `(n_rows, n_classes)` in the order of `classes`; None where the model gives none. `query` numbers the
    query each row is a result of, `(n_rows,)`; None where rows are no results.
    """

    problem: str
    truth: np.ndarray
    answer: np.ndarray
    probability: np.ndarray | None = None
    positive: Any = None
    classes: tuple[Any, ...] = ()
    query: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.truth)

    def take(self, positions: np.ndarray) -> Answered:
        """Keep the rows at `positions` (integers, or a mask), in that order."""
        probability, query = (None if each is None else each[positions] for each in (self.probability, self.query))
        return replace(
            self, truth=self.truth[positions], answer=self.answer[positions], probability=probability, query=query
        )

    def score(self, metric: str) -> Score:
        """Compute one metric over all the rows; what sets class against class rests on the rarest class.

        Raises:
            Misuse: the metric is unknown or does not suit the problem.
        """
        truth, answer = self.judged() if metric_named(metric).problem == RANKING else (self.truth, self.answer)
        found = score(
            metric, truth, answer, probability=self.probability, positive=self.positive, classes=self.classes,
            query=self.query,
        )
        across = metric in ("auc", "balanced_accuracy") or (self.positive is None and metric in RATIOS)
        return replace(found, n=self._rarest()) if across and found.defined else found

    def judged(self) -> tuple[np.ndarray, np.ndarray]:
        """Give each result's relevance and score: the positive class and its probability, or the numbers themselves.

        Raises:
            Misuse: the answers are classes of which none counts as yes.
        """
        if self.problem != CLASSIFICATION:
            return self.truth, self.answer
        if self.positive is None:
            raise Misuse("results cannot be ranked by answers of many classes", next_step="Give positive=…")
        score = self.answer == self.positive if self.probability is None else self.probability
        return (self.truth == self.positive).astype("float64"), score.astype("float64")

    def against_rest(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Give the positive class, or each class that occurs, as (is it the truth, its probability), by row."""
        if self.positive is not None:
            return [(self.truth == self.positive, self.probability)]
        labels = pd.unique(self.truth).tolist()
        present = [place for place, label in enumerate(self.classes) if label in labels]
        return [(self.truth == self.classes[place], self.probability[:, place]) for place in present]

    def of_truth(self) -> np.ndarray:
        """Give the probability of the true class, `(n_rows,)`, no smaller than log loss takes it."""
        if self.positive is not None:
            found = np.where(self.truth == self.positive, self.probability, 1.0 - self.probability)
        else:
            codes, labels = pd.factorize(self.truth)
            columns = np.array([self.classes.index(label) for label in labels.tolist()], dtype=np.intp)
            found = self.probability[np.arange(len(self)), columns[codes]]
        return np.clip(found, _LEAST_PROBABILITY, 1.0)

    def _rarest(self) -> int:
        truths = self.truth == self.positive if self.positive is not None else self.truth
        return int(np.unique(truths, return_counts=True)[1].min())


def answered(table: pd.DataFrame, *, problem: str, classes: Sequence[Any] = (), positive: Any = None) -> Answered:
    """Read a table of `pipeline.auditing.answers`; `positive` is the class that counts as yes, None for all alike.

    Raises:
        AuditRefused: a truth, an answer or a probability is missing, or a probability is outside 0 to 1.
    """
    columns = [probability_column(label) for label in classes]
    given = bool(columns) and set(columns) <= set(table)
    for name in (TRUTH, ANSWER):
        _refuse(table.index[table[name].isna()], f"the {name} is missing on test rows")
    for name in columns if given else ():
        _refuse(table.index[~table[name].between(0, 1)], f"the {name} is missing on test rows, or outside 0 to 1")
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


def _refuse(rows: pd.Index, what: str) -> None:
    if len(rows):
        raise AuditRefused(what, examples=[f"row {row}" for row in rows[:5]], count=len(rows))


def _plain(values: pd.Series, problem: str) -> np.ndarray:
    if problem != CLASSIFICATION:
        return values.to_numpy(dtype="float64")
    dtype = str(values.dtype)
    return values.to_numpy(dtype="int64" if dtype == "Int64" else "bool" if dtype == "boolean" else None)

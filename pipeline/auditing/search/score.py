"""The score of a group: how far its errors stand above what as many rows drawn by lot would show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


class Score(Protocol):
    """A figure of a group of `rows` rows with `total` loss, both arrays of any one shape.

    For a fixed row count it rises with `total`. Where every added row carries the highest loss it rises
    with the count, and where added rows carry none it either falls or rises throughout: on these two `bound` rests.
    """

    def __call__(self, rows: np.ndarray, total: np.ndarray) -> np.ndarray:
        """Score groups; higher is worse for the model."""


@dataclass(frozen=True, slots=True)
class Excess:
    """Standard deviations by which a group's total loss exceeds that of rows drawn by lot without replacement.

    (total - rows mean) / √(rows (N - rows) / N · variance), with `mean` and `variance` (of a sample) of
    the loss over all `n_rows` = N rows: the variance of a sample total under simple random sampling
    (W. G. Cochran, Sampling Techniques, 1977, theorem 2.2). For errors of 0 and 1 its square is the chi-square
    of the two-by-two table, times (N - 1) / N.
    """

    n_rows: int
    mean: float
    variance: float

    @classmethod
    def of(cls, losses: np.ndarray) -> Excess:
        """Take mean and variance from the losses `(n_rows,)` of all rows."""
        variance = float(losses.var(ddof=1)) if len(losses) > 1 else 0.0
        return cls(len(losses), float(losses.mean()) if len(losses) else 0.0, variance)

    def __call__(self, rows: np.ndarray, total: np.ndarray) -> np.ndarray:
        """Score groups; one that holds every row or none, or where all losses are alike, scores 0."""
        spread = np.sqrt(rows * (self.n_rows - rows) / max(1, self.n_rows) * self.variance)
        return np.divide(total - rows * self.mean, spread, out=np.zeros(np.shape(spread)), where=spread > 0)


def bound(score: Score, rows: np.ndarray, total: np.ndarray, *, most: float, min_rows: int) -> np.ndarray:
    """Bound from above the score of every part of a group that has `min_rows` rows or more.

    A part of k rows has at most the loss min(total, k `most`), `most` being the highest loss of a row. That
    score rises up to k = total / most and is monotone from there, so it is highest at that k or at `rows`.
    """
    turn = np.clip(total / most if most > 0 else np.zeros(np.shape(total)), min_rows, np.maximum(rows, min_rows))
    return np.maximum(score(turn, np.minimum(total, turn * most)), score(rows, total))

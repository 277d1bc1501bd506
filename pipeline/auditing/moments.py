"""Moments: metrics that are means over rows, or made of such, of every group and of the rows outside it.

Each row adds a few numbers (its error, its square, …). Their means and covariances in a group give the
metric and, through the influence of each number on it, its standard error. Those of the rest are merged
from the other groups, never got by taking away, which would lose the small beside the large (Chan,
Golub and LeVeque, The American Statistician 37, 1983).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate

import numpy as np

from pipeline.auditing.answered import Answered
from pipeline.auditing.estimates import Estimates

ON_ERRORS = ("mae", "rmse", "r2", "mape")
_LEAST_SPREAD = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """The rows of one group: their number, the means `(k,)` of what they add, and the sums of cross products."""

    n: int
    mean: np.ndarray
    cross: np.ndarray

    @classmethod
    def of(cls, added: np.ndarray) -> Moments:
        """Take the moments of what rows add, `(k, n_rows)`."""
        n = added.shape[1]
        mean = added.mean(axis=1) if n else np.zeros(len(added))
        centred = added - mean[:, None]
        return cls(n, mean, np.einsum("ij,kj->ik", centred, centred))

    def merged(self, other: Moments) -> Moments:
        """Take the moments of both groups' rows together."""
        n = self.n + other.n
        if not self.n or not other.n:
            return other if not self.n else self
        apart = other.mean - self.mean
        cross = self.cross + other.cross + np.outer(apart, apart) * (self.n * other.n / n)
        return Moments(n, self.mean + apart * (other.n / n), cross)

    def error(self, influence: np.ndarray) -> float:
        """Give the standard error of a metric that each mean moves by `influence` `(k,)`; NaN for under two rows."""
        if self.n < 2:
            return np.nan
        return float(np.sqrt(max(0.0, influence @ self.cross @ influence) / (self.n - 1) / self.n))


@dataclass(frozen=True, slots=True, eq=False)
class Added:
    """What each row adds to a metric, `(k, n_rows)`, and how the metric is made of the means."""

    metric: str
    rows: np.ndarray

    @classmethod
    def of(cls, metric: str, rows: Answered) -> Added:
        """Find what each row adds to log loss or to a metric of errors."""
        if metric == "log_loss":
            return cls(metric, -np.log(rows.of_truth())[None, :])
        error = rows.truth - rows.answer.astype("float64")
        if metric == "mape":
            zero = rows.truth == 0
            return cls(metric, np.stack([np.abs(error / np.where(zero, 1.0, rows.truth)), zero]))
        if metric == "r2":
            apart = rows.truth - (rows.truth.mean() if len(rows) else 0.0)
            return cls(metric, np.stack([np.square(error), apart, np.square(apart)]))
        return cls(metric, (np.abs(error) if metric == "mae" else np.square(error))[None, :])

    def estimates(self, groups: Sequence[np.ndarray]) -> tuple[Estimates, Estimates]:
        """Compute the metric of each group (positions of rows), and of the rows in all the others."""
        with np.errstate(all="ignore"):
            own = [Moments.of(self.rows[:, found]) for found in groups]
            return self._gathered(own), self._gathered(_others(own))

    def influence(self) -> np.ndarray:
        """Give how far each row moves the metric over all of them, times their number: `(n_rows,)`, of mean 0."""
        with np.errstate(all="ignore"):
            whole = Moments.of(self.rows)
            _, each = _OF.get(self.metric, _mean)(whole)
            return each @ (self.rows - whole.mean[:, None])

    def _gathered(self, groups: Sequence[Moments]) -> Estimates:
        value, influence = zip(*(_OF.get(self.metric, _mean)(group) for group in groups), strict=True)
        errors = [group.error(each) for group, each in zip(groups, influence, strict=True)]
        value = np.array([each if group.n and np.isfinite(each) else np.nan for each, group in zip(value, groups)])
        return Estimates(value, np.array([group.n for group in groups]), np.array(errors))


def _others(groups: Sequence[Moments]) -> list[Moments]:
    """Merge, for each group, all groups before it and all after it."""
    nothing = Moments(0, np.zeros_like(groups[0].mean), np.zeros_like(groups[0].cross))
    before = list(accumulate(groups, Moments.merged, initial=nothing))[:-1]
    after = list(accumulate(groups[::-1], Moments.merged, initial=nothing))[:-1][::-1]
    return [reduce(Moments.merged, pair) for pair in zip(before, after, strict=True)]


def _mean(group: Moments) -> tuple[float, np.ndarray]:
    return group.mean[0], np.eye(len(group.mean))[0]


def _rmse(group: Moments) -> tuple[float, np.ndarray]:
    value = np.sqrt(group.mean[0])
    return value, np.array([1 / (2 * value)]) if value else np.zeros(1)


def _mape(group: Moments) -> tuple[float, np.ndarray]:
    return (np.nan if group.mean[1] > 0 else group.mean[0]), np.array([1.0, 0.0])


def _r2(group: Moments) -> tuple[float, np.ndarray]:
    left, middle, spread = group.mean[0], group.mean[1], group.cross[1, 1] / max(group.n, 1)
    if spread <= (_LEAST_SPREAD * middle) ** 2:  # the truths do not differ
        return np.nan, np.zeros(3)
    return 1 - left / spread, np.array([-1.0, -2 * middle * left / spread, left / spread]) / spread


_OF = {"rmse": _rmse, "mape": _mape, "r2": _r2}

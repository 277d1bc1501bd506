"""Placements: the AUC of every group and of the rows outside it, with DeLong's standard errors, from one sorting.

A positive row's placement is the share of negative rows it is ranked above, level ones counting half.
The AUC is the mean of the positives' placements; its variance is the sum, over both classes, of the
variance of the placements over their number (DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988).
Outside a group of m rows a row's wins change only at the group's own scores, so that cumulative sums
over all rows answer for the rest in O(m).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.auditing.estimates import Estimates
from pipeline.auditing.slicing import Parts

_Levels = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Rows in the order of their probability: `level` numbers the distinct ones, `positive` tells the class.

    `order` `(n_rows,)` are the rows' positions; `positives` and `negatives` `(n_levels,)` are counted by level.
    """

    order: np.ndarray
    level: np.ndarray
    positive: np.ndarray
    positives: np.ndarray
    negatives: np.ndarray

    @classmethod
    def of(cls, positive: np.ndarray, probability: np.ndarray) -> Ranked:
        """Sort rows by probability."""
        order = np.argsort(probability, kind="stable")
        ordered = probability[order]
        level = np.cumsum(np.diff(ordered, prepend=-np.inf) != 0, dtype=np.int32) - 1
        hit = positive[order]
        counts = np.bincount(level, minlength=1).astype(np.int32)
        hits = np.bincount(level[hit], minlength=len(counts)).astype(np.int32)
        return cls(order.astype(np.int32), level, hit, hits, counts - hits)

    def estimates(self, parts: Parts) -> tuple[Estimates, Estimates]:
        """Compute the AUC of each group, and of the rows outside each; it rests on the rarer class."""
        groups = self._by_level(parts)
        up = self._placed(groups, self.positives, self.negatives)
        down = self._placed([(levels, misses, hits) for levels, hits, misses in groups], self.negatives, self.positives)
        both = [[_combined(*sides) for sides in zip(*pair, strict=True)] for pair in zip(up, down, strict=True)]
        own, rest = zip(*both, strict=True)
        return _gathered(own), _gathered(rest)

    def _by_level(self, parts: Parts) -> list[_Levels]:
        """Count each group's rows by level and class: the levels that occur, the positives and the negatives."""
        by_group = np.argsort(parts.codes[self.order], kind="stable")
        ends = np.cumsum(parts.counts())[:-1]
        pieces = (np.split(each[by_group], ends) for each in (self.level, self.positive))
        return [_counted(*each) for each in zip(*pieces, strict=True)]

    def _placed(
        self, groups: Sequence[_Levels], rows: np.ndarray, others: np.ndarray
    ) -> list[tuple[_Placed, _Placed]]:
        side = _Side.of(rows, others)  # the largest thing here: one at a time
        return [side.placed(*each) for each in groups]

    def influence(self) -> np.ndarray:
        """Give how far each row moves the AUC of all of them, times their number: `(n_rows,)`, in the rows' order."""
        upward, downward = _Side.of(self.positives, self.negatives), _Side.of(self.negatives, self.positives)
        hits, misses = downward.against, upward.against
        place = np.where(self.positive, upward.wins[self.level] / misses, 1 - downward.wins[self.level] / hits)
        auc = place[self.positive].mean()
        found = np.empty(len(self.order))
        found[self.order] = (place - auc) * len(self.order) / np.where(self.positive, hits, misses)
        return found


@dataclass(frozen=True, slots=True)
class _Placed:
    """The placements of one class: how many rows have one, their sum and sum of squares."""

    count: int
    total: float
    squares: float

    def variance(self) -> float:
        if self.count < 2:
            return 0.0
        return max(0.0, (self.squares - self.total**2 / self.count) / (self.count - 1))


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """Rows of one class against those of the other: wins by level, and their sums below each level."""

    rows: np.ndarray
    wins: np.ndarray
    against: int
    sums: tuple[np.ndarray, np.ndarray, np.ndarray]

    @classmethod
    def of(cls, rows: np.ndarray, others: np.ndarray) -> _Side:
        wins = np.cumsum(others) - others / 2
        sums = tuple(np.concatenate([[0.0], np.cumsum(rows * wins**power)]) for power in (0, 1, 2))
        return cls(rows, wins, int(others.sum()), sums)

    def placed(self, levels: np.ndarray, rows: np.ndarray, others: np.ndarray) -> tuple[_Placed, _Placed]:
        """Place a group's rows among the group's others, and all other rows among all others."""
        passed = np.cumsum(others)
        inside = passed - others / 2
        own = _scaled(rows, inside, int(passed[-1]))
        outside = self.rows[levels] - rows, self.wins[levels] - inside
        level_with = np.array([np.sum(outside[0] * outside[1] ** power) for power in (0, 1, 2)])
        count, total, squares = level_with + self._gaps(levels, np.concatenate([[0], passed]))
        against = max(self.against - int(passed[-1]), 1)
        return own, _Placed(int(round(count)), float(total) / against, float(squares) / against**2)

    def _gaps(self, levels: np.ndarray, passed: np.ndarray) -> np.ndarray:
        """Sum the wins of the rows strictly between the group's levels, less the group's others below them."""
        starts, ends = np.concatenate([[0], levels + 1]), np.concatenate([levels, [len(self.rows)]])
        count, wins, squares = (sums[ends] - sums[starts] for sums in self.sums)
        less = count, wins - passed * count, squares - 2 * passed * wins + passed**2 * count
        return np.array([each.sum() for each in less])


def _scaled(rows: np.ndarray, wins: np.ndarray, against: int) -> _Placed:
    share = wins / against if against else np.zeros(len(wins))
    return _Placed(int(rows.sum()), float((rows * share).sum()), float((rows * share**2).sum()))


def _counted(level: np.ndarray, positive: np.ndarray) -> _Levels:
    starts = np.flatnonzero(np.diff(level, prepend=-1))
    hits = np.add.reduceat(positive.astype(np.int32), starts, dtype=np.int32)
    return level[starts], hits, np.diff(starts, append=len(level)).astype(np.int32) - hits


def _combined(positives: _Placed, negatives: _Placed) -> tuple[float, int, float]:
    if not positives.count or not negatives.count:
        return np.nan, 0, np.nan
    error = np.sqrt(positives.variance() / positives.count + negatives.variance() / negatives.count)
    return positives.total / positives.count, min(positives.count, negatives.count), float(error)


def _gathered(found: Sequence[tuple[float, int, float]]) -> Estimates:
    value, n, error = zip(*found, strict=True)
    return Estimates(np.array(value), np.array(n), np.array(error))

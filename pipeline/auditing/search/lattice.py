"""The search itself: every conjunction of conditions, level by level, the highest-scoring ones kept.

The enumeration and its pruning by size and error are SliceLine's (S. Sagadeeva and M. Boehm, SIGMOD 2021). It
counts codes, a set of columns at a time; the library `sliceline`, which multiplies matrices of rows and slices,
needs some 70 kB a row for that, and serves the tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pipeline.auditing.search.score import Score, bound

Place = tuple[int, int]


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """A conjunction: (column, code) pairs in the order of the columns; its rows, their total loss, its score.

    Candidates are ordered by falling score; of equal ones the more general comes first.
    """

    order: tuple[float, int, tuple[Place, ...]]
    rows: int
    total: float

    @property
    def places(self) -> tuple[Place, ...]:
        """The conditions, as (number of the column, code in it)."""
        return self.order[2]

    @property
    def score(self) -> float:
        """The score it was ranked by."""
        return -self.order[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is searched for: the `keep` best of at least `least` score and `min_rows` rows, of so many conditions."""

    most_conditions: int
    min_rows: int
    keep: int
    least: float = 0.0


def best(
    codes: Sequence[np.ndarray], sizes: Sequence[int], losses: np.ndarray, *, score: Score, wanted: Wanted
) -> list[Candidate]:
    """Find the best-scoring conjunctions, exactly: what is not counted could not have been among them.

    `codes` are one `(n_rows,)` array of integers per column, 0 for rows that fulfil no condition of it,
    else 1 to its entry of `sizes`. `losses` are `(n_rows,)` and not negative.
    """
    lattice = _Lattice(codes, sizes, losses, score=score, wanted=wanted)
    for level in range(1, min(wanted.most_conditions, len(codes)) + 1):
        lattice.count(level)
    return lattice.kept()


class _Lattice:
    """The counting of one search. `alive` maps each set of columns to the cells whose parts may still be good enough.

    The cells of a set of columns are its combinations of codes in row-major order, code 0 among them,
    which is never alive.
    """

    def __init__(
        self, codes: Sequence[np.ndarray], sizes: Sequence[int], losses: np.ndarray, *, score: Score, wanted: Wanted
    ) -> None:
        self.codes, self.shape, self.wanted, self.score = codes, [size + 1 for size in sizes], wanted, score
        self.losses, self.most = losses, float(losses.max(initial=0.0))
        self.alive: dict[tuple[int, ...], np.ndarray] = {}
        self.pool: list[Candidate] = []
        self.least = wanted.least

    def count(self, level: int) -> None:
        """Count all sets of `level` columns that can still hold a good conjunction."""
        for start in combinations(range(len(self.codes)), level - 1):
            if start and not self._lives(start):
                continue
            rows, cells = self._rows_of(start)
            losses = self.losses if rows is None else self.losses[rows]
            lossy = np.flatnonzero(losses)
            for last in range(start[-1] + 1 if start else 0, len(self.codes)):
                columns = (*start, last)
                if all(self._lives(part) for part in combinations(columns, level - 1) if part):
                    codes = self.codes[last] if rows is None else self.codes[last][rows]
                    self._tally(columns, cells * self.shape[last] + codes, losses, lossy, deepest=level)

    def kept(self) -> list[Candidate]:
        """Give the best found, in order."""
        return sorted(self.pool)[: self.wanted.keep]

    def _lives(self, columns: tuple[int, ...]) -> bool:
        return bool(self.alive[columns].any()) if columns in self.alive else False

    def _rows_of(self, columns: tuple[int, ...]) -> tuple[np.ndarray | None, np.ndarray | int]:
        """Give the rows in living cells of these columns (None for all rows) and the cell of each."""
        if not columns:
            return None, 0
        cells = self.codes[columns[0]].astype(np.intp)
        for column in columns[1:]:
            cells = cells * self.shape[column] + self.codes[column]
        rows = np.flatnonzero(self.alive[columns][cells])
        return rows, cells[rows]

    def _tally(
        self, columns: tuple[int, ...], cells: np.ndarray, losses: np.ndarray, lossy: np.ndarray, *, deepest: int
    ) -> None:
        size = int(np.prod([self.shape[column] for column in columns]))
        rows = np.bincount(cells, minlength=size)
        total = np.bincount(cells[lossy], weights=losses[lossy], minlength=size)
        enough = np.flatnonzero((rows >= self.wanted.min_rows) & self._conditions(columns))
        rows, total = rows[enough], total[enough]
        self._keep(columns, enough, rows, total)
        if deepest < self.wanted.most_conditions:
            reach = bound(self.score, rows, total, most=self.most, min_rows=self.wanted.min_rows)
            self.alive[columns] = np.zeros(size, dtype=bool)
            self.alive[columns][enough[reach >= self.least]] = True

    def _conditions(self, columns: tuple[int, ...]) -> np.ndarray:
        """Tell the cells that have a condition in each column from those with a code of 0."""
        shape = tuple(self.shape[column] for column in columns)
        real = np.zeros(shape, dtype=bool)
        real[tuple(slice(1, None) for _ in shape)] = True
        return real.ravel()

    def _keep(self, columns: tuple[int, ...], cells: np.ndarray, rows: np.ndarray, total: np.ndarray) -> None:
        scores = self.score(rows, total)
        good = scores >= self.least
        shape = tuple(self.shape[column] for column in columns)
        places = np.column_stack(np.unravel_index(cells[good], shape)) if good.any() else ()
        for codes, count, loss, score in zip(places, rows[good], total[good], scores[good], strict=True):
            named = tuple(zip(columns, map(int, codes), strict=True))
            self.pool.append(Candidate((-float(score), len(columns), named), int(count), float(loss)))
        if len(self.pool) > self.wanted.keep:
            self.pool = self.kept()
            self.least = max(self.least, self.pool[-1].score)


def inside(codes: Sequence[np.ndarray], places: Sequence[Place]) -> np.ndarray:
    """Mark the rows `(n_rows,)` that fulfil every condition."""
    return np.logical_and.reduce([codes[column] == code for column, code in places])


def without_each(places: Sequence[Place]) -> Iterator[tuple[Place, ...]]:
    """Give the conjunctions that have one condition less; a single condition has none."""
    if len(places) > 1:
        for left_out in range(len(places)):
            yield (*places[:left_out], *places[left_out + 1:])

"""The search equals trying every conjunction, and SliceLine where both can be asked the same."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.auditing.search.lattice import Candidate, Wanted, best, inside, without_each
from pipeline.auditing.search.score import Excess, Score


@dataclass(frozen=True)
class SliceLine:
    """SliceLine's own score: α (ē_S / ē − 1) − (1 − α) (N / n_S − 1)."""

    n_rows: int
    mean: float
    alpha: float

    def __call__(self, rows: np.ndarray, total: np.ndarray) -> np.ndarray:
        """Score groups."""
        rows = np.asarray(rows, dtype=float)
        worse = total / rows / self.mean - 1
        return self.alpha * worse - (1 - self.alpha) * (self.n_rows / rows - 1)


def brute_force(codes: list[np.ndarray], losses: np.ndarray, *, score: Score, wanted: Wanted) -> list[tuple]:
    """Try every conjunction of values, each by looking at every row."""
    found = []
    for level in range(1, wanted.most_conditions + 1):
        for columns in combinations(range(len(codes)), level):
            for values in product(*(sorted(set(codes[column].tolist()) - {0}) for column in columns)):
                member = np.all([codes[column] == value for column, value in zip(columns, values)], axis=0)
                if (rows := int(member.sum())) >= wanted.min_rows:
                    value = float(score(np.array([rows]), np.array([losses[member].sum()]))[0])
                    if value >= wanted.least:
                        found.append((-value, level, tuple(zip(columns, values, strict=True))))
    return sorted(found)[: wanted.keep]


def orders(found: list[Candidate]) -> list[tuple]:
    """The keys by which candidates are ordered: minus score, conditions, places."""
    return [each.order for each in found]


tables = st.integers(2, 4).flatmap(
    lambda columns: st.lists(
        st.tuples(*[st.integers(0, 3)] * columns, st.sampled_from([0, 0, 1, 3])), min_size=2, max_size=60
    )
)


@given(
    table=tables,
    level=st.integers(1, 3),
    min_rows=st.integers(1, 5),
    keep=st.integers(1, 8),
    least=st.sampled_from([0.0, 0.5, 1.5]),
)
def test_search_equals_brute_force(table: list, level: int, min_rows: int, keep: int, least: float) -> None:
    """Up to three conditions, for any table and any limits, the same groups come out in the same order."""
    codes = [np.array(column) for column in zip(*(row[:-1] for row in table))]
    losses = np.array([float(row[-1]) for row in table])
    how = {
        "score": Excess.of(losses),
        "wanted": Wanted(most_conditions=level, min_rows=min_rows, keep=keep, least=least),
    }
    assert orders(best(codes, [3] * len(codes), losses, **how)) == brute_force(codes, losses, **how)


def test_pruning_leaves_sets_of_columns_out() -> None:
    """Where one group holds all the errors, no triple of columns that cannot beat it is counted at all."""
    random = np.random.default_rng(0)
    codes = [random.integers(1, 4, 3000) for _ in range(6)]
    losses = ((codes[0] == 1) & (codes[1] == 1)).astype(float)
    counted: list[int] = []

    @dataclass(frozen=True)
    class Counting(Excess):
        def __call__(self, rows: np.ndarray, total: np.ndarray) -> np.ndarray:
            counted.append(np.size(rows))
            return Excess.__call__(self, rows, total)

    plain = Excess.of(losses)
    score = Counting(plain.n_rows, plain.mean, plain.variance)
    wanted = Wanted(most_conditions=3, min_rows=30, keep=1)
    assert best(codes, [3] * 6, losses, score=score, wanted=wanted)[0].places == ((0, 1), (1, 1))
    assert counted.count(27) == 0  # a triple of columns has 27 cells
    best(codes, [3] * 6, losses, score=score, wanted=replace(wanted, keep=10_000, least=-99.0))
    assert counted.count(27) == 20


@pytest.mark.parametrize("seed", range(4))
def test_search_equals_sliceline(seed: int) -> None:
    """With SliceLine's score the search finds what the library sliceline finds, to the last condition."""
    Slicefinder = pytest.importorskip("sliceline.slicefinder").Slicefinder
    random = np.random.default_rng(seed)
    codes = random.integers(1, 5, (800, 5))
    losses = (random.random(800) < np.where((codes[:, 0] == 1) & (codes[:, 3] == 2), 0.6, 0.1)).astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        finder = Slicefinder(alpha=0.95, k=10, max_l=3, min_sup=8, verbose=False).fit(codes, losses)
    theirs = {
        tuple((place, code) for place, code in enumerate(values) if code is not None): round(each["slice_score"], 9)
        for values, each in zip(finder.top_slices_, finder.top_slices_statistics_, strict=True)
    }
    score = SliceLine(800, float(losses.mean()), 0.95)
    wanted = Wanted(most_conditions=3, min_rows=8, keep=len(theirs), least=1e-12)
    ours = best(list(codes.T), [4] * 5, losses, score=score, wanted=wanted)
    assert {each.places: round(each.score, 9) for each in ours} == theirs


def test_rows_without_a_condition() -> None:
    """Code 0 fulfils nothing: rows that hold only it are in no group."""
    codes = [np.array([0, 0, 0, 1, 1, 1])]
    losses = np.array([1.0, 1, 1, 0, 0, 1])
    wanted = Wanted(most_conditions=1, min_rows=1, keep=9, least=-9.0)
    assert [each.places for each in best(codes, [1], losses, score=Excess.of(losses), wanted=wanted)] == [((0, 1),)]


def test_inside_and_shorter_conjunctions() -> None:
    """Rows inside fulfil all conditions; a shorter conjunction lacks one of them, and never all."""
    codes = [np.array([1, 1, 2]), np.array([1, 2, 1])]
    assert inside(codes, ((0, 1), (1, 2))).tolist() == [False, True, False]
    assert list(without_each(((0, 1), (1, 2)))) == [((1, 2),), ((0, 1),)]
    assert list(without_each(((0, 1),))) == []

"""The score: what chance alone would show is known exactly, and no part of a group scores above its bound."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from pipeline.auditing.search.score import Excess, bound


def test_score_by_hand() -> None:
    """4 of 10 rows wrong, variance 0.24 × 10/9; a group of 4 holds 3: (3 − 1.6) / √(4 · 6/10 · 0.2667) = 1.75."""
    score = Excess.of(np.array([1.0] * 4 + [0.0] * 6))
    assert score(np.array([4]), np.array([3.0])) == pytest.approx([1.75])


def test_score_is_the_root_of_chi_square() -> None:
    """Of errors of 0 and 1 the square, times N / (N − 1), is scipy's chi-square of the two-by-two table."""
    score = Excess.of(np.array([1.0] * 30 + [0.0] * 170))
    chi_square = chi2_contingency([[20, 30], [10, 140]], correction=False).statistic
    assert score(np.array([50]), np.array([20.0]))[0] ** 2 * 200 / 199 == pytest.approx(chi_square)


def test_nothing_to_tell_apart_scores_zero() -> None:
    """A group of all rows, or of none, or among losses that are all alike, stands at 0."""
    mixed, alike = Excess.of(np.array([0.0, 1.0])), Excess.of(np.ones(5))
    assert mixed(np.array([2, 0]), np.array([1.0, 0.0])).tolist() == [0.0, 0.0]
    assert alike(np.array([2]), np.array([2.0])).tolist() == [0.0]


@given(
    group=st.lists(st.integers(0, 3), min_size=1, max_size=7),
    others=st.lists(st.integers(0, 3), max_size=6),
    min_rows=st.integers(1, 4),
)
def test_no_part_is_above_the_bound(group: list[int], others: list[int], min_rows: int) -> None:
    """Every part of a group that is large enough, tried one by one, scores at most the group's bound."""
    losses = np.array(group + others, dtype=float)
    score = Excess.of(losses)
    if len(group) >= min_rows:
        totals = (np.array([len(group)]), np.array([float(sum(group))]))
        highest = bound(score, *totals, most=float(losses.max()), min_rows=min_rows)[0]
        for size in range(min_rows, len(group) + 1):
            for part in combinations(group, size):
                assert score(np.array([size]), np.array([float(sum(part))]))[0] <= highest + 1e-9

"""Balancing by the target, and the law of the least movement."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.preprocessing.balance import balanced, spread

SIZES = st.lists(st.integers(1, 12), min_size=2, max_size=4)


def moved(before: np.ndarray, after: np.ndarray, *, but: int, parts: int) -> tuple[int, int]:
    """The most other rows that left one part, and that entered one."""
    other = before != after
    other[but] = False
    return max(np.bincount(before[other], minlength=parts)), max(np.bincount(after[other], minlength=parts))


@settings(deadline=None, max_examples=400)
@given(SIZES, st.data())
def test_correcting_one_label_moves_at_most_one_other_row_out_of_any_part(sizes, data):
    """Of two classes: at most one other row leaves any part, and at most one enters it."""
    n = sum(sizes)
    part = np.repeat(np.arange(len(sizes)), sizes)[data.draw(st.permutations(range(n)))]
    order = np.array(data.draw(st.permutations(range(n))))
    classes = np.array(data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    corrected = data.draw(st.integers(0, n - 1))
    other = classes.copy()
    other[corrected] ^= 1
    before, after = (balanced(part, classes=each, order=order) for each in (classes, other))
    assert max(moved(before, after, but=corrected, parts=len(sizes))) <= 1


@pytest.mark.parametrize("sizes", [(5, 2, 2), (3, 3, 3), (6, 3), (4, 2, 2, 1)])
def test_the_law_holds_for_every_labelling(sizes):
    """All labellings of nine rows in two classes, each with every single correction."""
    random, parts = np.random.default_rng(1), len(sizes)
    part, order = random.permutation(np.repeat(np.arange(parts), sizes)), random.permutation(9)
    every = [np.array([number >> row & 1 for row in range(9)]) for number in range(2**9)]
    found = [balanced(part, classes=each, order=order) for each in every]
    for number in range(2**9):
        for row in range(9):
            assert max(moved(found[number], found[number ^ 1 << row], but=row, parts=parts)) <= 1


@settings(deadline=None, max_examples=200)
@given(SIZES, st.integers(2, 4), st.data())
def test_sizes_stay_and_each_class_is_spread(sizes, kinds, data):
    """Parts keep their sizes; a class that divides evenly is divided exactly."""
    n = sum(sizes)
    part = np.repeat(np.arange(len(sizes)), sizes)[data.draw(st.permutations(range(n)))]
    classes = np.array(data.draw(st.lists(st.integers(0, kinds - 1), min_size=n, max_size=n)))
    found = balanced(part, classes=classes, order=np.arange(n))
    assert np.bincount(found, minlength=len(sizes)).tolist() == sizes
    ideal = [[(classes == c).sum() * size for size in sizes] for c in range(kinds)]
    if all(cell % n == 0 for row in ideal for cell in row):
        got = [[int(((classes == c) & (found == p)).sum()) for p in range(len(sizes))] for c in range(kinds)]
        assert got == [[cell // n for cell in row] for row in ideal]


def test_thirty_of_a_hundred_are_spread_18_6_6():
    """The course's figure: 30 positive of 100 at 60/20/20."""
    assert spread(30, over=np.array([60, 20, 20])).tolist() == [18, 6, 6]


@given(SIZES)
def test_one_row_more_takes_one_seat_more(sizes):
    """Spreading one more row adds one to one part, up to all seats, and stays within a row of the ideal."""
    over, before = np.array(sizes), np.zeros(len(sizes), dtype=int)
    for n in range(1, sum(sizes) + 1):
        now = spread(n, over=over)
        assert sorted(now - before) == [0] * (len(sizes) - 1) + [1]
        assert len(sizes) > 3 or (abs(now - n * over / over.sum()) < 1).all()
        before = now
    assert before.tolist() == sizes


def test_what_is_balanced_already_stays():
    """No row moves where each class has its due."""
    part, classes = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert balanced(part, classes=classes, order=np.arange(4)).tolist() == [0, 0, 1, 1]
    assert balanced(part, classes=np.zeros(4, int), order=np.arange(4)).tolist() == [0, 0, 1, 1]

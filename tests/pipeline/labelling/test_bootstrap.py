"""Intervals over items: they cover, they are the same each time, and say nothing where draws show nothing."""

from __future__ import annotations

import numpy as np

from pipeline.labelling.bootstrap import Resampling, distinct, figure
from pipeline.labelling.coefficients import raw_agreement

HOW = Resampling(resamples=400)


def agreement(table, how=HOW):
    """The raw agreement over rows of counts."""
    profiles, counts = distinct(table)
    return figure("raw", counts, lambda weights: raw_agreement(profiles, weights), n=len(table), how=how)


def test_the_interval_covers_as_often_as_it_says():
    """In 300 samples of 80 items on which two people agree in 7 of 10 cases, about 95 % of intervals hold 0.7."""
    random = np.random.default_rng(3)
    hits = 0
    for _ in range(300):
        alike = random.random(80) < 0.7
        found = agreement(np.where(alike[:, None], [2, 0], [1, 1]))
        hits += found.low <= 0.7 <= found.high
    assert 0.91 <= hits / 300 <= 0.98


def test_equal_labels_give_equal_figures():
    """To the last digit, in any order of the items."""
    table = np.array([[2, 0], [1, 1], [0, 2], [1, 1], [2, 0]])
    assert agreement(table) == agreement(table[::-1]) and agreement(table).method == "bootstrap"


def test_what_shows_nothing_has_no_interval():
    """All items alike: the value stands without an interval; nothing at all is not defined."""
    found = agreement(np.array([[2, 0]] * 4))
    assert (found.value, found.low, found.high, found.method) == (1.0, None, None, "")
    assert not agreement(np.zeros((0, 2), int)).defined

"""The difference of two shares of the same rows, against published examples and by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.auditing.intervals import difference, wilson
from pipeline.auditing.paired import paired_difference


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((59, 6, 16, 80), (-0.0621, -0.1186, -0.0046)),  # complete response before and after therapy (Cavo et al. 2012)
        ((1, 1, 7, 12), (-0.2857, -0.5069, -0.0256)),  # airway hyper-responsiveness (Bentur et al. 2009)
    ],
)
def test_published_examples(cells, expected):
    """As given for the square-and-add interval in Fagerland, Lydersen and Laake's book on contingency tables."""
    both, first, second, neither = cells
    gap, (low, high) = paired_difference(both=both, first=first, second=second, neither=neither)
    assert (round(gap, 4), round(low, 4), round(high, 4)) == expected


def test_without_correlation_it_is_the_interval_of_two_groups():
    """Where the two are independent (25 of each of four), nothing is gained by pairing."""
    gap, interval = paired_difference(both=25, first=25, second=25, neither=25)
    assert (gap, interval) == (0, pytest.approx(difference(0.5, wilson(0.5, 100), from_value=0.5,
                                                           from_interval=wilson(0.5, 100))))


@pytest.mark.parametrize("cells", [(0, 0, 0, 30), (30, 0, 0, 0), (0, 0, 5, 0)])
def test_empty_margins(cells):
    """Where all are alike there is no correlation to speak of, and the interval still has width."""
    gap, (low, high) = paired_difference(**dict(zip(("both", "first", "second", "neither"), cells, strict=True)))
    assert low < gap < high or gap in (low, high)


@pytest.mark.parametrize("chances", [(0.1, 0.1, 0.2, 0.6), (0.3, 0.05, 0.05, 0.6), (0.02, 0.05, 0.08, 0.85)])
def test_it_covers_at_its_nominal_rate(chances):
    """Over 2,000 draws of 120 rows, the true difference is within the 95 % interval 93 % to 98 % of the time."""
    random, truth = np.random.default_rng(3), chances[1] - chances[2]
    hits = 0
    for both, first, second, neither in random.multinomial(120, chances, 2000).tolist():
        _, (low, high) = paired_difference(both=both, first=first, second=second, neither=neither)
        hits += low <= truth <= high
    assert 0.93 <= hits / 2000 <= 0.98

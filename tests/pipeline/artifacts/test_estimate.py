"""Estimates: ranges multiply, and a gap closes by its share a quarter."""

from __future__ import annotations

import math

import pytest

from pipeline.artifacts.estimate import Factor, Fermi, Progress
from pipeline.errors import Misuse


def test_a_value_is_the_product_of_its_ranges() -> None:
    """2,000 to 4,000 applications, 30 to 60 % of them, 20 to 60 USD each: 12,000 to 144,000 USD."""
    value = Fermi("USD", (Factor("applications", 2000, 4000), Factor("share", 0.3, 0.6), Factor("USD each", 20, 60)))
    assert (value.low, value.high) == (pytest.approx(12_000), pytest.approx(144_000))


def test_a_gap_closes_by_its_share_each_quarter() -> None:
    """A gap of 10 that closes by 30 % a quarter is 7 after one and 4.9 after two."""
    progress = Progress("word errors", 10, 0.3)
    assert [progress.after(n) for n in (0, 1, 2)] == [10, pytest.approx(7), pytest.approx(4.9)]


@pytest.mark.parametrize("ends", [(2, 1), (-1, 1), (0, math.inf), (math.nan, 1)])
def test_a_factor_without_a_range_is_refused(ends: tuple[float, float]) -> None:
    """Ends in the wrong order, below 0, or no numbers are no range."""
    with pytest.raises(Misuse, match="has no range"):
        Factor("x", *ends)


def test_an_estimate_of_nothing_is_refused() -> None:
    """No factors, no value; a gap cannot close by more than all of it."""
    with pytest.raises(Misuse, match="no factors"):
        Fermi("USD", ())
    with pytest.raises(Misuse, match="progress of x"):
        Progress("x", 1, 1.1)

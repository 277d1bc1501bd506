"""Intervals against published figures and an independent library."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from pipeline.auditing.intervals import balanced_interval, difference, f1_interval, normal, ratio, wilson


def test_wilson_by_hand() -> None:
    """8 of 10 at 95 %: centre (0.8 + 0.19207) / 1.38415 = 0.71674, half width 0.22661."""
    assert wilson(0.8, 10) == pytest.approx((0.4902, 0.9433), abs=5e-5)


@given(n=st.integers(1, 10_000), data=st.data(), confidence=st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_wilson_equals_scipy(n: int, data: st.DataObject, confidence: float) -> None:
    """For any count, share and confidence the bounds are scipy's."""
    hits = data.draw(st.integers(0, n))
    low, high = binomtest(hits, n).proportion_ci(confidence, method="wilson")
    assert wilson(hits / n, n, confidence=confidence) == pytest.approx((low, high), abs=1e-9)


def test_wilson_of_nothing_says_nothing() -> None:
    """No cases leave everything possible; a few that are all right are no certainty."""
    assert wilson(0.0, 0) == (0.0, 1.0)
    assert wilson(1.0, 3)[0] < 0.5


def test_difference_by_newcombe() -> None:
    """Newcombe 1998, method 10, his example 56/70 against 48/80: 0.2 within 0.0524 to 0.3339."""
    ends = difference(56 / 70, wilson(56 / 70, 70), from_value=48 / 80, from_interval=wilson(48 / 80, 80))
    assert ends == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_f1_interval_carries_the_share_over() -> None:
    """68 hits of 95 rows concerned: J = 0.7158, F1 = 136/163; the ends are those of J carried by 2J/(1+J)."""
    low, high = binomtest(68, 95).proportion_ci(method="wilson")
    expected = (2 * low / (1 + low), 2 * high / (1 + high))
    assert f1_interval(136 / 163, 95) == pytest.approx(expected, abs=1e-9)


def test_f1_interval_covers() -> None:
    """In 2,000 samples of 200 rows the 95 % interval holds the true F1 about 95 % of the time."""
    cells, rows = np.array([0.2, 0.06, 0.09, 0.65]), 200
    true_f1 = 2 * cells[0] / (2 * cells[0] + cells[1] + cells[2])
    held = 0
    for tp, fp, fn, _ in np.random.default_rng(1).multinomial(rows, cells, size=2000):
        low, high = f1_interval(2 * tp / (2 * tp + fp + fn), int(tp + fp + fn))
        held += low <= true_f1 <= high
    assert 0.935 <= held / 2000 <= 0.965


def test_ratio_by_hand() -> None:
    """0.3 (0.2 to 0.4) to 0.6 (0.5 to 0.7).

    ln ½ − √(ln² 1.5 + ln² 7/6) = −1.12693, and ln ½ + √(ln² 4/3 + ln² 1.2) = −0.35256.
    """
    ends = ratio(0.3, (0.2, 0.4), to_value=0.6, to_interval=(0.5, 0.7))
    assert ends == pytest.approx((0.32402, 0.70289), abs=5e-5)


def test_ratio_to_itself_holds_one() -> None:
    """A ratio of equals is within an interval that reads the same upside down."""
    low, high = ratio(0.3, (0.2, 0.45), to_value=0.3, to_interval=(0.2, 0.45))
    assert low < 1 < high and low * high == pytest.approx(1)


def test_ratio_of_nobody() -> None:
    """None of 20 against half of 20: from 0 to the quotient of the ends; against none it has no value."""
    none, half = wilson(0.0, 20), wilson(0.5, 20)
    assert ratio(0.0, none, to_value=0.5, to_interval=half) == (0.0, none[1] / half[0])
    with pytest.raises(ValueError, match="no ratio to 0"):
        ratio(0.5, half, to_value=0.0, to_interval=none)


@pytest.mark.parametrize(("one", "other"), [(0.3, 0.6), (0.05, 0.5), (0.9, 0.95)])
def test_ratio_covers(one: float, other: float) -> None:
    """In 3,000 pairs of samples of 60 and 80 cases the 95 % interval holds the true ratio about 95 % of the time."""
    random, held = np.random.default_rng(2), 0
    for first, second in zip(random.binomial(60, one, 3000), random.binomial(80, other, 3000), strict=True):
        shares = first / 60, second / 80
        ends = ratio(shares[0], wilson(shares[0], 60), to_value=shares[1], to_interval=wilson(shares[1], 80))
        held += ends[0] <= one / other <= ends[1]
    assert 0.935 <= held / 3000 <= 0.975


def test_balanced_by_hand() -> None:
    """8 of 10 and 15 of 20: half the sum, and half of Newcombe's interval of 8/10 less 5/20, moved by one."""
    low, high = difference(0.8, wilson(0.8, 10), from_value=0.25, from_interval=wilson(0.25, 20))
    assert balanced_interval((0.8, 10), (0.75, 20)) == pytest.approx(((1 + low) / 2, (1 + high) / 2))
    assert low < 2 * 0.775 - 1 < high


def test_normal_is_two_deviations_wide_at_95() -> None:
    """10 ± 1.959964 · 2."""
    assert normal(10.0, 2.0) == pytest.approx((10 - 3.919928, 10 + 3.919928), abs=1e-6)
    assert normal(10.0, 2.0, confidence=0.8) == pytest.approx((10 - 2.563103, 10 + 2.563103), abs=1e-6)

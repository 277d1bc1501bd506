"""Levels: values, their resamples, and the luck of the draw of training rows."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.auditing.answered import Answered
from pipeline.auditing.curve.levels import Drawn, blurred, drawn, interval, level, luck_per_row, together
from pipeline.auditing.intervals import wilson


def rows(right: int, wrong: int) -> Answered:
    """So many right and wrong answers to true 1s."""
    answer = np.array([1] * right + [0] * wrong)
    return Answered(problem="classification", truth=np.ones_like(answer), answer=answer, positive=1, classes=(0, 1))


def test_interval_is_about_wilsons() -> None:
    """Of 80 right in 100 the resampled interval is close to Wilson's, 71.1 % to 86.7 %."""
    found = level(drawn("accuracy", rows(80, 20), seed=0), confidence=0.95)
    assert (found.value, found.n) == (0.8, 100)
    assert (found.low, found.high) == pytest.approx(wilson(0.8, 100), abs=0.02)


def test_undefined_is_none() -> None:
    """Precision of a model that never says yes has no level."""
    assert drawn("precision", rows(0, 9), seed=0) is None


def test_one_seed_gives_the_same_resamples() -> None:
    """Two models are compared on the same resamples: one that is always better is better in each."""
    first, second = (drawn("accuracy", rows(right, 100 - right), seed=4) for right in (90, 80))
    assert np.all(first.draws >= second.draws)


def test_mean_over_repeats() -> None:
    """Values and resamples are averaged, resample by resample."""
    both = together([Drawn(0.2, np.array([0.1, 0.3]), 9), Drawn(0.4, np.array([0.3, 0.7]), 9)])
    assert (both.value, both.draws.tolist(), both.n) == (pytest.approx(0.3), pytest.approx([0.2, 0.5]), 9)


def test_luck_by_hand() -> None:
    """Half of 100 rows, drawn twice: values 0.4 and 0.6 vary by 0.02, times 50, over 1 - 0.5: 2 per row."""
    draws = [Drawn(value, np.zeros(1), 1) for value in (0.4, 0.6)]
    assert luck_per_row([(0.5, 50, draws), (1.0, 100, draws), (0.2, 20, draws[:1])]) == pytest.approx(2.0)
    assert luck_per_row([(1.0, 100, draws)]) == 0.0


def test_luck_widens_the_resamples() -> None:
    """A variance of 0.04 on resamples that are all alike spreads them by 0.2; the value stays."""
    found = blurred(Drawn(0.5, np.full(4000, 0.5), 9), variance=0.04, seed=0)
    assert found.value == 0.5 and found.draws.std() == pytest.approx(0.2, rel=0.05)
    assert interval(found.draws, confidence=0.95) == pytest.approx((0.5 - 0.392, 0.5 + 0.392), abs=0.03)

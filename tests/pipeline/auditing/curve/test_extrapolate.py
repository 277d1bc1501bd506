"""Carrying a curve on: exact on power laws, honest on flat and worsening ones."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.auditing.curve.extrapolate import expected_loss

ROWS = np.array([100.0, 200.0, 400.0, 700.0, 1000.0])


@pytest.mark.parametrize("power", [0.2, 0.5, 1.0])
def test_power_laws_are_continued(power: float) -> None:
    """Of loss 0.1 + 2 n^-power the values at 1,000 and 2,000 are found again."""
    now, then = expected_loss(ROWS, (0.1 + 2 * ROWS**-power)[None], at=2000.0)
    assert (now[0], then[0]) == pytest.approx((0.1 + 2 * 1000**-power, 0.1 + 2 * 2000**-power))


def test_flat_curves_stay_flat() -> None:
    """Where the loss does not fall, none is expected to."""
    now, then = expected_loss(ROWS, np.full((1, 5), 0.3), at=2000.0)
    assert (now[0], then[0]) == pytest.approx((0.3, 0.3))


def test_curves_are_fitted_one_by_one() -> None:
    """A falling and a rising curve, fitted together, each go on their own way; none falls below 0."""
    falling, rising, steep = 10 / ROWS, 0.5 - 10 / ROWS, 0.5 * ROWS**-1.0 - 0.0005
    now, then = expected_loss(ROWS, np.stack([falling, rising, steep]), at=2000.0)
    assert then[0] == pytest.approx(0.005) and then[1] == pytest.approx(0.495) and then[2] == 0.0
    assert now[2] == pytest.approx(0.0)

"""The diagnosis: each verdict from levels chosen by hand, and never more data for high bias."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.artifacts.curve import Diagnosis, Gain, MoreData
from pipeline.auditing.curve.diagnose import Verdict, diagnose
from pipeline.auditing.curve.levels import Drawn

SPREAD = np.linspace(-1, 1, 401)


def gain(low: float) -> Gain:
    """A gain of 3 points from 2,000 rows, from `low` to 5 points."""
    return Gain(rows=2000, value=0.03, low=low, high=0.05, expected=0.9, expected_low=0.87, expected_high=0.92)


def judged(
    *, train: float, dev: float, target: float | None = 0.05, low: float = 0.01, width: float = 0.005
) -> Verdict:
    """Judge losses known to ± `width`; they vary against each other."""
    return diagnose(
        "accuracy", train=Drawn(train, train + width * SPREAD, 1000), dev=Drawn(dev, dev - width * SPREAD, 1000),
        target=target, gain=gain(low), confidence=0.95,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("levels", "diagnosis", "more_data"),
    [
        ({"train": 0.20, "dev": 0.21}, Diagnosis.HIGH_BIAS, MoreData.NOT_RECOMMENDED),
        ({"train": 0.05, "dev": 0.20}, Diagnosis.HIGH_VARIANCE, MoreData.RECOMMENDED),
        ({"train": 0.05, "dev": 0.20, "low": -0.01}, Diagnosis.HIGH_VARIANCE, MoreData.NOT_KNOWN),
        ({"train": 0.15, "dev": 0.30}, Diagnosis.BOTH, MoreData.NOT_RECOMMENDED),
        ({"train": 0.055, "dev": 0.06, "width": 0.001}, Diagnosis.NEITHER, MoreData.NOT_RECOMMENDED),
        ({"train": 0.055, "dev": 0.06, "width": 0.05}, Diagnosis.NOT_ENOUGH_EVIDENCE, MoreData.NOT_KNOWN),
        ({"train": 0.20, "dev": 0.21, "target": None}, Diagnosis.NOT_ENOUGH_EVIDENCE, MoreData.NOT_RECOMMENDED),
        ({"train": 0.05, "dev": 0.20, "target": None}, Diagnosis.HIGH_VARIANCE, MoreData.RECOMMENDED),
    ],
)
def test_verdicts(levels: dict, diagnosis: Diagnosis, more_data: MoreData) -> None:
    """Reachable are 5 % errors. A gap counts from a fifth of the loss on new rows, with its whole interval above 0."""
    found = judged(**levels)
    assert (found.diagnosis, found.more_data) == (diagnosis, more_data)


def test_gaps_by_hand() -> None:
    """20 % on training rows, 21 % on new ones, 5 % reachable: bias 15 points, variance 1 point."""
    found = judged(train=0.20, dev=0.21, width=0.001)
    assert (found.bias.value, found.variance.value) == pytest.approx((0.15, 0.01))
    assert found.why == (
        "On rows it never saw it is 1.0 points (0.8 points to 1.2 points: not high) worse than on those it was "
        "trained on; on those it falls 15.0 points (14.9 points to 15.1 points: high) short of the reachable level."
    )


def test_what_is_no_gap_is_not_called_one() -> None:
    """Better on new rows than on training rows, and better there than the reachable level: neither is a shortfall."""
    assert judged(train=0.04, dev=0.03, width=0.0).why == (
        "On rows it never saw it does no worse than on those it was trained on (-1.0 points to -1.0 points: not high); "
        "on those it does at least as well as the reachable level (-1.0 points to -1.0 points: not high)."
    )


def test_advice_names_the_gain() -> None:
    """For high variance the first advice is more rows, with the expected gain and its interval."""
    assert judged(train=0.05, dev=0.20).advice[0] == (
        "Collect more rows of the same kind: twice as many (2,000) are expected to make it 3.0 points better "
        "(1.0 points to 5.0 points), 90.0 % on new rows."
    )


@given(
    train=st.floats(0, 0.6),
    gap=st.floats(-0.1, 0.5),
    target=st.none() | st.floats(0, 0.6),
    low=st.floats(-0.1, 0.03),
    width=st.floats(0.0001, 0.2),
)
def test_never_more_data_for_high_bias(
    train: float, gap: float, target: float | None, low: float, width: float
) -> None:
    """Whatever the levels: with high bias more data is not recommended, and no advice says to collect any."""
    found = judged(train=train, dev=max(0.0, train + gap), target=target, low=low, width=width)
    if found.diagnosis in (Diagnosis.HIGH_BIAS, Diagnosis.BOTH):
        assert found.more_data is MoreData.NOT_RECOMMENDED
        assert not any(advice.startswith("Collect") for advice in found.advice)
    assert found.advice and (found.more_data is not MoreData.RECOMMENDED or low > 0)

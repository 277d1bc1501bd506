"""A limit held against a figure: the one rule of all gates on absolute values."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.artifacts.audit import Judgement, Ruling
from pipeline.auditing.limit import Limit

OPEN = Judgement.NOT_ENOUGH_EVIDENCE


def ruled(value: float, low: float | None, high: float | None, *, n: int = 100) -> Ruling:
    """A figure of `n` cases, not judged yet."""
    return Ruling(about="all", judgement=OPEN, why="", n=n, value=value, low=low, high=high)


def held(limit: Limit, told: Ruling, **how: Any) -> tuple[str, str]:
    """The judgement, and why."""
    found = limit.held(told, **how)
    return str(found.judgement), found.why


@pytest.mark.parametrize(
    ("value", "kept"), [(0.2, True), (0.2 - 1e-12, True), (0.19, False), (0.8, True), (0.81, False)]
)
def test_the_ends_keep_the_limit(value: float, kept: bool) -> None:
    """From 0.2 to 0.8, but for what is lost in adding."""
    assert Limit(least=0.2, most=0.8).keeps(value) is kept


@pytest.mark.parametrize(
    ("low", "high", "certain", "expected"),
    [
        (0.52, 0.68, True, ("pass", "the limit is kept")),
        (0.52, 0.68, False, ("pass", "the limit is kept")),
        (0.48, 0.64, False, ("pass", "the limit is kept by the measured value; the interval reaches across it")),
        (0.48, 0.64, True, ("not enough evidence", "the limit is kept, but the interval reaches across it")),
        (None, None, False, ("pass", "the limit is kept")),
        (None, None, True, ("not enough evidence", "the limit is kept, but no interval is known")),
    ],
)
def test_a_value_that_keeps_the_limit(low: float | None, high: float | None, certain: bool, expected: tuple) -> None:
    """It passes and says what its interval does; to be certain asks for the whole interval."""
    assert held(Limit(least=0.5, certain=certain), ruled(0.6, low, high), min_count=30) == expected


@pytest.mark.parametrize(
    ("n", "high", "counted", "expected"),
    [
        (30, 0.6, False, "fail"),  # enough cases: the value decides
        (29, 0.6, True, "not enough evidence"),  # too few, and the interval reaches across 0.5
        (29, 0.49, True, "fail"),  # too few, but all of the interval lies beyond
        (29, 0.49, False, "not enough evidence"),  # an interval that is no count's is not believed of few
        (9, 0.49, True, "not enough evidence"),  # and below ten none is
    ],
)
def test_a_value_that_breaks_the_limit(n: int, high: float, counted: bool, expected: str) -> None:
    """It fails with enough cases; with fewer only a count whose whole interval breaks it does."""
    assert held(Limit(least=0.5), ruled(0.3, 0.1, high, n=n), min_count=30, counted=counted)[0] == expected


def test_too_few_cases_are_counted() -> None:
    """A value that keeps the limit on too few cases says how many are needed."""
    assert held(Limit(most=0.5), ruled(0.3, 0.1, 0.4, n=12), min_count=30) == (
        "not enough evidence", "12 cases, 30 are needed",
    )

"""Declared levels beside a model's figures: the table of COURSE.md 6, by hand."""

from __future__ import annotations

from math import sqrt

import pytest

from pipeline.artifacts.audit import Figure, Group
from pipeline.auditing.baseline import Level
from pipeline.auditing.intervals import wilson
from pipeline.auditing.levels import level

COURSE = {
    "clean speech": (0.94, 0.95, 600), "car noise": (0.89, 0.93, 40), "people noise": (0.87, 0.89, 300),
    "low bandwidth": (0.70, 0.70, 60),
}


def group(label: str, value: float, n: int) -> Group:
    """A group of the slice noise with an accuracy."""
    low, high = wilson(value, n)
    figure = Figure(metric="accuracy", value=value, n=n, low=low, high=high, method="wilson")
    return Group(slice="noise", label=label, rows=n, share=n / 1000, figures=(figure,))


GROUPS = [group(label, ours, n) for label, (ours, _, n) in COURSE.items()]
OVERALL = group("all rows", 0.903, 1000)


def test_the_course_table() -> None:
    """Below human level by 1, 4, 2 and 0 points, each group beside its own level."""
    human = Level(
        "human", metric="accuracy", slice="noise", per_slice={label: level for label, (_, level, _) in COURSE.items()},
        source="the course",
    )
    found = level(human, OVERALL, GROUPS, confidence=0.95)
    gains = [found.of("accuracy", slice="noise", label=label).gain for label in COURSE]
    assert gains == pytest.approx([-0.01, -0.04, -0.02, 0.0])
    whole = found.of("accuracy")
    assert (whole.theirs, whole.gain, found.absent, found.source) == (None, None, False, "the course")


def test_a_counted_level_is_uncertain_too() -> None:
    """94 % of 600 against 95 % of 400: Newcombe's interval of two independent groups; without the count only ours."""
    (low, high), (level_low, level_high) = wilson(0.94, 600), wilson(0.95, 400)
    counted = Level("human", metric="accuracy", slice="noise", per_slice={"clean speech": (0.95, 400)}, source="x")
    found = level(counted, OVERALL, GROUPS, confidence=0.95).of("accuracy", slice="noise", label="clean speech")
    below = sqrt((0.94 - low) ** 2 + (level_high - 0.95) ** 2)
    above = sqrt((high - 0.94) ** 2 + (0.95 - level_low) ** 2)
    assert (found.low, found.high) == pytest.approx((-0.01 - below, -0.01 + above))
    assert (found.n, found.theirs.n, found.method) == (600, 400, "two independent groups")
    exact = Level("human", metric="accuracy", slice="noise", per_slice={"clean speech": 0.95}, source="x")
    found = level(exact, OVERALL, GROUPS, confidence=0.95).of("accuracy", slice="noise", label="clean speech")
    assert (found.low, found.high) == pytest.approx((low - 0.95, high - 0.95))
    assert found.method == "the declared figure taken as exact"


def test_no_usable_level_is_na_and_never_zero() -> None:
    """Nobody can tell from an ad whether it will be clicked: no figure, no gain, and no fault of the model."""
    found = level(Level("human", metric="accuracy"), OVERALL, GROUPS, confidence=0.95)
    assert (found.comparisons, found.absent) == ((), True) and found.why_not.startswith("n/a")
    partly = Level("human", metric="accuracy", slice="noise", per_slice={"car noise": 0.93, "low bandwidth": None},
                   source="x")
    found = level(partly, OVERALL, GROUPS, confidence=0.95)
    for label in ("low bandwidth", "clean speech"):
        one = found.of("accuracy", slice="noise", label=label)
        assert (one.theirs, one.gain, one.low) == (None, None, None) and one.ours.n


def test_a_group_that_no_test_row_is_in() -> None:
    """A level of a group without rows stands beside nothing."""
    rare = Level("human", metric="accuracy", slice="noise", per_slice={"wind": 0.9}, source="x")
    found = level(rare, OVERALL, GROUPS, confidence=0.95).of("accuracy", slice="noise", label="wind")
    assert (found.ours, found.theirs.value, found.gain, found.n) == (None, 0.9, None, 0)


def test_less_error_than_the_literature_is_a_gain() -> None:
    """An MAE of 8 (7 to 9.5) against a published 10 is better by 2 (0.5 to 3)."""
    mae = Figure(metric="mae", value=8.0, n=50, low=7.0, high=9.5, method="bootstrap")
    overall = Group(slice="", label="all rows", rows=50, share=1.0, figures=(mae,))
    published = Level("literature", metric="mae", value=10.0, n=1000, source="a paper")
    found = level(published, overall, [], confidence=0.95).of("mae")
    assert (found.gain, found.low, found.high) == pytest.approx((2.0, 0.5, 3.0))

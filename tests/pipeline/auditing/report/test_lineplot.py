"""The geometry of a plot, worked by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.auditing.report.lineplot import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axes, short, spanning, ticks

AXES = Axes((100.0, 10_000.0), (0.0, 1.0))


def test_places_by_hand() -> None:
    """The ends lie at the margins, 1,000 halfway between 100 and 10,000, 0.5 halfway up; beyond is at the edge."""
    assert [AXES.across(x) for x in (100, 1000, 10_000)] == [LEFT, (LEFT + WIDTH - RIGHT) / 2, WIDTH - RIGHT]
    assert [AXES.up(y) for y in (0, 0.5, 1, 7)] == [HEIGHT - BOTTOM, (HEIGHT - BOTTOM + TOP) / 2, TOP, TOP]


def test_lines_and_bands() -> None:
    """A line is its points; a band goes along its lower edge and back along the upper one."""
    assert AXES.line([(100, 0), (10_000, 1)]) == f"{LEFT},{HEIGHT - BOTTOM} {WIDTH - RIGHT},{TOP}"
    assert AXES.band([(100, 0, 1), (10_000, 0, 1)]).split() == [
        f"{LEFT},{HEIGHT - BOTTOM}", f"{WIDTH - RIGHT},{HEIGHT - BOTTOM}", f"{WIDTH - RIGHT},{TOP}", f"{LEFT},{TOP}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ends", "values"),
    [((0.62, 1.0), [0.7, 0.8, 0.9, 1.0]), ((0.0, 0.05), [0.0, 0.01, 0.02, 0.03, 0.04, 0.05]), ((-3, 12), [0, 5, 10])],
)
def test_ticks_are_round(ends: tuple[float, float], values: list[float]) -> None:
    """Ticks are 1, 2 or 5 times a power of ten apart."""
    assert ticks(ends) == values


@given(low=st.floats(-1e6, 1e6), width=st.floats(1e-6, 1e6))
def test_ticks_lie_between_the_ends(low: float, width: float) -> None:
    """There are at most six, in order, and none lies outside."""
    found = ticks((low, low + width))
    assert len(found) <= 6 and found == sorted(found)
    assert all(low - 1e-6 * width - 1e-9 <= each <= low + width + 1e-6 * width + 1e-9 for each in found)


def test_ends_leave_room() -> None:
    """An axis shows all values with room, never a share above 1, and has width even for a single value."""
    assert spanning([0.5, 1.0], within=(0.0, 1.0)) == (pytest.approx(0.46), 1.0)
    assert all(math.isfinite(end) for end in spanning([0.0])) and spanning([0.0]) == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("count", "text"), [(95, "95"), (1234, "1.2k"), (35_200, "35k"), (350_000, "350k"), (4e6, "4M")]
)
def test_counts_are_short(count: float, text: str) -> None:
    """A count fits under a tick."""
    assert short(count) == text

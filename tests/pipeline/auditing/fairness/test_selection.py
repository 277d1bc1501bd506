"""The four-fifths view, by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.artifacts.audit import Group
from pipeline.artifacts.fairness import FourFifths, Selected
from pipeline.auditing.fairness.selection import selected


def told(groups: list[Group], **given: object) -> dict[str, Selected]:
    """The view by label."""
    how = {"min_count": 30, "confidence": 0.95, **given}
    return {each.label: each for each in selected(groups, **how)}


def test_the_guidelines_own_arithmetic(shares: Callable[..., Group]) -> None:
    """48 of 80 whites (60 %) and 12 of 40 blacks (30 %): the ratio is one half, below four fifths."""
    found = told([shares("black", 12, 40), shares("white", 48, 80)])
    assert found["black"].ratio.value == pytest.approx(0.5) and found["black"].outcome is FourFifths.BELOW
    assert found["black"].ratio.low < 0.5 < found["black"].ratio.high < 0.9
    assert found["white"].ratio.value == 1.0 and found["white"].outcome is FourFifths.KEPT
    assert found["black"].highest == "white"


@pytest.mark.parametrize(("part", "outcome"), [(40, FourFifths.KEPT), (39, FourFifths.BELOW)])
def test_four_fifths_itself_is_kept(shares: Callable[..., Group], part: int, outcome: FourFifths) -> None:
    """40 % against 50 % is four fifths and kept; 39 % is below."""
    assert told([shares("a", part, 100), shares("b", 50, 100)])["a"].outcome is outcome


def test_a_small_group_is_neither_flagged_nor_the_measure(shares: Callable[..., Group]) -> None:
    """All of 3 are selected: too few to be the highest; none of 5: too few to be flagged."""
    found = told([shares("three", 3, 3), shares("five", 0, 5), shares("a", 20, 50), shares("b", 30, 60)])
    assert {each.highest for each in found.values()} == {"b"}
    assert found["three"].outcome is found["five"].outcome is FourFifths.NOT_ENOUGH_EVIDENCE
    assert found["five"].ratio.value == 0.0 and found["a"].outcome is FourFifths.KEPT


def test_nobody_is_selected(shares: Callable[..., Group]) -> None:
    """With no rate above 0 there is no ratio, and nothing is flagged."""
    found = told([shares("a", 0, 50), shares("b", 0, 50)])
    assert [(each.ratio, each.outcome) for each in found.values()] == [(None, FourFifths.NOT_ENOUGH_EVIDENCE)] * 2


def test_no_group_is_large_enough(shares: Callable[..., Group]) -> None:
    """Where all are small, nothing is said of any."""
    found = told([shares("a", 1, 9), shares("b", 5, 9)])
    assert {each.outcome for each in found.values()} == {FourFifths.NOT_ENOUGH_EVIDENCE}

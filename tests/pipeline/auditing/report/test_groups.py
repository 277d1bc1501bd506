"""Groups on the page: how far each is from the rest, which slice is worst, and nothing left out however many."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.artifacts.audit import Audit, Difference, Figure, Group
from pipeline.auditing.report.groups import MOST_OPEN, rest, slices
from tests.pipeline.auditing.report.test_page import AUDIT, text

BELOW = Difference(value=-0.102, other=0.83, n=300, low=-0.201, high=-0.003)


def figure(value: float = 0.728, n: int = 100, *, metric: str = "recall", **given: object) -> Figure:
    """A figure of a hundred cases."""
    return Figure(metric=metric, value=value, n=n, **{"low": value, "high": value, "method": "wilson", **given})


def of(*figures: Figure, **changes: object) -> Audit:
    """An audit with one group for each figure, a slice to each."""
    groups = tuple(
        Group(slice=f"slice {place}", label=f"group {place}", rows=each.n, share=0.1, figures=(each,))
        for place, each in enumerate(figures)
    )
    return replace(AUDIT, groups=groups, **changes)


def marked(audit: Audit) -> list[bool]:
    """Whether each group is marked as worse than the rest."""
    return [each["groups"][0]["cells"][0]["rest"]["worse"] for each in slices(audit)]


def test_the_difference_to_the_rest_stands_beneath_the_figure() -> None:
    """10.2 points below the rest, surely: marked, with its interval; the unit is said once."""
    assert "72.8 % 72.8 % to 72.8 % of 100 ▼ −10.2 to the rest, −20.1 to −0.3 points" in text(of(figure(rest=BELOW)))


@pytest.mark.parametrize(
    ("low", "high", "lower_is_better", "worse"),
    [(-0.2, -0.01, False, True), (-0.2, 0.0, False, False), (0.01, 0.2, False, False),
     (0.01, 0.2, True, True), (0.0, 0.2, True, False), (-0.2, -0.01, True, False)],
)
def test_only_a_whole_interval_on_the_worse_side_is_worse(
    low: float, high: float, lower_is_better: bool, worse: bool
) -> None:
    """Below 0 where more is better, above 0 where less is; an end at 0 is not enough."""
    found = rest(figure(rest=replace(BELOW, low=low, high=high)), lower_is_better=lower_is_better)
    assert found["worse"] is worse


def test_nothing_is_said_of_what_is_not_known() -> None:
    """No rest, or no figure: nothing. A difference without bounds is told and not marked."""
    assert rest(figure(), lower_is_better=False) is None
    assert rest(figure(0.0, 0, defined=False, rest=BELOW), lower_is_better=False) is None
    unbounded = rest(figure(rest=replace(BELOW, low=None, high=None)), lower_is_better=False)
    assert unbounded == {"value": "−10.2 points", "range": "", "worse": False}


def test_the_mark_asks_for_as_many_cases_as_a_failing_gate() -> None:
    """30 cases, or 10 of a share that is counted; never for a selection rate, which has no worse side."""
    audit = of(
        figure(n=30, method="bootstrap", rest=BELOW), figure(n=29, method="bootstrap", rest=BELOW),
        figure(n=10, rest=BELOW), figure(n=9, rest=BELOW),
    )
    assert marked(audit) == [True, False, True, False]
    rate = figure(metric="selection_rate", rest=BELOW)
    assert marked(of(rate, metrics=("selection_rate",))) == [False]


def test_ten_thousand_slices_are_on_the_page() -> None:
    """Each is folded to one line that names its worst group, and none is left out."""
    words = text(of(*(figure(place / 10_000) for place in range(10_000))))
    assert words.count("slice 9999 : 1 group; worst recall 100.0 %, group 9999") == 1
    assert words.count("; worst recall") == 10_000


@pytest.mark.parametrize("number", [MOST_OPEN, MOST_OPEN + 1])
def test_few_groups_stand_open(number: int) -> None:
    """Up to twenty groups are all to be seen, with one more every slice is folded."""
    assert {each["folded"] for each in slices(of(*[figure()] * number))} == {number > MOST_OPEN}


def test_a_folded_slice_says_how_many_of_its_groups_are_marked() -> None:
    """Two of three groups are worse than the rest: that can be seen without unfolding."""
    given = of(*[figure(rest=BELOW)] * 2, figure(), *[figure()] * MOST_OPEN).groups
    one = tuple(replace(each, slice="s") if place < 3 else each for place, each in enumerate(given))
    assert "s : 3 groups; worst recall 72.8 %, group 0 ▼ in 2" in text(replace(AUDIT, groups=one))
    assert slices(replace(AUDIT, groups=one))[1]["marked"] == 0


def test_the_worst_group_has_enough_cases() -> None:
    """Of 50 % of 9 cases, 70 % of 100 and an undefined figure the second is the worst; of an error, the highest.

    A share of ten counted cases is named, as a gate could fail on it: a rare group is not hidden by its size.
    """
    given = [figure(0.5, 9), figure(0.7, 100), figure(0.9, 100), figure(0.0, 100, defined=False)]
    groups = tuple(replace(each, slice="s") for each in of(*given).groups)
    assert slices(replace(AUDIT, groups=groups))[0]["worst"] == "worst recall 70.0 %, group 1"
    assert slices(replace(AUDIT, groups=groups, lower_is_better=("recall",)))[0]["worst"] == (
        "worst recall 90.0 %, group 2"
    )
    assert slices(replace(AUDIT, groups=groups[:1]))[0]["worst"] == "too few cases in each"
    rare = replace(groups[0], figures=(figure(0.5, 10),))
    assert slices(replace(AUDIT, groups=(rare, *groups)))[0]["worst"] == "worst recall 50.0 %, group 0"

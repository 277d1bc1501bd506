"""What a search and a curve advise, as items of the worklist, by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline.artifacts.curve import Curve, Diagnosis, Gain, MoreData
from pipeline.artifacts.search import Condition, Found, Rate, Search
from pipeline.auditing.errors.advised import data, groups

RATE = Rate(value=0.5, n=40, low=0.35, high=0.65)
FOUND = Found(
    outcome="errors", conditions=(Condition(column="factory", value=2), Condition(column="line", value=17)), rows=80,
    share=0.08, cases=80, inside=RATE, outside=replace(RATE, value=0.1, n=460), difference=0.4, low=0.2, high=0.5,
    p=1e-9, q=1e-8,
)
SEARCH = Search(n_rows=1000, searched=500, confirmed=500, tested=3, found=(FOUND,), columns=("factory", "line"))


def curve(**changes: Any) -> Curve:
    """A curve that recommends more data for two points of accuracy."""
    gain = Gain(rows=2000, value=0.02, low=0.01, high=0.03, expected=0.92, expected_low=0.9, expected_high=0.94)
    whole = Curve(
        model="m", metric="accuracy", lower_is_better=False, points=(), target=None, target_is="", bias=None,
        variance=None, gain=gain, diagnosis=Diagnosis.HIGH_VARIANCE, more_data=MoreData.RECOMMENDED, why="It varies.",
        advice=(), confidence=0.95,
    )
    return replace(whole, **changes)


def test_a_group_is_worth_what_it_would_save_of_all_rows() -> None:
    """0.4 of 80 cases are 32 of 1,000 rows: 3.2 points; at most half of 80: 4 points."""
    [item] = groups(SEARCH)
    assert (item.name, item.kind) == ("factory = 2 and line = 17", "group")
    assert (item.gain, item.ceiling) == (pytest.approx(0.032), pytest.approx(0.04))
    assert "50.0% (35.0% to 65.0% of 40)" in item.evidence and "80 test rows" in item.evidence


def test_a_group_found_for_two_outcomes_is_one_item() -> None:
    """The first in the search's order stands."""
    twice = replace(SEARCH, found=(FOUND, replace(FOUND, outcome="false positives")))
    assert [item.evidence.split(" there")[0] for item in groups(twice)] == ["errors"]


def test_a_group_of_amounts_has_no_gain_in_accuracy() -> None:
    """An absolute error is in units of the target: n/a."""
    [item] = groups(replace(SEARCH, found=(replace(FOUND, outcome="absolute error"),)))
    assert item.gain is None and item.ceiling is None


def test_more_data_is_advised_or_advised_against() -> None:
    """Recommended with its gain in accuracy, n/a for another metric; not recommended with nothing to gain."""
    [wanted] = data(curve())
    assert (wanted.advice, wanted.gain) == ("Collect more data of the same kind", 0.02)
    assert data(curve(metric="auc"))[0].gain is None
    [unwanted] = data(curve(more_data=MoreData.NOT_RECOMMENDED))
    assert (unwanted.advice, unwanted.gain) == ("Do not collect more data of the same kind", 0.0)
    assert data(curve(more_data=MoreData.NOT_KNOWN)) == []

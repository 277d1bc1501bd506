"""What a search found, in words and figures, and through JSON."""

from __future__ import annotations

import json

import pytest

from pipeline.artifacts.search import Condition, Found, Rate, Search

RATE = Rate(value=0.3, n=50, low=0.2, high=0.45)
FOUND = Found(
    outcome="errors",
    conditions=(Condition(column="factory", value=2), Condition(column="line", value=17)),
    rows=200,
    share=0.02,
    cases=200,
    inside=RATE,
    outside=Rate(value=0.05, n=4000, low=0.04, high=0.06),
    difference=0.25,
    low=0.15,
    high=0.4,
    p=0.001,
    q=0.02,
)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition(column="line", value=17), "line = 17"),
        (Condition(column="remark", value=""), "remark = empty text"),
        (Condition(column="camera", missing=True), "camera is missing"),
        (Condition(column="heat", high=20.5), "heat under 20.5"),
        (Condition(column="heat", low=20.5, high=30.0), "heat from 20.5 to under 30"),
        (Condition(column="seen", low="2026-01-01 00:00:00"), "seen from 2026-01-01 00:00:00"),
    ],
)
def test_conditions_in_words(condition: Condition, words: str) -> None:
    """A condition reads as people would write it."""
    assert str(condition) == words


def test_worth_of_a_group() -> None:
    """25 points more errors among 200 cases: 50 errors fewer if it were like the rest."""
    assert (str(FOUND), FOUND.excess) == ("factory = 2 and line = 17", 50)


def test_json_and_back() -> None:
    """A search survives JSON."""
    search = Search(
        n_rows=9,
        searched=4,
        confirmed=5,
        tested=3,
        found=(FOUND,),
        columns=("line",),
        left_out={"id": "an identifier"},
        overall={"errors": RATE},
    )
    assert Search.from_json(json.loads(json.dumps(search.to_json()))) == search

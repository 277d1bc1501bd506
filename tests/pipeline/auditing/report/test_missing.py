"""What is missing for a verdict: how many cases of what, or who has to sign."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline.artifacts.audit import ALL_ROWS, EACH_CLASS, Finding, Judgement, Ruling
from pipeline.artifacts.charter import Charter
from pipeline.auditing.report.missing import missing, signer
from tests.pipeline.auditing.report.test_page import AUDIT

PASS, FAIL, OPEN = Judgement.PASS, Judgement.FAIL, Judgement.NOT_ENOUGH_EVIDENCE


def ruling(about: str, n: int, judgement: Judgement = OPEN, *, why: str = "too few", **given: Any) -> Ruling:
    """A ruling on `n` cases."""
    return Ruling(about=about, judgement=judgement, why=why, n=n, **given)


def said(*rulings: Ruling, metric: str = "recall", slice_: str = "", positive: str = "1") -> list[str]:
    """What is missing for one demand."""
    finding = Finding(gate="asked", metric=metric, judgement=OPEN, rulings=rulings, slice=slice_)
    return missing(replace(AUDIT, findings=(finding,), positive=positive))


def test_cases_are_counted_to_the_policy_s_number() -> None:
    """26 and 17 of 30 are 4 and 13 more; a group that keeps its limit needs none."""
    assert said(ruling("black", 26), ruling("hispanic", 17), ruling("white", 300, PASS), slice_="race") == [
        "asked: collect test cases, 4 more of black, 13 more of hispanic."
    ]


@pytest.mark.parametrize(
    ("metric", "slice_", "positive", "of"),
    [("recall", "", "1", ""), ("recall", "", "", " of the rarest class"), ("auc", "", "1", " of the rarest class"),
     ("accuracy", "", "", "")],
)
def test_what_a_case_is_is_said(metric: str, slice_: str, positive: str, of: str) -> None:
    """A metric that sets class against class rests on the rarest: 9 more of that."""
    assert said(ruling(ALL_ROWS, 21), metric=metric, slice_=slice_, positive=positive) == [
        f"asked: collect 9 more test cases{of}."
    ]


def test_of_each_class_its_own_cases_are_wanted() -> None:
    """A class is its own rarest; in a group, where several can be, the rarest is what counts."""
    short = ruling("hernia", 21)
    assert said(short, slice_=EACH_CLASS, positive="") == ["asked: collect test cases, 9 more of hernia."]
    assert said(short, slice_="finding", positive="") == [
        "asked: collect test cases (counted by the rarest class in each), 9 more of hernia."
    ]


def test_what_no_count_decides_is_told_as_it_is() -> None:
    """A gain that chance may explain, a column that is not stored, examples that are in no test row."""
    gain = ruling("against", 395, why="chance may explain it", is_difference=True, low=-0.1, high=0.2)
    assert said(gain) == [
        "asked: chance may explain it; more test rows would tell, or a model that is better by more."
    ]
    assert said(ruling("zip", 0, why="column 'zip' is not stored")) == ["asked: zip, column 'zip' is not stored."]
    assert said(ruling("key", 2, why="1 is in no test row"), metric="") == ["asked: key, 1 is in no test row."]
    assert said() == ["asked: nothing it speaks of is among the test rows."]


def test_long_lists_are_cut_and_counted() -> None:
    """Four groups are named, the others counted."""
    short, unknown = [[ruling(f"g{place}", n) for place in range(6)] for n in (29, 0)]
    assert said(*short) == ["asked: collect test cases, 1 more of g0, 1 more of g1, 1 more of g2, 1 more of g3, "
                            "some of 2 other groups."]
    assert said(*unknown)[0].endswith("; g3, too few; and 2 more.")


def test_nothing_is_missing_where_all_is_decided() -> None:
    """A broken gate is not one left open, nor is one that does not bind."""
    open_ = Finding(gate="told", metric="recall", judgement=OPEN, rulings=(ruling("a", 3),), binding=False)
    assert missing(replace(AUDIT, findings=(*AUDIT.findings, open_))) == []


def test_who_signs() -> None:
    """At high risk the owner; nobody at a lower risk, where it is waived, or where there is no charter."""
    high = Charter(problem="p", owner="lending@x.example", risk="high")

    def signs(charter: Charter) -> str:
        return signer(replace(AUDIT, policy={**AUDIT.policy, "charter": charter.to_json()}))

    assert signs(high) == "lending@x.example" and signer(AUDIT) == ""
    assert signs(replace(high, risk="limited")) == signs(replace(high, unsigned="a trial")) == ""

"""Fairness gates: pass, fail, or not enough evidence, each with its figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from pipeline.artifacts.audit import Finding, Judgement
from pipeline.artifacts.fairness import FairnessAudit
from pipeline.auditing.fairness.gate import FairnessGate
from pipeline.auditing.fairness.gating import judged
from pipeline.auditing.fairness.policy import Fairness
from pipeline.errors import Misuse

PASS, FAIL, OPEN = Judgement.PASS, Judgement.FAIL, Judgement.NOT_ENOUGH_EVIDENCE
People = tuple[pd.DataFrame, pd.DataFrame]


@pytest.fixture
def found(examined: Callable[..., FairnessAudit], people: People) -> FairnessAudit:
    """What was found of 40 women and 50 men; race is not stored."""
    return examined(*people, Fairness(attributes=("sex", "race"), min_count=10))


def one(found: FairnessAudit, **gate: Any) -> Finding:
    """Judge one gate on sex."""
    (finding,) = judged([FairnessGate(**{"attribute": "sex", **gate})], found)
    return finding


@pytest.mark.parametrize(
    ("gate", "judgement"),
    [
        ({"definition": "equal opportunity", "max_difference": 0.3}, PASS),
        ({"definition": "equal opportunity", "max_difference": 0.29}, FAIL),
        ({"definition": "equal opportunity", "max_difference": 0.3, "certain": True}, OPEN),
        ({"definition": "equal opportunity", "max_difference": 0.6, "certain": True}, PASS),
        ({"definition": "demographic parity", "min_ratio": 0.5}, PASS),
        ({"definition": "demographic parity", "min_ratio": 0.51}, FAIL),
        ({"definition": "equalised odds", "max_difference": 0.25}, FAIL),
        ({"four_fifths": True}, FAIL),
        ({"four_fifths": True, "groups": ("women",)}, OPEN),
        ({"definition": "equal opportunity", "max_difference": 0.3, "groups": ("women", "others")}, OPEN),
        ({"definition": "calibration within groups", "max_difference": 0.05}, OPEN),
        ({"attribute": "race", "four_fifths": True}, OPEN),
    ],
)
def test_judgements(found: FairnessAudit, gate: dict[str, Any], judgement: Judgement) -> None:
    """Recall 50 % and 80 %, selected 30 % and 60 %: limits at the very figures are kept, one beyond is broken."""
    assert one(found, **gate).judgement is judgement


def test_a_ruling_says_who_and_how_much(found: FairnessAudit) -> None:
    """The two groups, the difference with its interval, and the cases of the smaller."""
    (ruling,) = one(found, definition="equal opportunity", max_difference=0.1).rulings
    assert (ruling.about, ruling.n, ruling.is_difference) == ("men over women, recall", 20, True)
    assert ruling.value == pytest.approx(0.3) and 0 < ruling.low < 0.3 < ruling.high
    (ruling,) = one(found, four_fifths=True).rulings
    assert (ruling.about, ruling.value, ruling.is_difference) == ("women to men", pytest.approx(0.5), False)


def test_a_pass_by_the_measured_value_says_so(found: FairnessAudit) -> None:
    """As with any other gate: a difference of 0.3 keeps 0.3, and what chance does is told beside it."""
    [near], [sure] = (one(found, definition="equal opportunity", max_difference=most).rulings for most in (0.3, 0.6))
    assert near.why == "the limit is kept by the measured value; the interval reaches across it"
    assert sure.why == "the limit is kept"


def test_equalised_odds_rules_on_both_rates(found: FairnessAudit) -> None:
    """Recall breaks 25 points, the false positive rate (10 % and 30 %) keeps them."""
    rulings = one(found, definition="equalised odds", max_difference=0.25).rulings
    assert {ruling.about: ruling.judgement for ruling in rulings} == {
        "men over women, false positive rate": PASS, "men over women, recall": FAIL,
    }


def test_small_groups_leave_a_gate_open(examined: Callable[..., FairnessAudit], people: People) -> None:
    """A limit that large groups keep is not passed while a small one may break it, unless it is not spoken about."""
    answers, rows = people
    rows = rows.assign(sex=rows["sex"].where(rows.index >= 5, "others"))
    found = examined(answers, rows, Fairness(attributes=("sex",), min_count=10))
    wide = {"definition": "demographic parity", "max_difference": 0.9}
    assert one(found, **wide).judgement is OPEN and one(found, **wide, groups=("men", "women")).judgement is PASS
    assert [ruling.about for ruling in one(found, **wide).rulings] == ["men over women, selection rate", "others"]
    assert one(found, four_fifths=True).judgement is FAIL


def test_bounded_group_loss(examined: Callable[..., FairnessAudit]) -> None:
    """Every group's mean error is held to the limit: 1 for one, 2 for the other."""
    answers = pd.DataFrame({"truth": 0.0, "answer": [1.0, -1.0] * 10 + [2.0, -2.0] * 10}).rename_axis("row")
    rows = pd.DataFrame({"sex": ["a"] * 20 + ["b"] * 20}).rename_axis("row")
    changes = {"problem": "regression", "classes": [], "positive": None}
    found = examined(answers, rows, Fairness(attributes=("sex",), min_count=10), changes=changes)
    finding = one(found, definition="bounded group loss", max_loss=1.5)
    assert {ruling.about: ruling.judgement for ruling in finding.rulings} == {"a": PASS, "b": FAIL}
    with pytest.raises(Misuse, match="is for a classification"):
        one(found, four_fifths=True)


def test_nobody_selected_leaves_four_fifths_open(examined: Callable[..., FairnessAudit], people: People) -> None:
    """With no rate above 0 there is nothing to compare, in a gate on the ratio as well."""
    answers, rows = people
    found = examined(answers.assign(answer=0), rows, Fairness(attributes=("sex",), min_count=10))
    assert one(found, four_fifths=True).judgement is OPEN
    assert one(found, definition="demographic parity", min_ratio=0.8).judgement is OPEN


def test_an_attribute_that_was_not_looked_at(found: FairnessAudit) -> None:
    """It is misuse, not evidence; those that were are named."""
    with pytest.raises(Misuse, match="sex, race"):
        one(found, attribute="age", four_fifths=True)

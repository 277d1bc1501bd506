"""Charters: what they must say, and that nothing of them is lost on the way through JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pipeline.artifacts.charter import Charter, Ethics, Harm, Milestone
from pipeline.artifacts.estimate import Factor, Fermi, Progress
from pipeline.errors import Misuse

WHOLE = Charter(
    problem="Who pays back?",
    owner="ann",
    risk="high",
    not_for=("refusing alone",),
    targets=("fewer defaults",),
    harms=(Harm("unfair to some", metric="recall", slice="race", mitigation="by hand"), Harm("b", accepted="rare")),
    ethics=Ethics(net_value="yes", fair="yes", debated="yes"),
    feasibility=("people can",),
    progress=Progress("errors", 10, 0.3),
    value=Fermi("USD", (Factor("loans", 1, 2),)),
    milestones=(Milestone("shadow", "2027-01-01", "two people"),),
)


def test_a_charter_comes_back_from_json_whole() -> None:
    """Through JSON text and back it is equal, with and without its optional parts."""
    for charter in (WHOLE, Charter(problem="p", owner="o", risk="minimal")):
        assert Charter.from_json(json.loads(json.dumps(charter.to_json()))) == charter


def test_only_high_risk_needs_a_signature_unless_it_says_why_not() -> None:
    """Roasting coffee is not approving loans."""
    assert WHOLE.needs_signature
    assert not replace(WHOLE, unsigned="nobody is decided about").needs_signature
    assert not any(replace(WHOLE, risk=risk).needs_signature for risk in ("minimal", "limited"))


def test_a_charter_without_problem_owner_or_tier_is_refused() -> None:
    """What is missing is named, and a tier that is none."""
    with pytest.raises(Misuse, match="none for problem and owner"):
        Charter(problem=" ", owner="", risk="high")
    with pytest.raises(Misuse, match="'risky'.*minimal, limited, high"):
        replace(WHOLE, risk="risky")


def test_a_harm_is_measured_or_accepted_not_both() -> None:
    """A harm that nobody measures and nobody accepts was not thought through."""
    for given in ({}, {"metric": "recall", "accepted": "rare"}):
        with pytest.raises(Misuse, match="neither measured nor accepted, or both"):
            Harm("harm", **given)


def test_questions_without_an_answer_are_named() -> None:
    """Blank answers count as none."""
    assert Ethics(fair="yes", debated=" ").unanswered == ("net value", "debated")


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"targets": "fewer defaults"}, "targets that is no list"),
        ({"harms": Harm("b", accepted="rare")}, "harms that is no list"),
        ({"harms": ("unfair",)}, "harms of another kind; expected Harm"),
        ({"ethics": "yes"}, r"ethics of another kind; expected Ethics\(…\)"),
        ({"value": 5}, "value of another kind"),
    ],
)
def test_parts_of_another_kind_are_refused(wrong: dict, text: str) -> None:
    """Each where it is declared, not when the release asks for it."""
    with pytest.raises(Misuse, match=text):
        replace(WHOLE, **wrong)


def test_a_harm_that_nothing_can_measure_is_refused() -> None:
    """No gate could ever watch for it."""
    with pytest.raises(Misuse, match="recall"):
        Harm("unfair", metric="recal")

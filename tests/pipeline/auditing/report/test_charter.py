"""The page's section on what a model is for: as declared, or not there."""

from __future__ import annotations

from dataclasses import replace

from pipeline.artifacts.charter import Charter, Harm
from pipeline.auditing.report.charter import charter

from .test_page import AUDIT, text

HIGH = Charter(
    problem="Who pays back?", owner="ann", risk="high", not_for=("wages",), targets=("fewer defaults",),
    harms=(Harm("unfair", metric="false_positive_rate", slice="sex", mitigation="by hand"), Harm("b", accepted="rare")),
)


def told(declared: Charter) -> str:
    """The words of a page with that charter."""
    return text(replace(AUDIT, policy={**AUDIT.policy, "charter": declared.to_json()}))


def test_harms_are_shown_with_what_watches_for_them() -> None:
    """Purpose, limits, risk, who signs, and for each harm the gate that watches or why none does."""
    words = told(HIGH)
    for said in (
        "Who pays back? Not for wages.", "Risk: high. ann answers for it. ann signs before it is released",
        "It is a success if: fewer defaults.", "unfair a gate on false positive rate in each group of sex by hand",
        "b nothing: rare –",
    ):
        assert said in words


def test_why_nobody_signs_is_said() -> None:
    """A signature that is skipped by policy is no secret."""
    assert "Nobody signs before it is released: a trial." in told(replace(HIGH, unsigned="a trial"))


def test_without_a_charter_there_is_no_section() -> None:
    """Nothing is made up."""
    assert charter(AUDIT) is None and "what could go wrong" not in text(AUDIT)

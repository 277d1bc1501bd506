"""A charter in words: everything it says is said, and nothing is said of what it leaves out."""

from __future__ import annotations

from dataclasses import replace

from pipeline.artifacts.charter import Charter, Ethics, Harm, Milestone
from pipeline.artifacts.charter_words import charter_in_words
from pipeline.artifacts.estimate import Factor, Fermi, Progress

SHORT = Charter(problem="Who pays back?", owner="ann", risk="high")


def test_problem_risk_and_owner_come_first() -> None:
    """A charter of nothing else is three sentences and a heading."""
    assert charter_in_words(SHORT) == (
        "## Charter\nWho pays back?\n\n**Risk: high.** Owner: ann. ann signs before a release."
    )


def test_every_part_is_told() -> None:
    """Harms with what watches for them, ethics, progress, value and milestones."""
    words = charter_in_words(
        replace(
            SHORT,
            unsigned="nobody is decided about",
            not_for=("refusing alone",),
            harms=(Harm("unfair", metric="recall", slice="race", mitigation="by hand"), Harm("rare", accepted="rare")),
            ethics=Ethics(fair="Measured."),
            progress=Progress("word errors", 10, 0.3),
            value=Fermi("USD", (Factor("loans", 1000, 2000), Factor("USD each", 2, 3))),
            milestones=(Milestone("shadow", "2027-01-01", "two people"),),
        )
    )
    for said in (
        "Nobody signs before a release: nobody is decided about.",
        "- refusing alone",
        "- unfair (watched by a gate on recall in each group of race); if it happens: by hand",
        "- rare (no gate watches for it: rare)",
        "- Is it fair? Measured.",
        "word errors: the gap of 10 closes by 30% a quarter, to 7, 4.9 in the next 2.",
        "2,000 to 6,000 USD: loans (1,000 to 2,000) × USD each (2 to 3)",
        "- shadow by 2027-01-01, with two people",
    ):
        assert said in words
    assert "net value" not in words

"""The summary: the sentence that says why, and the ranking that says where to begin."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.artifacts.audit import Audit, Difference, Figure, Finding, Group, Judgement, Ruling
from pipeline.auditing.report.summary import because, tally, told, weakest, why

FAIL, PASS, OPEN = Judgement.FAIL, Judgement.PASS, Judgement.NOT_ENOUGH_EVIDENCE


def group(label: str, value: float, n: int) -> Group:
    """A group with a recall of `value` over `n` cases."""
    recall = Figure(metric="recall", value=value, n=n, low=0.0, high=1.0, method="wilson")
    return Group(slice="sex", label=label, rows=n, share=0.5, figures=(recall,))


def audit(*judgements: Judgement, groups: tuple[Group, ...] = ()) -> Audit:
    """An audit with one gate for each judgement, and a recall of 80 % of 1,000 overall."""
    findings = tuple(
        Finding(
            gate="recall at least 80 %",
            metric="recall",
            judgement=each,
            rulings=(Ruling(about="women", judgement=each, why="9 cases, 30 are needed", n=9, value=0.725),),
        )
        for each in judgements
    )
    worst = next((each for each in (FAIL, OPEN, PASS) if each in judgements), OPEN)
    digest = "0" * 32
    return Audit(
        name="loans",
        model=f"model/loans@{digest}",
        rows=f"dataset/t@{digest}",
        features=f"dataset/f@{digest}",
        trained_on=f"dataset/x@{digest}",
        n_rows=1000,
        problem="classification",
        target="denied",
        positive="1",
        judgement=worst,
        findings=findings,
        metrics=("recall",),
        overall=group("all rows", 0.8, 1000),
        groups=groups,
        policy={"min_count": 30},
    )


@pytest.mark.parametrize(
    ("judgements", "sentence"),
    [
        ((PASS, PASS), "May be released: all 2 gates are kept."),
        ((PASS,), "May be released: the one gate is kept: recall at least 80 %."),
        (
            (OPEN, PASS),
            "Neither passed nor failed: 1 of 2 gates is left open: "
            "recall at least 80 % – women (9 cases, 30 are needed).",
        ),
        ((FAIL,), "Must not be released: the one gate is broken: recall at least 80 % – women 72.5 %."),
        ((), "Neither passed nor failed: no gate is declared, so nothing was asked of this model."),
    ],
)
def test_why(judgements: tuple[Judgement, ...], sentence: str) -> None:
    """One sentence says what decided, with its figures."""
    assert why(audit(*judgements)) == sentence


def test_wrong_rows_are_named_in_the_first_line() -> None:
    """Where single rows decide, the first of them are named beside the count."""
    ruling = Ruling(
        about="navigational queries", judgement=FAIL, why="answered wrongly: rows 5, 9", n=40, value=2.0, unit="wrong",
        row_ids=(5, 9),
    )
    finding = Finding(gate="every one right", metric="", judgement=FAIL, rulings=(ruling,))
    assert why(replace(audit(FAIL), findings=(finding,))) == (
        "Must not be released: the one gate is broken: every one right – "
        "navigational queries 2 wrong (answered wrongly: rows 5, 9)."
    )


def test_limits_that_do_not_bind_are_told_beside_the_verdict() -> None:
    """In a proof of concept a limit on time decides nothing, is not counted, and is told where it is not kept."""
    slow = Ruling(about="one row at a time", judgement=FAIL, why="the limit is broken", n=200, value=62.5, unit="ms")
    finding = Finding(gate="95 of 100 answers within 50 ms", metric="", judgement=FAIL, rulings=(slow,), binding=False)
    one = audit(PASS)
    both = replace(one, findings=(*one.findings, finding))
    assert (why(both), tally(both)) == (why(one), [(PASS, 1)])
    assert told(one) == "" and told(both) == (
        "Not binding in a proof of concept, but not kept: 95 of 100 answers within 50 ms – one row at a time 62.5 ms."
    )


def test_tally_is_worst_first() -> None:
    """Gates are counted by judgement, the broken ones first; what does not occur is left out."""
    assert tally(audit(PASS, FAIL, PASS)) == [(FAIL, 1), (PASS, 2)]


def test_weakest_weighs_gap_by_share() -> None:
    """4 points below in 60 % of the cases (2.4) come before 17 points in 10 % (1.7); too few cases do not count."""
    groups = (group("large", 0.76, 600), group("small", 0.63, 100), group("tiny", 0.1, 9), group("good", 0.9, 300))
    ranked = weakest(audit(groups=groups))
    assert [(weak.group.label, weak.gain) for weak in ranked] == [("large", "2.4 points"), ("small", "1.7 points")]


def test_course_priority() -> None:
    """Clean speech 94 of 95 % (60 % of the data), car 89/93 (4 %), people 87/89 (30 %): 0.6, 0.16 and 0.6 points."""
    course = {"clean": (0.01, 600), "car": (0.04, 40), "people": (0.02, 300)}
    groups = tuple(group(label, 0.8 - below, n) for label, (below, n) in course.items())
    assert [weak.gain for weak in weakest(audit(groups=groups))] == ["0.6 points", "0.6 points", "0.2 points"]


def test_reasons_can_be_listed() -> None:
    """The same in parts: what the verdict means, then one reason for each demand that decided."""
    assert because(audit(FAIL, FAIL, PASS)) == (
        "Must not be released: 2 of 3 gates are broken", ["recall at least 80 % – women 72.5 %"] * 2
    )
    assert because(audit(PASS, PASS)) == ("May be released: all 2 gates are kept", [])


def test_many_reasons_are_cut_and_counted() -> None:
    """Of eight broken gates six are told, and that there are two more."""
    assert why(audit(*[FAIL] * 8)).endswith("women 72.5 %; and 2 more.")
    assert why(audit(*[FAIL] * 8)).count("72.5 %") == why(audit(*[FAIL] * 6)).count("72.5 %") == 6


def test_a_group_that_chance_may_have_made_weak_is_said_to_be() -> None:
    """An interval to the rest that reaches 0 may be chance, one below it is not, one that is not known says nothing."""
    weak = group("women", 0.7, 100)

    def by_chance(low: float | None, high: float | None) -> bool:
        rest = Difference(value=-0.1, other=0.8, n=900, low=low, high=high)
        figures = (replace(weak.figures[0], rest=rest),)
        return weakest(audit(groups=(replace(weak, figures=figures),)))[0].by_chance

    assert [by_chance(-0.2, 0.01), by_chance(-0.2, -0.01), by_chance(None, None)] == [True, False, False]

"""The audit as a value: it survives JSON, and many judgements fold into the worst."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pipeline.artifacts.audit import (
    Audit, Baseline, Comparison, Confusion, Difference, Figure, Finding, Group, Judgement, Ruling, worst,
)
from pipeline.artifacts.cost import Cost

DIGEST = "0" * 32
RECALL = Figure(
    metric="recall", value=0.75, n=4, low=0.3, high=0.95, method="wilson",
    rest=Difference(value=-0.05, other=0.8, n=90, low=-0.5, high=0.2),
)
COMPARED = Comparison(metric="recall", slice="sex", label="women", n=4, ours=RECALL, theirs=RECALL, gain=0.0)


def full_audit() -> Audit:
    """An audit with something in every field."""
    ruling = Ruling(
        about="women",
        judgement=Judgement.FAIL,
        why="the limit is broken",
        n=4,
        value=0.75,
        low=0.3,
        high=0.9,
        row_ids=(-(2**63), 2**63 - 1),
    )
    return Audit(
        name="loans",
        model=f"model/loans@{DIGEST}",
        rows=f"dataset/t@{DIGEST}",
        features=f"dataset/f@{DIGEST}",
        trained_on=f"dataset/x@{DIGEST}",
        n_rows=4,
        problem="classification",
        target="denied",
        positive="1",
        judgement=Judgement.FAIL,
        findings=(Finding(gate="recall at least 80 %", metric="recall", judgement=Judgement.FAIL, rulings=(ruling,)),),
        metrics=("recall",),
        overall=Group(slice="", label="all rows", rows=4, share=1.0, figures=(RECALL,)),
        groups=(Group(slice="sex", label="women", rows=4, share=1.0, figures=(RECALL,)),),
        classes=(Group(slice="each class", label="1", rows=4, share=1.0, figures=(RECALL,)),),
        unsliced={"zip": "not stored"},
        baselines=(Baseline(name="naive", rows=4, comparisons=(COMPARED, replace(COMPARED, theirs=None, gain=None))),),
        cost=Cost(size_bytes=1_000, features=2, latency_ms=1.5, timed=30, low=1.0, high=2.0),
        confusion=Confusion(classes=("0", "1"), counts=((3, 0), (1, 0))),
        policy={"min_count": 30},
    )


def test_audit_survives_json() -> None:
    """An audit read back from its JSON text equals the audit that was written."""
    audit = full_audit()
    assert Audit.from_json(json.loads(json.dumps(audit.to_json()))) == audit


@pytest.mark.parametrize(("metric", "expected"), [("recall", "low"), ("mae", "high"), ("auc", None)])
def test_worst_group(metric: str, expected: str | None) -> None:
    """The lowest recall, the highest error; what is undefined is no worst, and what was not measured has none."""
    def group(label: str, value: float, **more: object) -> Group:
        figures = tuple(Figure(metric=name, value=value, n=9, **more) for name in ("recall", "mae"))
        return Group(slice="s", label=label, rows=9, share=0.3, figures=figures)

    groups = (group("high", 0.9), group("low", 0.2), group("none", 0.0, defined=False))
    found = replace(full_audit(), groups=groups, lower_is_better=("mae",)).worst(metric, slice="s")
    assert (found.label if found else None) == expected


def test_group_finds_figure() -> None:
    """A group gives the figure of a metric, and None for one that was not measured."""
    group = full_audit().overall
    assert group.figure("recall") is RECALL
    assert group.figure("auc") is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["pass", "pass"], "pass"),
        (["pass", "not enough evidence"], "not enough evidence"),
        (["not enough evidence", "fail", "pass"], "fail"),
        ([], "not enough evidence"),
    ],
)
def test_worst_wins(given: list[str], expected: str) -> None:
    """One broken gate fails all; nothing asked is not enough evidence."""
    assert worst(map(Judgement, given)) == expected

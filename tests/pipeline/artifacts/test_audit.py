"""The audit as a value: it survives JSON, and many judgements fold into the worst."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pipeline.artifacts.audit import (
    Audit, Baseline, Comparison, Confusion, Figure, Finding, Group, Judgement, Ruling, worst,
)
from pipeline.artifacts.cost import Cost

DIGEST = "0" * 32
RECALL = Figure(metric="recall", value=0.75, n=4, low=0.3, high=0.95, method="wilson")
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

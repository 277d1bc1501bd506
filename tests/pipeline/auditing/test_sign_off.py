"""The stage `sign_off` through the real runner: who signed what, bound to the very audit."""

from __future__ import annotations

from typing import Any

import pytest

from lineage.records import Effect, Rule
from pipeline.artifacts.charter import Charter
from pipeline.auditing.audit import audit
from pipeline.auditing.gate import Gate
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.sign_off import is_answered, newest, question, sign, sign_off
from pipeline.errors import AuditRefused, Misuse

HIGH = Charter(problem="Who pays back?", owner="ann", risk="high")
LOW = Charter(problem="Which coffee?", owner="ann", risk="minimal")


@pytest.fixture
def report(project: Any) -> dict[str, str]:
    """A report on a model."""
    ready = project.ready()
    policy = AuditPolicy(charter=HIGH, gates=[Gate(metric="recall", minimum=0.1)], resamples=100)
    return audit(project.runner, model=project.trained(ready), ready=ready, policy=policy)


def signed(project: Any, report: Any, **answer: Any) -> str:
    """Sign a report, give the reference."""
    return sign(project.runner, report=report, **{"approved": True, "by": "ann", **answer})


def test_nobody_is_asked_where_the_risk_is_low(project: Any, report: dict[str, str]) -> None:
    """The report goes on as it is, without a signature."""
    assert sign_off(project.runner, report=report, charter=LOW) == report


def test_an_unsigned_audit_is_refused_with_the_way_to_sign(project: Any, report: dict[str, str]) -> None:
    """The error names the audit, who is to sign, and the command."""
    with pytest.raises(AuditRefused, match=f"nobody has signed {report['audit']}.*headwater sign {report['audit']}"):
        sign_off(project.runner, report=report, charter=HIGH)


def test_a_signature_is_bound_to_audit_model_and_rows(project: Any, report: dict[str, str]) -> None:
    """It names what was looked at, by whom and why, and lineage leads from the audit to it."""
    reference = signed(project, report, note="seen")
    found, looked_at = project.runner.value(reference), project.runner.value(report["audit"])
    assert found == {
        "audit": report["audit"], "model": looked_at["model"], "rows": looked_at["rows"], "page": report["page"],
        "verdict": "pass", "approved": True, "by": "ann", "note": "seen", "via": "command",
    }
    [rests] = project.runner.store.dependencies(reference)
    assert (rests.input, rests.rule, rests.effect) == (report["audit"], Rule.EVERY_ROW, Effect.DECISION)
    assert sign_off(project.runner, report=report, charter=HIGH) == {**report, "signature": reference}


def test_a_rejection_is_recorded_and_refused(project: Any, report: dict[str, str]) -> None:
    """What a person turned down is refused with the reason, and stays on record."""
    answer = {"approved": False, "by": "bob", "note": "unfair", "via": "Airflow"}
    with pytest.raises(AuditRefused, match="bob turned down model/.*unfair"):
        sign_off(project.runner, report=report, charter=HIGH, answer=answer)
    found = project.runner.value(newest(project.runner.store, report["audit"]))
    assert (found["approved"], found["by"], found["via"]) == (False, "bob", "Airflow")


def test_the_newest_signature_counts(project: Any, report: dict[str, str]) -> None:
    """Turned down, then signed: it may go on; turned down once more: it may not."""
    signed(project, report, approved=False)
    last = signed(project, report)
    assert sign_off(project.runner, report=report, charter=HIGH)["signature"] == last
    signed(project, report, approved=False)
    with pytest.raises(AuditRefused, match="turned down"):
        sign_off(project.runner, report=report, charter=HIGH)


def test_who_has_answered_is_not_asked_again(project: Any, report: dict[str, str]) -> None:
    """A rejection counts for its own run of the DAG alone, an approval for every run."""
    other = project.at(dag_run="other")
    assert not is_answered(project.runner, report["audit"])
    signed(project, report, approved=False)
    assert [is_answered(each.runner, report["audit"]) for each in (project, other)] == [True, False]
    signed(project, report)
    assert [is_answered(each.runner, report["audit"]) for each in (project, other)] == [True, True]


def test_an_answer_of_nobody_is_refused(project: Any, report: dict[str, str]) -> None:
    """A signature needs a name."""
    with pytest.raises(Misuse, match="without a name"):
        signed(project, report, by=" ")


def test_the_question_says_the_verdict_first(project: Any, report: dict[str, str]) -> None:
    """Then why, and where the evidence is."""
    text = question(project.runner, report)
    assert text.startswith("**The audit says: pass.** May be released: the one gate is kept: recall at least 10 %.")
    assert report["audit"] in text

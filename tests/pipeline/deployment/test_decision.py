"""The decision to release: what the audit, the plan and the phase allow, and refusals one can act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from pipeline.artifacts.audit import Audit, Finding, Group, Judgement, Ruling
from pipeline.artifacts.charter import Charter, Ethics, Harm
from pipeline.artifacts.signature import Signature
from pipeline.auditing import AuditPolicy, Gate, Slice
from pipeline.deployment import ReleasePlan
from pipeline.deployment.decision import decide
from pipeline.errors import PhaseRefused, ReleaseRefused

MODEL = "model/loans@" + "ab" * 16
RACE = Slice("race", column="race")
PLAN = ReleasePlan(owner="credit risk", mitigation="roll back to the release before")


CHARTER = Charter(problem="Who pays back?", owner="credit risk", risk="minimal")


def audit(judgement: str, *, model: str = MODEL, policy: AuditPolicy) -> dict[str, Any]:
    """An audit with one gate of that judgement."""
    ruling = Ruling(
        about="black over white",
        judgement=Judgement(judgement),
        why="the limit is broken",
        n=35,
        value=0.19,
        is_difference=True,
    )
    finding = Finding(
        gate="selection rate differs by at most 10 points",
        metric="selection_rate",
        judgement=Judgement(judgement),
        rulings=(ruling,),
    )
    return Audit(
        name="loans",
        model=model,
        rows="dataset/t@0",
        features="dataset/f@0",
        trained_on="dataset/x@0",
        n_rows=400,
        problem="classification",
        target="denied",
        positive="1",
        judgement=Judgement(judgement),
        findings=(finding,),
        metrics=("recall",),
        overall=Group(slice="", label="all rows", rows=400, share=1.0),
        policy=policy.to_json(),
    ).to_json()


def decided(
    judgement: str,
    *,
    plan: ReleasePlan = PLAN,
    production: bool = True,
    withdrawn: str = "",
    recalled: Mapping[str, str] | None = None,
    overridden: Mapping[str, Any] | None = None,
    model: str = MODEL,
    charter: Charter | None = CHARTER,
    gates: Sequence[Gate] = (),
    signature: Signature | None = None,
    changed: Mapping[str, Any] | None = None,
) -> dict:
    """Decide on the model."""
    policy = AuditPolicy(charter=charter, gates=gates, slices=[RACE])
    return decide(
        model={"name": "loans", "trained_on": "dataset/x@0"},
        audit={**audit(judgement, model=model, policy=policy), **(changed or {})},
        reference=MODEL,
        plan=plan.to_json(),
        endpoint="loans",
        production=production,
        withdrawn=withdrawn,
        recalled=recalled or {},
        overridden=overridden or {},
        audited="audit/loans@0",
        signature=signature and signature.to_json(),
    )["release"].value


def test_pass_is_released() -> None:
    """A passed audit gives a decision with the plan's owner, mitigation and role."""
    assert decided("pass") == {
        "endpoint": "loans",
        "model": MODEL,
        "role": "live",
        "verdict": "pass",
        "owner": "credit risk",
        "mitigation": "roll back to the release before",
        "lookups": "pinned",
        "reason": "audit passed: 1 of 1 gates kept",
    }


def test_fail_names_the_gate_and_the_figure() -> None:
    """A failed audit is refused whatever the plan says, with the gate, the groups and the count."""
    plan = ReleasePlan(on_not_enough_evidence="release")
    with pytest.raises(ReleaseRefused, match="at most 10 points - black over white 19.0 points of 35"):
        decided("fail", plan=plan, production=False)


def test_not_enough_evidence_is_the_plans_to_decide() -> None:
    """Too little evidence refuses unless the plan says otherwise, and then the entry says so."""
    with pytest.raises(ReleaseRefused, match='on_not_enough_evidence="release"'):
        decided("not enough evidence")
    decision = decided("not enough evidence", plan=ReleasePlan(on_not_enough_evidence="release"), production=False)
    assert decision["verdict"] == "not enough evidence" and "selection rate differs" in decision["reason"]


@pytest.mark.parametrize("plan", [ReleasePlan(), ReleasePlan(owner="me"), ReleasePlan(owner="me", mitigation="  ")])
def test_production_needs_a_plan(plan: ReleasePlan) -> None:
    """Production refuses a release nobody answers for; a proof of concept does not."""
    with pytest.raises(PhaseRefused, match="mitigation"):
        decided("pass", plan=plan)
    assert decided("pass", plan=plan, production=False)["verdict"] == "pass"


def test_audit_of_another_model() -> None:
    """An audit of another model version lets nothing pass."""
    with pytest.raises(ReleaseRefused, match="expected an audit of model/loans@ab.*found one of model/other@00"):
        decided("pass", model="model/other@00")


def test_audit_on_other_data() -> None:
    """An audit whose test part was parted from other data than the model's lets nothing pass."""
    with pytest.raises(ReleaseRefused, match="other data.*parted from dataset/x@0; found one parted from dataset/y@1"):
        decided("pass", changed={"trained_on": "dataset/y@1"})


def test_limits_that_did_not_bind_stop_production() -> None:
    """An audit made as a proof of concept, where limits are only told, releases nothing in production."""
    ruling = {"about": "as kept", "judgement": "pass", "why": "the limit is kept", "unit": "MB", "row_ids": []}
    loose = {"gate": "at most 10 MB", "metric": "", "judgement": "pass", "rulings": [ruling], "binding": False}
    findings = [*audit("pass", policy=AuditPolicy())["findings"], loose]
    with pytest.raises(ReleaseRefused, match="audited as a proof of concept.*at most 10 MB"):
        decided("pass", changed={"findings": findings})
    decision = decided("pass", changed={"findings": findings}, production=False)
    assert decision["reason"] == "audit passed: 1 of 1 gates kept"


def test_wrong_rows_are_named_in_the_refusal() -> None:
    """Examples that must be right are refused with how many were wrong, and which."""
    ruling = {
        "about": "navigational queries", "judgement": "fail", "why": "answered wrongly: rows 5, 9", "n": 40,
        "value": 2.0, "unit": "wrong", "row_ids": [5, 9],
    }
    finding = {"gate": "every one right", "metric": "", "judgement": "fail", "rulings": [ruling]}
    with pytest.raises(ReleaseRefused, match="queries 2 wrong of 40 .answered wrongly: rows 5, 9"):
        decided("fail", changed={"findings": [finding]})


def test_withdrawn_model_stays_withdrawn() -> None:
    """A model that a person rolled back is not released again by a rerun."""
    with pytest.raises(ReleaseRefused, match="taken back.*rolled back by ann in release 3: unfair"):
        decided("pass", withdrawn="rolled back by ann in release 3: unfair")


def test_recalled_is_refused_with_who_says_so() -> None:
    """Every recall is named, with what it says, how to rebuild, and how a person can answer for the model."""
    recalled = {
        "r3": "recall r3 of ips by ann (model): listed by mistake",
        "r5": "recall r5 of ips by bob (direct): lost",
    }
    with pytest.raises(ReleaseRefused) as refused:
        decided("pass", recalled=recalled)
    text = str(refused.value)
    assert f"{MODEL} stands on rows that are recalled" in text and "listed by mistake" in text and "lost" in text
    assert "headwater rebuild r3; headwater rebuild r5" in text
    assert f"headwater recalls override r3 --model {MODEL} --by NAME" in text


def test_overridden_recalls_are_in_the_decision() -> None:
    """With who answers for it."""
    override = {"recall_override": {"recalls": ["r3"], "by": "bob"}}
    assert decided("pass", overridden=override).items() >= override.items()


def test_production_needs_a_charter() -> None:
    """In production a model whose project has no charter is refused; a proof of concept may go on without."""
    with pytest.raises(PhaseRefused, match="needs a charter"):
        decided("pass", charter=None)
    assert decided("pass", charter=None, production=False)["verdict"] == "pass"


HIGH = Charter(
    problem="Who pays back?",
    owner="credit risk",
    risk="high",
    targets=("fewer defaults",),
    harms=(Harm("one race is refused more often", metric="recall", slice="race"),),
    ethics=Ethics(net_value="yes", fair="yes", debated="yes"),
)
WATCH = Gate(metric="recall", minimum=0.5, slice="race")
SIGNATURE = Signature(
    audit="audit/loans@0", model=MODEL, rows="dataset/t@0", page="", verdict="pass", approved=True, by="ann", note="ok"
)


def test_what_a_high_risk_is_due_lets_it_pass() -> None:
    """With each harm watched, targets, ethics, a mitigation and a signature, the release names who signed."""
    decision = decided("pass", charter=HIGH, gates=[WATCH], signature=SIGNATURE)
    assert decision["signed"] == {"by": "ann", "note": "ok", "via": "command"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"signature": None}, "no signature"),
        ({"gates": ()}, "no gate on recall in each group of race watches for the harm"),
        ({"charter": replace(HIGH, harms=())}, "no list of what could go wrong"),
        ({"charter": replace(HIGH, targets=())}, "no target"),
        ({"charter": replace(HIGH, ethics=Ethics(fair="yes", debated="yes"))}, "ethics, net value"),
    ],
)
def test_a_step_left_out_blocks_the_release(changes: dict[str, Any], says: str) -> None:
    """Whatever the tier asks for and nobody did refuses the model, and is named."""
    with pytest.raises(ReleaseRefused, match=says):
        decided("pass", **{"charter": HIGH, "gates": [WATCH], "signature": SIGNATURE, **changes})


def test_a_mitigation_is_asked_of_limited_risk_also_before_production() -> None:
    """A proof of concept of limited risk without a mitigation is refused, one of minimal risk is not."""
    plan = ReleasePlan(owner="credit risk")
    limited = Charter(problem="p", owner="o", risk="limited", harms=(Harm("h", accepted="nobody is decided about"),))
    with pytest.raises(ReleaseRefused, match="no plan of what is done"):
        decided("pass", plan=plan, charter=limited, production=False)
    assert decided("pass", plan=plan, charter=CHARTER, production=False)["verdict"] == "pass"


def test_a_signature_is_skipped_only_on_record() -> None:
    """A charter that says why nobody signs lets the release go on, and the release says it."""
    decision = decided("pass", charter=replace(HIGH, unsigned="nobody is decided about"), gates=[WATCH])
    assert decision["unsigned"] == "nobody is decided about"


def test_a_signature_under_another_audit_does_not_count() -> None:
    """A signature for another audit of the same model is refused."""
    with pytest.raises(ReleaseRefused, match="under another audit; expected audit/loans@0; found audit/loans@1"):
        decided("pass", charter=HIGH, gates=[WATCH], signature=replace(SIGNATURE, audit="audit/loans@1"))

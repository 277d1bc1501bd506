"""The step that decides: a model and its audit in, a decision to release out, or a refusal that says why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.artifacts.audit import Audit, Finding, Judgement, Ruling
from pipeline.artifacts.charter import Charter
from pipeline.artifacts.signature import Signature
from pipeline.artifacts.wording import ruled
from pipeline.deployment.left_out import require_charter
from pipeline.deployment.plan import REFUSE, ReleasePlan
from pipeline.errors import PhaseRefused, ReleaseRefused
from pipeline.step import Made

SIGNED, UNSIGNED = "signed", "unsigned"
"""The facts of a release that say who signed it, or why nobody was asked to."""


def decide(
    *,
    model: Mapping[str, Any],
    audit: Mapping[str, Any],
    reference: str,
    plan: Mapping[str, Any],
    endpoint: str,
    production: bool,
    withdrawn: str,
    recalled: Mapping[str, str],
    overridden: Mapping[str, Any],
    audited: str = "",
    signature: Mapping[str, Any] | None = None,
) -> dict[str, Made]:
    """Decide on the release of the model `reference`, in the role `release`.

    `signature` is what a person put under the audit, whose reference is `audited`, where one was asked.
    `withdrawn` says why the model was taken back from this endpoint earlier ("" if it was not);
    `recalled` which recalls bar it, by id; `overridden` is the fact that a release keeps of recalls
    that a named person overrides for it.

    Raises:
        ReleaseRefused: the audit is of another model or of other data than the model's, a gate is broken or left
            open, a limit did not bind where it was audited, what the charter asks for was left out, the model
            was withdrawn, or a recall bars it.
        PhaseRefused: production, and there is no charter, or the plan names no owner or no mitigation.
    """
    found, asked = Audit.from_json(audit), ReleasePlan.from_json(plan)
    charter = found.policy.get("charter") and Charter.from_json(found.policy["charter"])
    signed = signature and Signature.from_json(signature)
    _require_plan(asked, charter, production=production)
    if found.model != reference:
        raise ReleaseRefused(
            f"model {model['name']} cannot be released",
            expected=f"an audit of {reference}",
            found=f"one of {found.model}",
            next_step="Chain audit and deploy on the same model.",
        )
    _require_own_data(found, model, production=production)
    if charter:
        require_charter(found, charter, plan=asked, signature=signed, audited=audited)
    _require_verdict(found, asked)
    if withdrawn:
        raise ReleaseRefused(
            f"{reference} was taken back from endpoint {endpoint}",
            found=withdrawn,
            next_step="Release another model, or reinstate this one by name and with a reason.",
        )
    if recalled:
        answer = f"headwater recalls override {next(iter(recalled))} --model {reference} --by NAME --reason TEXT"
        raise recall_refusal(reference, recalled, next_step=f"Or let a named person answer for it: {answer}.")
    decision = {
        **overridden,
        **_on_signature(charter, signed),
        "endpoint": endpoint,
        "model": reference,
        "role": asked.role,
        "verdict": str(found.judgement),
        "owner": asked.owner,
        "mitigation": asked.mitigation,
        "lookups": asked.lookups,
        "reason": _reason(found),
    }
    return {"release": Made("release", decision, facts={"model": reference, "verdict": str(found.judgement)})}


def recall_refusal(model: str, recalled: Mapping[str, str], *, next_step: str) -> ReleaseRefused:
    """The refusal to release a model that recalls bar; `recalled` says who says what, by the recall's id."""
    rebuilt = "; ".join(f"headwater rebuild {one}" for one in recalled)
    return ReleaseRefused(
        f"{model} stands on rows that are recalled",
        expected="a model that no standing recall reaches",
        found=f"{len(recalled)} that reach it" if len(recalled) > 1 else "one that reaches it",
        examples=recalled.values(),
        next_step=f"Rebuild: {rebuilt}. {next_step}",
    )


def _require_plan(plan: ReleasePlan, charter: Charter | None, *, production: bool) -> None:
    absent = [name for name in ("owner", "mitigation") if not getattr(plan, name).strip()]
    if production and absent:
        raise PhaseRefused(
            "a release in production needs a plan",
            expected="an owner and a mitigation",
            found="none for " + " and ".join(absent),
            next_step='Say what is done when it does harm: ReleasePlan(mitigation="roll back to …").',
        )
    if production and charter is None:
        raise PhaseRefused(
            "a release in production needs a charter",
            expected="a charter in the audit's policy",
            found="none",
            next_step="Say what the project is for and what could go wrong: AuditPolicy(charter=Charter(…)).",
        )


def _on_signature(charter: Charter | None, signature: Signature | None) -> dict[str, Any]:
    """What a release keeps of who signed, or of why nobody was asked to."""
    if signature:
        return {SIGNED: {"by": signature.by, "note": signature.note, "via": signature.via}}
    return {UNSIGNED: charter.unsigned} if charter and charter.unsigned else {}


def _require_own_data(audit: Audit, model: Mapping[str, Any], *, production: bool) -> None:
    """Refuse an audit on a test part of other data, and in production one whose limits did not bind."""
    if audit.trained_on != model["trained_on"]:
        raise ReleaseRefused(
            f"model {model['name']} cannot be released: its audit is on a test part of other data",
            expected=f"one parted from {model['trained_on']}",
            found=f"one parted from {audit.trained_on}",
            next_step="Chain train, audit and deploy on the same result of fit.",
        )
    loose = [finding for finding in audit.findings if not finding.binding]
    if production and loose:
        raise ReleaseRefused(
            f"model {model['name']} was audited as a proof of concept",
            expected="an audit in which every limit binds",
            found=f"{len(loose)} that did not",
            examples=[finding.gate for finding in loose],
            next_step='Audit it again in production: @dag(phase="production").',
        )


def _require_verdict(audit: Audit, plan: ReleasePlan) -> None:
    if audit.judgement is Judgement.FAIL:
        raise _refusal(
            audit, f"model {audit.name} breaks its gates", "Look at the audit's page for the groups and rows."
        )
    if audit.judgement is Judgement.NOT_ENOUGH_EVIDENCE and plan.on_not_enough_evidence == REFUSE:
        raise _refusal(
            audit,
            f"there is not enough evidence for model {audit.name}",
            "Test on more rows, name the groups a gate is about, or let the plan decide: "
            'ReleasePlan(on_not_enough_evidence="release").',
        )


def _refusal(audit: Audit, what: str, next_step: str) -> ReleaseRefused:
    broken, of = len(audit.deciding), len(audit.binding)
    return ReleaseRefused(
        what,
        expected="every gate kept",
        found=f"{broken} of {of} gates not kept" if of else "no gate declared",
        examples=[_said(finding) for finding in audit.deciding],
        next_step=next_step,
    )


def _said(finding: Finding) -> str:
    """Tell a gate and the rulings that decided it."""
    told = [_ruled(finding.metric, each) for each in finding.rulings if each.judgement is finding.judgement]
    return f"{finding.gate} - {', '.join(told[:5])}"


def _ruled(name: str, ruling: Ruling) -> str:
    if ruling.value is None:
        return f"{ruling.about}: {ruling.why}"
    figure = ruled(name, ruling.value, is_difference=ruling.is_difference, unit=ruling.unit)
    return f"{ruling.about} {figure} of {ruling.n} ({ruling.why})"


def _reason(audit: Audit) -> str:
    if audit.judgement is Judgement.PASS:
        return f"audit passed: {len(audit.binding)} of {len(audit.binding)} gates kept"
    left_open = [finding.gate for finding in audit.deciding]
    return "released by plan on not enough evidence for: " + ("; ".join(left_open) or "no gate is declared")

"""What the charter of a project asks for before a release and nobody did: each step left out blocks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.artifacts.audit import Audit
from pipeline.artifacts.charter import HIGH, MINIMAL, Charter, Harm
from pipeline.artifacts.signature import Signature
from pipeline.deployment.plan import ReleasePlan
from pipeline.errors import ReleaseRefused


def require_charter(
    audit: Audit, charter: Charter, *, plan: ReleasePlan, signature: Signature | None, audited: str
) -> None:
    """Refuse a release for which something was left out that its charter asks for; `audited` names the audit.

    Raises:
        ReleaseRefused: something was, or the signature is under another audit.
    """
    if signature and signature.audit != audited:
        raise ReleaseRefused(
            f"the signature of {signature.by} is under another audit",
            expected=audited,
            found=signature.audit,
            next_step="Chain audit, sign_off and deploy on the same model.",
        )
    if missing := left_out(charter, policy=audit.policy, plan=plan, signature=signature):
        raise ReleaseRefused(
            f"model {audit.name} cannot be released, as steps of its audit were left out",
            expected=f"all that a project of {charter.risk} risk is due",
            found=f"{len(missing)} left out",
            examples=missing,
            next_step="Do what is missing, or say in the charter why it is not needed.",
        )


def left_out(
    charter: Charter, *, policy: Mapping[str, Any], plan: ReleasePlan, signature: Signature | None
) -> list[str]:
    """List what the risk tier asks for and is not there, in the order of the work; none lets the release go on.

    Minimal asks for nothing but an owner. Limited asks for a list of what could go wrong, for a gate that
    watches for each harm (or the reason why none does) and for a mitigation plan. High asks besides for
    targets, for answers to the three questions of ethics, and for the owner's signature. `policy` is the
    audit's policy as JSON.
    """
    if charter.risk == MINIMAL:
        return []
    found = [] if charter.harms else ["no list of what could go wrong: the charter names no harm"]
    found += [_unwatched(harm) for harm in charter.harms if not (harm.accepted or _watched(harm, policy))]
    if not plan.mitigation.strip():
        found.append("no plan of what is done when it does harm: the release plan has no mitigation")
    return [*found, *_asked_of_high(charter, signature)] if charter.risk == HIGH else found


def _asked_of_high(charter: Charter, signature: Signature | None) -> list[str]:
    found = [] if charter.targets else ["no target: the charter does not say what counts as success"]
    found += [f"no answer in the charter: ethics, {each}" for each in charter.ethics.unanswered]
    if charter.needs_signature and signature is None:
        found.append("no signature: the chain leaves out sign_off(report, policy)")
    return found


def _watched(harm: Harm, policy: Mapping[str, Any]) -> bool:
    return any((gate["metric"], gate["slice"]) == (harm.metric, harm.slice) for gate in policy["gates"])


def _unwatched(harm: Harm) -> str:
    where = f" in each group of {harm.slice}" if harm.slice else ""
    return f"no gate on {harm.metric}{where} watches for the harm “{harm.what}”"

"""The section of the page that says what the model is for, what could go wrong, and who signs."""

from __future__ import annotations

from typing import Any

from pipeline.artifacts.audit import Audit
from pipeline.artifacts.charter import Charter, Harm
from pipeline.artifacts.wording import called


def charter(audit: Audit) -> dict[str, Any] | None:
    """Give what `charter.html` shows of the project's charter, in its variable `charter`; None without one."""
    declared = audit.policy.get("charter")
    if not declared:
        return None
    found = Charter.from_json(declared)
    return {
        "problem": found.problem,
        "risk": found.risk,
        "owner": found.owner,
        "signs": _signs(found),
        "not_for": list(found.not_for),
        "targets": list(found.targets),
        "harms": [_harm(each) for each in found.harms],
    }


def _signs(found: Charter) -> str:
    if found.needs_signature:
        return f"{found.owner} signs before it is released: headwater releases says who did."
    return f"Nobody signs before it is released: {found.unsigned}." if found.unsigned else ""


def _harm(harm: Harm) -> dict[str, str]:
    where = f" in each group of {harm.slice}" if harm.slice else ""
    watch = f"a gate on {called(harm.metric)}{where}" if harm.metric else f"nothing: {harm.accepted}"
    return {"what": harm.what, "watch": watch, "mitigation": harm.mitigation}

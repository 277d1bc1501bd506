"""The stage `sign_off`: a person looks at the audit and signs, where the charter's risk tier asks for it.

Under Airflow the task waits for an answer in the UI, unless this very audit was signed before. In a process of its
own the stage looks for a signature that `headwater sign` recorded, and refuses where there is none; the same run
begun again reuses all it made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.artifacts.audit import Audit
from pipeline.artifacts.charter import Charter
from pipeline.artifacts.signature import Signature
from pipeline.auditing.report.summary import why
from pipeline.errors import AuditRefused
from pipeline.step import Depends, Effect, Made, Rule, Step

SIGNATURE = "signature"


def sign_off(
    runner: Any, *, report: Mapping[str, str], charter: Charter, answer: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Give the report with the reference of the `signature` under it; as it is, where the charter asks for none.

    `answer` is what a person said just now: `approved`, `by`, `note` and `via`. Without it the newest
    signature under this very audit counts.

    Raises:
        AuditRefused: nobody signed, or the person turned the model down.
        Misuse: the answer names nobody.
    """
    if not charter.needs_signature:
        return dict(report)
    signature = sign(runner, report=report, **answer) if answer else newest(runner.store, report["audit"])
    if not signature:
        raise AuditRefused(
            f"nobody has signed {report['audit']} yet",
            expected=f"a signature of {charter.owner}, as the risk is {charter.risk}",
            next_step=f"Look at it, then `headwater sign {report['audit']} --by NAME --note TEXT`, and run again.",
        )
    signed = Signature.from_json(runner.value(signature))
    if not signed.approved:
        raise AuditRefused(
            f"{signed.by} turned down {signed.model}",
            found=signed.note or "no reason given",
            next_step="Make it better and train again, or sign the audit once more.",
        )
    return {**report, SIGNATURE: signature}


def sign(
    runner: Any, *, report: Mapping[str, str], approved: bool, by: str, note: str = "", via: str = "command"
) -> str:
    """Record a person's decision on an audit, and give the reference of the signature.

    Raises:
        Misuse: nobody is named.
    """
    step = Step(
        name=runner.occasion.task or "sign_off",
        stage="auditing",
        function=signature,
        parameters={"approved": approved, "by": by, "note": note, "via": via, "references": dict(report)},
        depends=(Depends("audit", Rule.EVERY_ROW, Effect.DECISION),),
        reusable=False,
    )
    return runner.run(step, {"audit": report["audit"]}).outputs[SIGNATURE]


def signature(
    *, audit: Mapping[str, Any], references: Mapping[str, str], approved: bool, by: str, note: str, via: str
) -> dict[str, Made]:
    """Bind a person's decision to an audit, in the role `signature`; `references` names `audit` and `page`."""
    made = Signature(
        audit=references["audit"],
        model=audit["model"],
        rows=audit["rows"],
        page=references.get("page", ""),
        verdict=audit["judgement"],
        approved=approved,
        by=by,
        note=note,
        via=via,
    )
    facts = {"audit": made.audit, "model": made.model, "approved": approved, "by": by}
    return {SIGNATURE: Made(SIGNATURE, made.to_json(), facts=facts)}


def newest(store: Any, audit: str) -> str:
    """Find the newest signature under an audit; its reference, "" without any."""
    runs = sorted(store.consumers(audit), key=lambda run: run.started_at)
    signed = [use.artifact.reference for run in runs for use in run.outputs if use.artifact.kind == SIGNATURE]
    return signed[-1] if signed else ""


def is_answered(runner: Any, audit: str) -> bool:
    """Whether nobody need be asked: the newest signature lets the model pass, or was given in this run of the DAG."""
    signature = newest(runner.store, audit)
    if not signature:
        return False
    made = runner.store.producer(signature)
    here = made is not None and (made.dag, made.dag_run) == (runner.occasion.dag, runner.occasion.dag_run)
    return here or Signature.from_json(runner.value(signature)).approved


def question(runner: Any, report: Mapping[str, str]) -> str:
    """Write what a person is asked to sign, as Markdown: the verdict first, then why, then where the evidence is."""
    audit = Audit.from_json(runner.value(report["audit"]))
    commands = [f"headwater show {report['audit']}", f"headwater graph {report['audit']} --up"]
    parts = [
        f"**The audit says: {audit.judgement}.** {why(audit)}",
        f"Model `{audit.model}`, measured on {audit.n_rows:,} test rows, `{audit.rows}`.",
        f"Audit `{report['audit']}`; its page is in MLflow, in the run of the model and in that of this DAG run.",
        "\n".join(f"    {command}" for command in commands),
    ]
    return "\n\n".join(parts)

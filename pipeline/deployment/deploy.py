"""The stage `deploy`: the decision is a step like any other; what it allows is entered in the ledger of releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lineage.records import Release
from pipeline.deployment.decision import decide
from pipeline.deployment.plan import ReleasePlan
from pipeline.step import Depends, Effect, Rule, Step

LIVE = "live"
PROMOTED = "mlflow_version"


def deploy(runner: Any, *, model: str, report: Mapping[str, str], plan: ReleasePlan) -> dict[str, Any]:
    """Release a model as its plan says; give `endpoint`, `number` (of the ledger's entry) and `model`.

    A model that already has the role gets no new entry, so a task that is tried again changes
    nothing. The registry's alias follows a live release.

    Raises:
        ReleaseRefused: the audit does not let it pass, or it was withdrawn from the endpoint.
        PhaseRefused: production, and the plan or the state of the code does not allow it.
        ServiceUnavailable: MLflow does not answer; the release stands, and trying again moves the alias.
    """
    from pipeline.tracking import promote

    endpoint = plan.endpoint or runner.occasion.dag
    entries = sorted(runner.store.releases(endpoint), key=lambda entry: entry.number)
    inputs = {"model": model, "audit": report["audit"]}
    ran = runner.run(
        _step(
            runner.occasion.task or "deploy",
            model=model,
            plan=plan,
            endpoint=endpoint,
            entries=entries,
            production=runner.occasion.phase == "production",
        ),
        inputs,
    )
    entry = standing(entries, model=model, role=plan.role)
    if entry is None:
        decision = runner.value(ran.outputs["release"])
        entry = runner.store.release(_entry(decision, audit=report["audit"], run=ran.run))
    if plan.role == LIVE and not (entry.run and runner.store.run(entry.run).facts.get(PROMOTED)):
        version = promote(runner, model=model)
        runner.annotate(entry.run or ran.run, facts={PROMOTED: version})
    return {"endpoint": endpoint, "number": entry.number, "model": model}


def _step(
    name: str, *, model: str, plan: ReleasePlan, endpoint: str, entries: Sequence[Release], production: bool
) -> Step:
    return Step(
        name=name,
        stage="deployment",
        function=decide,
        parameters={
            "reference": model,
            "plan": plan.to_json(),
            "endpoint": endpoint,
            "production": production,
            "withdrawn": withdrawn(entries, model=model),
        },
        depends=(Depends("model", Rule.EVERY_ROW, Effect.DECISION), Depends("audit", Rule.EVERY_ROW, Effect.DECISION)),
    )


def _entry(decision: Mapping[str, Any], *, audit: str, run: str) -> Release:
    facts = {name: decision[name] for name in ("owner", "mitigation") if decision[name]}
    return Release(
        endpoint=decision["endpoint"],
        model=decision["model"],
        role=decision["role"],
        audit=audit,
        verdict=decision["verdict"],
        by=decision["owner"],
        reason=decision["reason"],
        run=run,
        facts=facts,
    )


def standing(entries: Sequence[Release], *, model: str, role: str) -> Release | None:
    """Find the last entry of `role` if it is this model's. `entries` are one endpoint's, oldest first."""
    of_role = [entry for entry in entries if entry.role == role]
    return of_role[-1] if of_role and of_role[-1].model == model else None


def withdrawn(entries: Sequence[Release], *, model: str) -> str:
    """Say who took `model` back from the endpoint and why; "" if nobody did, or it was released again since.

    `entries` are one endpoint's, oldest first.
    """
    by_number = {entry.number: entry for entry in entries}
    answer = ""
    for entry in entries:
        over = by_number.get(entry.facts.get("rolled_back", 0)) if _is_rollback(entry) else None
        if entry.model == model:
            answer = ""
        elif over is not None and over.model == model:
            answer = f"rolled back by {entry.by} in release {entry.number}: {entry.reason}"
    return answer


def _is_rollback(entry: Release) -> bool:
    return "rolled_back" in entry.facts

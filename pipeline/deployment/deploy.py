"""The stage `deploy`: the decision is a step like any other; what it allows is entered in the ledger of releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lineage.records import Release
from pipeline.deployment.barred import OVERRIDE, barred, on_record, told
from pipeline.deployment.decision import SIGNED, UNSIGNED, decide
from pipeline.deployment.ledger import LIVE, oldest_first, standing, withdrawn
from pipeline.deployment.plan import ReleasePlan
from pipeline.recall.promotion import Bar
from pipeline.step import Depends, Effect, Rule, Step

PROMOTED = "mlflow_version"
_KEPT = ("owner", "mitigation", "lookups", OVERRIDE, SIGNED, UNSIGNED)


def deploy(runner: Any, *, model: str, report: Mapping[str, str], plan: ReleasePlan) -> dict[str, Any]:
    """Release a model as its plan says; give `endpoint`, `number` (of the ledger's entry) and `model`.

    A model that already has the role, and looks up as planned, gets no new entry, so a task that is
    tried again changes nothing. The registry's alias follows a live release.

    Raises:
        ReleaseRefused: the audit does not let it pass, what its charter asks for was left out, it was withdrawn
            from the endpoint, or a recall bars it.
        PhaseRefused: production, and the plan or the state of the code does not allow it.
        ServiceUnavailable: MLflow does not answer; the release stands, and trying again moves the alias.
    """
    from pipeline.tracking import promote

    endpoint = plan.endpoint or runner.occasion.dag
    entries = oldest_first(runner.store.releases(endpoint))
    entry = standing(entries, model=model, role=plan.role, lookups=plan.lookups)
    inputs = {"model": model, **{role: report[role] for role in ("audit", "signature") if role in report}}
    ran = runner.run(
        _step(
            runner.occasion.task or "deploy",
            model=model,
            plan=plan,
            endpoint=endpoint,
            entries=entries,
            recalls=[] if entry else barred(runner, model=model, audit=report["audit"]),
            production=runner.occasion.phase == "production",
            inputs=inputs,
        ),
        inputs,
    )
    if entry is None:
        decision = runner.value(ran.outputs["release"])
        entry = runner.store.release(_entry(decision, audit=report["audit"], run=ran.run), once=True)
    if plan.role == LIVE and not (entry.run and runner.store.run(entry.run).facts.get(PROMOTED)):
        version = promote(runner, model=model)
        runner.annotate(entry.run or ran.run, facts={PROMOTED: version})
    return {"endpoint": endpoint, "number": entry.number, "model": model}


def _step(
    name: str,
    *,
    model: str,
    plan: ReleasePlan,
    endpoint: str,
    entries: Sequence[Release],
    recalls: Sequence[Bar],
    production: bool,
    inputs: Mapping[str, str],
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
            "recalled": told(recalls),
            "overridden": on_record(recalls),
            "audited": inputs["audit"],
        },
        depends=tuple(Depends(role, Rule.EVERY_ROW, Effect.DECISION) for role in inputs),
    )


def _entry(decision: Mapping[str, Any], *, audit: str, run: str) -> Release:
    facts = {name: decision[name] for name in _KEPT if decision.get(name)}
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

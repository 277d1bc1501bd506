"""The stage `audit`: the model's answers, those of the release before, the audit, its page; each a step of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.auditing.answers import answers
from pipeline.auditing.earlier import asking, model_before
from pipeline.auditing.examine import examine
from pipeline.auditing.report.page import render, templates
from pipeline.auditing.policy import AuditPolicy
from pipeline.errors import ArtifactCorrupt, ArtifactMissing, AuditRefused, Misuse, Refused, StepFailed
from pipeline.step import Depends, Effect, Rule, Step


def audit(runner: Any, *, model: str, ready: Mapping[str, Any], policy: AuditPolicy) -> dict[str, str]:
    """Audit a model on the test part; give the references `audit` and `page`. Both are shown in MLflow.

    A verdict of fail refuses nothing here: the stage `deploy` does.

    Raises:
        AuditRefused: there is no test part, or the model gives no answers to it.
        Misuse: the policy asks for what this kind of problem does not have.
        ServiceUnavailable: MLflow does not answer; the task can be tried again.
    """
    from pipeline.tracking import log_audit

    if "test" not in ready["features"]:
        raise AuditRefused(
            f"{model} cannot be audited",
            expected="a test part",
            found=", ".join(ready["features"]),
            next_step='Keep rows from training: split(…, sizes={"train": 0.6, "dev": 0.2, "test": 0.2}).',
        )
    earlier, compared = _before(runner, model=model, ready=ready, policy=policy)
    asked = runner.run(*_asking(runner, model=model, ready=ready))
    inputs = {
        "model": model, "answers": asked.outputs["data"], "rows": ready["parts"]["test"],
        "train": ready["features"]["train"], **({"earlier": earlier} if earlier else {}),
    }
    bound = {"model": model, "features": ready["features"]["test"], "rows": ready["parts"]["test"]}
    given = {"policy": policy.to_json(), "compared": compared, "references": bound}
    functions = {each.name: each.function for each in policy.slices if each.function}
    examined = runner.run(_examination(runner, roles=tuple(inputs), given=given, functions=functions), inputs)
    report = {"audit": examined.outputs["audit"]}
    report["page"] = runner.run(_page(runner), report).outputs["page"]
    log_audit(runner, **report, model=model)
    return report


def _before(runner: Any, *, model: str, ready: Mapping[str, Any], policy: AuditPolicy) -> tuple[str, dict[str, str]]:
    """Ask the release before, if there is one; give its answers' reference, or why it could not be asked."""
    if "previous" not in policy.baselines:
        return "", {"model": "", "why_not": ""}
    before = model_before(runner.store.releases(policy.endpoint or runner.occasion.dag), model=model)
    if not before:
        return "", {"model": "", "why_not": ""}
    try:
        asked = runner.run(*asking(runner, before=before, model=model, ready=ready, positive=policy.positive))
    except (Refused, Misuse, StepFailed, ArtifactMissing, ArtifactCorrupt) as error:
        return "", {"model": before, "why_not": f"It could not be asked: {error.what}"}
    if not runner.describe(asked.outputs["data"]).rows:
        return "", {"model": before, "why_not": "It was trained on every one of these test rows"}
    return asked.outputs["data"], {"model": before, "why_not": ""}


def _asking(runner: Any, *, model: str, ready: Mapping[str, Any]) -> tuple[Step, dict[str, str]]:
    inputs = {
        "model": model, "estimator": runner.value(model)["estimator"], "features": ready["features"]["test"]
    }
    made_by = tuple(Depends(role, Rule.EVERY_ROW, Effect.MODEL) for role in ("model", "estimator"))
    step = Step(
        name=f"{_name(runner)}.answers",
        stage="auditing",
        function=answers,
        depends=(Depends("features", Rule.SAME_ROW), *made_by),
    )
    return step, inputs


def _examination(
    runner: Any, *, roles: Sequence[str], given: Mapping[str, Any], functions: Mapping[str, Any]
) -> Step:
    return Step(
        name=_name(runner),
        stage="auditing",
        function=examine,
        parameters=given,
        context={"functions": functions},
        depends=tuple(Depends(role, Rule.EVERY_ROW, Effect.DECISION) for role in roles),
    )


def _page(runner: Any) -> Step:
    return Step(
        name=f"{_name(runner)}.page",
        stage="auditing",
        function=render,
        context={"templates": templates()},
        depends=(Depends("audit", Rule.EVERY_ROW),),
    )


def _name(runner: Any) -> str:
    return runner.occasion.task or "audit"

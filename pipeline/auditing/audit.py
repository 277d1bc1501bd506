"""The stage `audit`: which steps it runs, each on what, and what a policy leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.auditing.costing import costing
from pipeline.auditing.earlier import asking, model_before
from pipeline.auditing.errors.stage import analyse
from pipeline.auditing.examine import examine
from pipeline.auditing.parts import asked, beside, name_of
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.writing import written
from pipeline.errors import ArtifactCorrupt, ArtifactMissing, AuditRefused, Misuse, Refused, StepFailed
from pipeline.step import Depends, Effect, Rule, Step


def audit(runner: Any, *, model: str, ready: Mapping[str, Any], policy: AuditPolicy) -> dict[str, str]:
    """Audit a model on the test part; give the references `audit`, `answers`, `page`, `card` and `card_page`.

    Where the policy asks for them, also `fairness`, `search` and `curve`, and of single errors `sample`, `tagged`,
    `errors` and `worklist`. All of it is shown in MLflow.

    A verdict of fail refuses nothing here: the stage `deploy` does.

    Raises:
        AuditRefused: there is no test part, the model was trained on other data than what the test part was
            parted from, or it gives no answers to it.
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
    _require_own_data(runner, model=model, ready=ready)
    test = {"model": model, "answers": asked(runner, model=model, ready=ready), "rows": ready["parts"]["test"]}
    parts = beside(runner, test, ready=ready, policy=policy)
    examined = _examined(runner, test, ready=ready, policy=policy, fairness=parts.get("fairness", ""))
    report = {"audit": examined, "answers": test["answers"], **parts}
    if policy.errors is not None:
        known = {role: parts[role] for role in ("search", "curve") if role in parts}
        report |= analyse(runner, **test, asked=policy.errors, beside=known)
    report |= written(runner, report, model=model, endpoint=policy.endpoint or runner.occasion.dag)
    log_audit(runner, report=report, model=model)
    return report


def _examined(
    runner: Any, test: Mapping[str, str], *, ready: Mapping[str, Any], policy: AuditPolicy, fairness: str
) -> str:
    """Measure the model and hold it against the gates; the reference of the audit."""
    earlier, compared = _before(runner, model=test["model"], ready=ready, policy=policy)
    optional = {role: reference for role, reference in {"earlier": earlier, "fairness": fairness}.items() if reference}
    inputs = {**test, "train": ready["features"]["train"], **optional}
    bound = {
        "model": test["model"], "features": ready["features"]["test"], "rows": test["rows"],
        "trained_on": ready["features"]["train"],
    }
    given = {
        "policy": policy.to_json(), "compared": compared, "references": bound,
        "cost": _cost(runner, model=test["model"], ready=ready, policy=policy),
        "production": runner.occasion.production,
    }
    functions = {each.name: each.function for each in policy.slices if each.function}
    step = Step(
        name=name_of(runner),
        stage="auditing",
        function=examine,
        parameters=given,
        context={"functions": functions} if functions else {},
        depends=tuple(Depends(role, Rule.EVERY_ROW, Effect.DECISION) for role in inputs),
    )
    return runner.run(step, inputs).outputs["audit"]


def _require_own_data(runner: Any, *, model: str, ready: Mapping[str, Any]) -> None:
    trained_on = runner.value(model)["trained_on"]
    if trained_on != ready["features"]["train"]:
        raise AuditRefused(
            f"{model} was trained on other data than it is to be audited on",
            expected=trained_on,
            found=ready["features"]["train"],
            next_step="Chain train and audit on the same result of fit.",
        )


def _cost(runner: Any, *, model: str, ready: Mapping[str, Any], policy: AuditPolicy) -> dict[str, Any] | None:
    """Measure what the model's answers cost, where the policy limits it."""
    if policy.constraint is None:
        return None
    reference = runner.run(*costing(runner, model=model, ready=ready)).outputs["cost"]
    return {**runner.value(reference), "reference": reference}


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

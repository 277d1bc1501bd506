"""The parts of an audit beside its figures and gates: each a step of its own, run where the policy asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.auditing.answers import answers
from pipeline.auditing.policy import AuditPolicy
from pipeline.step import Depends, Effect, Rule, Step


def name_of(runner: Any) -> str:
    """The name that the steps of an audit begin with: that of their task."""
    return runner.occasion.task or "audit"


def asked(runner: Any, *, model: str, ready: Mapping[str, Any], part: str = "test") -> str:
    """Ask the model about the rows of a part; the reference of its answers, a dataset that follows them row by row."""
    inputs = {"model": model, "estimator": runner.value(model)["estimator"], "features": ready["features"][part]}
    made_by = tuple(Depends(role, Rule.EVERY_ROW, Effect.MODEL) for role in ("model", "estimator"))
    step = Step(
        name=f"{name_of(runner)}.answers{'' if part == 'test' else f'_{part}'}",
        stage="auditing",
        function=answers,
        depends=(Depends("features", Rule.SAME_ROW), *made_by),
    )
    return runner.run(step, inputs).outputs["data"]


def beside(
    runner: Any, test: Mapping[str, str], *, ready: Mapping[str, Any], policy: AuditPolicy
) -> dict[str, str]:
    """Run the parts that the policy asks for; their references, by the names `fairness`, `search` and `curve`.

    `test` names the model, its answers and the rows they are about.
    """
    parts = {"fairness": _fairness, "search": _search, "curve": _curve}
    return {
        role: run(runner, test, ready=ready, policy=policy)
        for role, run in parts.items()
        if getattr(policy, role) is not None
    }


def _fairness(runner: Any, test: Mapping[str, str], *, ready: Mapping[str, Any], policy: AuditPolicy) -> str:
    from pipeline.auditing.fairness.examine import fairness

    inputs = dict(test)
    if policy.fairness.mitigate and "dev" in ready["features"]:
        dev = asked(runner, model=test["model"], ready=ready, part="dev")
        inputs |= {"dev_answers": dev, "dev_rows": ready["parts"]["dev"]}
    given = {
        "asked": policy.fairness.to_json(), "references": {"model": test["model"], "rows": test["rows"]}
    }
    return _ran(runner, "fairness", fairness, given=given, inputs=inputs)


def _search(runner: Any, test: Mapping[str, str], *, ready: Mapping[str, Any], policy: AuditPolicy) -> str:
    from pipeline.auditing.search.find import find

    given = {"asked": policy.search.to_json(), "positive": policy.positive}
    return _ran(runner, "search", find, given=given, inputs=test)


def _curve(runner: Any, test: Mapping[str, str], *, ready: Mapping[str, Any], policy: AuditPolicy) -> str:
    from pipeline.auditing.curve.measure import measure

    features, model = ready["features"], test["model"]
    inputs = {
        "model": model, "estimator": runner.value(model)["estimator"], "train": features["train"],
        "dev": features.get("dev", features["test"]),
    }
    given = {"asked": policy.curve.to_json(), "positive": policy.positive}
    return _ran(runner, "curve", measure, given=given, inputs=inputs)


def _ran(
    runner: Any, part: str, function: Callable[..., Any], *, given: Mapping[str, Any], inputs: Mapping[str, str]
) -> str:
    step = Step(
        name=f"{name_of(runner)}.{part}",
        stage="auditing",
        function=function,
        parameters=given,
        depends=tuple(Depends(role, Rule.EVERY_ROW, Effect.DECISION) for role in inputs),
    )
    return runner.run(step, inputs).outputs[part]

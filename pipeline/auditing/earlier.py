"""The release before: its own answers to today's test rows, on the way its own training rows went."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.artifacts.answer import ask
from pipeline.artifacts.model import Model
from pipeline.code import load
from pipeline.errors import AuditRefused, Misuse
from pipeline.step import Depends, Effect, Made, Rule, Step

LIVE = "live"


def model_before(entries: Sequence[Any], *, model: str) -> str:
    """Find whom a release of `model` would replace: the live model, or if that is `model`, the one before it.

    `entries` are one endpoint's ledger in any order. An audit of the model that is live thus compares
    it with what it replaced, as when it was first audited. "" if there is none.
    """
    live = [entry.model for entry in sorted(entries, key=lambda entry: entry.number) if entry.role == LIVE]
    if live and live[-1] == model:
        live = live[: live.index(model)]
    return live[-1] if live else ""


def asking(runner: Any, *, before: str, model: str, ready: Mapping[str, Any]) -> tuple[Step, dict[str, Any]]:
    """Give the step that asks the model `before` about the test rows that it was not trained on, and its inputs.

    Where both models' rows go the same way, the test part is taken as it is; else the rows go
    the earlier model's way again from today's source.

    Raises:
        Misuse: the earlier model's manifest or the function of its transforms cannot be used any more.
    """
    old, new = Model.from_json(runner.value(before)), Model.from_json(runner.value(model))
    test = ready["parts"]["test"]
    again = () if old.path == new.path else old.path
    applied = _applied(runner, old.trained_on)
    inputs = {
        "model": before, "estimator": old.estimator, "test": test, "seen": old.trained_on,
        "rows": runner.source_of(test) if again else test,
        "code": [entry["code"] for entry in again], "transforms": [each["transform"] for each in applied],
    }
    step = Step(
        name="ask_previous",
        stage="auditing",
        function=answers_before,
        parameters={"path": [_recorded(entry) for entry in again], "applied": applied},
        context={"functions": [_function(each["function"]) for each in applied]},
        depends=(
            Depends("rows", Rule.SAME_ROW), Depends("test", Rule.EVERY_ROW, Effect.DECISION),
            *(Depends(role, Rule.EVERY_ROW, Effect.MODEL) for role in ("model", "estimator", "transforms", "code")),
            Depends("seen", Rule.EVERY_ROW, Effect.DECISION),
        ),
        allow_empty=True,
    )
    return step, {role: given for role, given in inputs.items() if given}


def _recorded(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"step": entry["step"], "parameters": dict(entry["parameters"])}


def _applied(runner: Any, features: str) -> list[dict[str, Any]]:
    """Walk up from an earlier model's features over the runs that applied a fitted transform; first applied first."""
    found: list[dict[str, Any]] = []
    while run := runner.store.producer(features):
        fitted = [use for use in run.inputs if use.artifact.kind == "transform"]
        if not fitted:
            break
        [data] = [use for use in run.inputs if use.artifact.kind == "dataset"]
        found.append({
            "transform": fitted[0].artifact.reference, "as": fitted[0].role, "rows": data.role,
            "function": run.recipe["function"], "parameters": dict(run.recipe["parameters"]),
        })
        features = data.artifact.reference
    return found[::-1]


def _function(path: str) -> Callable[..., Any]:
    module, _, name = path.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise Misuse(f"{path}, which applied its transforms, is gone", found=str(error)) from error


def answers_before(
    *,
    model: Mapping[str, Any],
    estimator: Any,
    rows: pd.DataFrame,
    test: pd.DataFrame,
    seen: pd.DataFrame,
    code: Sequence[Mapping[str, Any]] = (),
    transforms: Sequence[Any] = (),
    path: Sequence[Mapping[str, Any]],
    applied: Sequence[Mapping[str, Any]],
    functions: Sequence[Callable[..., Any]],
) -> pd.DataFrame:
    """Answer the test rows that are not among `seen` with an earlier model.

    Gives `answer` and, from a classifier of two classes that gives probabilities, `probability`
    (of its positive class), by row.

    Raises:
        AuditRefused: its way leaves a test row out.
    """
    manifest = Model.from_json(model)
    frame = rows.loc[rows.index.intersection(test.index.difference(seen.index))]
    asked = frame.index
    for bundled, entry in zip(code, path, strict=True):
        frame = _called(load(dict(bundled)), frame, entry["parameters"])
    for function, transform, how in zip(functions, transforms, applied, strict=True):
        frame = _frame(function(**{how["rows"]: frame, how["as"]: transform}, **how["parameters"]))
    if len(left_out := asked.difference(frame.index)):
        raise AuditRefused("the release before has no answer for rows that this model answers", count=len(left_out),
                           examples=[f"row {row}" for row in left_out[:5]])
    return _answers(manifest, estimator, frame.loc[asked])


def _called(function: Callable[..., Any], frame: pd.DataFrame, parameters: Mapping[str, Any]) -> pd.DataFrame:
    role = next(name for name in inspect.signature(function).parameters if name not in parameters)
    return _frame(function(**{role: frame}, **parameters))


def _frame(result: Any) -> pd.DataFrame:
    if isinstance(result, Mapping):
        result = next(iter(result.values()))
    return result.value if isinstance(result, Made) else result


def _answers(model: Model, estimator: Any, frame: pd.DataFrame) -> pd.DataFrame:
    if not len(frame):
        return pd.DataFrame({"answer": pd.Series(dtype="float64")}, index=frame.index)
    answers = ask(estimator, frame, features=model.features)
    table = pd.DataFrame({"answer": answers.answer}, index=frame.index)
    probability = None if model.positive is None else answers.probability_of(model.positive)
    return table if probability is None else table.assign(probability=probability)

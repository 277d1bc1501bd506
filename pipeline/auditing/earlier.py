"""The release before: its own answers to today's test rows, on the way its own training rows went."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.artifacts.answer import ask
from pipeline.artifacts.model import Model
from pipeline.errors import AuditRefused
from pipeline.step import Depends, Effect, Made, Rule, Step
from pipeline.way import function_at, parts, way

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


def asking(
    runner: Any, *, before: str, model: str, ready: Mapping[str, Any], positive: Any = None
) -> tuple[Step, dict[str, Any]]:
    """Give the step that asks the model `before` about the test rows that it was not trained on, and its inputs.

    Where both models' rows go the same way, the test part is taken as it is; else the rows go
    the earlier model's way again from today's entry, with lookups in the tables it was trained with.
    Its probabilities are those of `positive`, or of the model's own positive class.

    Raises:
        AuditRefused: the earlier model answers another question, or its way begins elsewhere.
        Misuse: the earlier model's manifest or the function of its transforms cannot be used any more.
    """
    old, new = Model.from_json(runner.value(before)), Model.from_json(runner.value(model))
    if (old.problem, old.target, old.classes) != (new.problem, new.target, new.classes):
        raise AuditRefused(
            "it answers another question",
            expected=f"{new.target} {list(new.classes)}",
            found=f"{old.target} {list(old.classes)}",
        )
    if old.source_name != new.source_name:
        raise AuditRefused("it is asked about other rows", expected=new.source_name, found=old.source_name)
    test = ready["parts"]["test"]
    again = () if old.path == new.path else old.path
    inputs = {
        "model": before,
        "estimator": old.estimator,
        "test": test,
        "seen": old.trained_on,
        "rows": runner.source_of(test) if again else test,
        "transforms": list(old.transforms),
        **parts(again),
    }
    given = {role: reference for role, reference in inputs.items() if reference}
    parameters = {
        "path": [dict(entry) for entry in again],
        "features": dict(old.apply["parameters"]),
        "positive": new.positive if positive is None else positive,
    }
    name = f"{runner.occasion.task or 'audit'}.previous"
    return _step(name, parameters, function=old.apply["function"], roles=tuple(given)), given


def _step(name: str, parameters: Mapping[str, Any], *, function: str, roles: Sequence[str]) -> Step:
    effects = {"test": Effect.DECISION, "seen": Effect.DECISION}
    return Step(
        name=name,
        stage="auditing",
        function=answers_before,
        parameters=parameters,
        context={"apply": function_at("fit", function)},
        depends=(
            Depends("rows", Rule.SAME_ROW),
            *(Depends(role, Rule.EVERY_ROW, effects.get(role, Effect.MODEL)) for role in roles if role != "rows"),
        ),
        allow_empty=True,
    )


def answers_before(
    *,
    model: Mapping[str, Any],
    estimator: Any,
    rows: pd.DataFrame,
    test: pd.DataFrame,
    seen: pd.DataFrame,
    code: Sequence[Mapping[str, Any]] = (),
    references: Sequence[pd.DataFrame] = (),
    transforms: Sequence[Any] = (),
    path: Sequence[Mapping[str, Any]],
    features: Mapping[str, Any],
    apply: Callable[..., Any],
    positive: Any = None,
) -> pd.DataFrame:
    """Answer the test rows that are not among `seen` with an earlier model.

    `rows` go the way of `path`, through the functions of `code` and with lookups in `references`; then
    `apply` makes features of them with the fitted `transforms` and the parameters `features`.

    Gives `answer` and, from a classifier that gives it, `probability` (that of the class
    `positive`), by row.

    Raises:
        AuditRefused: its way leaves a test row out.
    """
    manifest = Model.from_json(model)
    frame = rows.loc[rows.index.intersection(test.index.difference(seen.index))]
    asked = frame.index
    for step in way(path, code=code, references=references):
        frame = step(frame)
    frame = _frame(apply(frame, list(transforms), **features))
    if len(left_out := asked.difference(frame.index)):
        raise AuditRefused(
            "the release before has no answer for rows that this model answers",
            count=len(left_out),
            examples=[f"row {row}" for row in left_out[:5]],
        )
    return _answers(manifest, estimator, frame.loc[asked], positive=positive)


def _frame(result: Any) -> pd.DataFrame:
    if isinstance(result, Mapping):
        result = next(iter(result.values()))
    return result.value if isinstance(result, Made) else result


def _answers(model: Model, estimator: Any, frame: pd.DataFrame, *, positive: Any) -> pd.DataFrame:
    if not len(frame):
        return pd.DataFrame({"answer": pd.Series(dtype="float64")}, index=frame.index)
    answers = ask(estimator, frame, features=model.features)
    table = pd.DataFrame({"answer": answers.answer}, index=frame.index)
    probability = None if positive is None else answers.probability_of(positive)
    return table if probability is None else table.assign(probability=probability)

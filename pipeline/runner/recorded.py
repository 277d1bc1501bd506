"""A step as its run recorded it: the code, parameters and rules of then, ready to be run again."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lineage.records import Run, SourceRecord
from pipeline.code import load
from pipeline.errors import HeadwaterError
from pipeline.step import Depends, Effect, Known, Rule, Step

if TYPE_CHECKING:
    from pipeline.runner.runner import Runner


def recorded_step(runner: Runner, run: Run) -> Step:
    """Build the step of a recorded run; it tests no claim, since its run did.

    Raises:
        HeadwaterError: the step was given what no record can hold, as a source's reader is.
        ArtifactMissing: its code is gone.
    """
    return Step(
        name=run.step,
        stage=run.stage,
        function=_function(runner, run),
        parameters=run.recipe["parameters"],
        depends=tuple(_depends(**each) for each in run.recipe.get("depends", ())),
        key=tuple(run.recipe.get("key", ())),
        naming=_naming(runner, run),
        allow_empty=True,
    )


def _naming(runner: Runner, run: Run) -> SourceRecord | None:
    """By what the run's rows were named, if columns named them."""
    if not run.recipe.get("key"):
        return None
    return runner.store.source(next(use.artifact.name for use in run.outputs if use.role == "data"))


def _depends(*, rule: str, effect: str, known: str, **rest: Any) -> Depends:
    return Depends(rule=Rule(rule), effect=Effect(effect), known=Known(known), **rest)


def _function(runner: Runner, run: Run) -> Callable[..., Any]:
    if code := [use.artifact for use in run.outputs if use.role == "code"]:
        return load(runner.value(code[0].reference))
    if run.recipe["context"]:
        raise HeadwaterError(
            f"run {run.id} ({run.step}) was given what no record can hold", examples=run.recipe["context"]
        )
    module, _, name = run.recipe["function"].partition(":")
    return getattr(importlib.import_module(module), name)

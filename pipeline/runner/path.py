"""The way a row goes from its source to a dataset: the user's row-wise steps, in order.

The inference server takes a request the same way, so every step on it must be row-wise; steps
that only choose rows (validation, a split) change no value and are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lineage.records import Effect, Outcome, Rule, Run
from lineage.store import Store
from pipeline.artifacts.occasion import Occasion
from pipeline.errors import StepRefused


def makers(store: Store, occasion: Occasion) -> Callable[[str], Run | None]:
    """Who made an artifact, asked on an occasion: the run of this DAG run, else the first that made it.

    Two runs can make the same content from different inputs; a chain means its own.
    """
    here: dict[str, Run] = {}
    for run in store.runs(occasion.dag, occasion.dag_run, limit=10_000):
        if run.outcome in (Outcome.SUCCEEDED, Outcome.REUSED):
            for use in run.outputs:
                here.setdefault(use.artifact.reference, run)

    def maker(reference: str) -> Run | None:
        run = here.get(reference) or store.producer(reference)
        return store.run(run.reused_from) if run and run.reused_from else run

    return maker


def path(maker: Callable[[str], Run | None], reference: str) -> tuple[str, list[dict[str, Any]]]:
    """Walk from `reference` up to its source dataset.

    Returns the source dataset's reference and the steps from there down, each with `step`,
    `stage`, `code` (a reference), `function` (None: it is in the code), `parameters` and the
    dtypes of its `columns`.

    Raises:
        StepRefused: a step on the way is not row-wise, or has no single row-wise input.
    """
    steps: list[dict[str, Any]] = []
    while (run := maker(reference)) is not None and run.stage != "ingestion":
        code = [use.artifact.reference for use in run.outputs if use.role == "code"]
        if code:
            steps.append(
                {
                    "step": run.step,
                    "stage": run.stage,
                    "code": code[0],
                    "function": None,
                    "parameters": dict(run.recipe["parameters"]),
                    "columns": _columns(reference, run),
                }
            )
        reference = _row_input(reference, run)
    return reference, steps[::-1]


def _columns(reference: str, run: Run) -> dict[str, str]:
    return next(dict(use.artifact.facts["columns"]) for use in run.outputs if use.artifact.reference == reference)


def _row_input(reference: str, run: Run) -> str:
    own = [d for d in run.dependencies if d.output == reference and d.effect is not Effect.MODEL]
    inputs = sorted({dependency.input for dependency in own if dependency.rule is Rule.SAME_ROW})
    if len(inputs) != 1:
        raise StepRefused(
            f"step {run.step} lies between the source and {reference.partition('@')[0]}: no single row can pass it",
            expected="a row-wise step with one input whose rows it keeps",
            found=f"{len(inputs)} row-wise inputs",
            next_step="Mark the function @rowwise if each row is treated by itself, or leave the step out of the way.",
        )
    return inputs[0]

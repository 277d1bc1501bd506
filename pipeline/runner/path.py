"""The way a row goes from its source to a dataset: the user's row-wise steps, in order.

The inference server takes a request the same way, so every step on it must be row-wise; steps
that only choose rows (validation, a split) change no value and are left out.
"""

from __future__ import annotations

from typing import Any, Protocol

from lineage.records import Dependency, Effect, Rule, Run
from pipeline.errors import StepRefused


class Graph(Protocol):
    """What is asked of the store."""

    def producer(self, reference: str) -> Run | None:
        """The run that first made an artifact."""

    def dependencies(self, reference: str) -> list[Dependency]:
        """What an artifact directly rests on."""


def path(graph: Graph, reference: str) -> tuple[str, list[dict[str, Any]]]:
    """Walk from `reference` up to its source dataset.

    Returns the source dataset's reference and the steps from there down, each with `step`,
    `stage`, `code` (a reference), `function` (None: it is in the code) and `parameters`. Raises `StepRefused` where a step
    on the way is not row-wise, or has no single row-wise input.
    """
    steps: list[dict[str, Any]] = []
    while (run := graph.producer(reference)) is not None and run.stage != "ingestion":
        code = [use.artifact.reference for use in run.outputs if use.role == "code"]
        if code:
            steps.append({"step": run.step, "stage": run.stage, "code": code[0], "function": None,
                          "parameters": dict(run.recipe["parameters"])})
        reference = _row_input(graph, reference, run)
    return reference, steps[::-1]


def _row_input(graph: Graph, reference: str, run: Run) -> str:
    own = [d for d in graph.dependencies(reference) if d.effect is not Effect.MODEL and d.rule is Rule.SAME_ROW]
    inputs = sorted({dependency.input for dependency in own})
    if len(inputs) != 1:
        raise StepRefused(
            f"step {run.step} lies between the source and {reference.partition('@')[0]}, and a single row cannot pass it",
            expected="a row-wise step with one input whose rows it keeps",
            found=f"{len(inputs)} row-wise inputs",
            next_step="Mark the function @rowwise if each row is treated by itself, or leave the step out of the way.",
        )
    return inputs[0]

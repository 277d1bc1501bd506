"""Making an artifact again from its record alone: recorded code, parameters and inputs, and the same digest or not.

Sources are taken as they were ingested; everything between them and the artifact is made anew, in
memory, and each result compared with what was recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lineage.records import BESIDE, Run
from pipeline.errors import Misuse
from pipeline.runner.execute import execute
from pipeline.runner.recorded import recorded_step
from pipeline.runner.runner import Runner
from pipeline.storage.erased import require_there


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """One output made again: what it should have been and what it was."""

    step: str
    run: str
    reference: str
    found: str

    @property
    def equal(self) -> bool:
        """Whether it came out with the digest that was recorded."""
        return self.found == self.reference.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduced:
    """What making `reference` again gave, step by step, in the order of the work."""

    reference: str
    steps: tuple[Remade, ...]
    sources: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether every step on the way came out as recorded."""
        return all(step.equal for step in self.steps)


def reproduce(runner: Runner, reference: str) -> Reproduced:
    """Make an artifact again, with all that it stands on down to its sources.

    Raises `Misuse` for an artifact no recorded run made, `ArtifactErased` where it or a source of it
    was erased, and whatever a step raises.
    """
    require_there(runner.store, reference)
    making = _Making(runner)
    making.value(reference)
    return Reproduced(reference=reference, steps=tuple(making.steps), sources=tuple(making.sources))


class _Making:
    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.values: dict[str, Any] = {}
        self.steps: list[Remade] = []
        self.sources: list[str] = []

    def value(self, reference: str) -> Any:
        if reference.partition("/")[0] in BESIDE:
            return self.runner.value(reference)
        if reference not in self.values:
            run = self.runner.store.producer(reference)
            if run is None:
                raise Misuse(f"{reference} has no recorded run", next_step="Only what a run made can be made again.")
            if run.stage == "ingestion":
                self.sources.append(reference)
                self.values[reference] = self.runner.value(reference)
            else:
                self.make(run)
        return self.values[reference]

    def make(self, run: Run) -> None:
        inputs: dict[str, Any] = {}
        for role, references in _by_role(run).items():
            loaded = [self.value(reference) for reference in references]
            inputs[role] = loaded if role in run.recipe["several"] else loaded[0]
        made = execute(recorded_step(self.runner, run), inputs, production=False).made
        for use in run.outputs:
            if use.role not in BESIDE:
                value = made[use.role].value
                found = self.runner.storage.digest(use.artifact.kind, value)
                self.values[use.artifact.reference] = value
                self.steps.append(Remade(step=run.step, run=run.id, reference=use.artifact.reference, found=found))


def _by_role(run: Run) -> Mapping[str, list[str]]:
    roles: dict[str, list[str]] = {}
    for use in run.inputs:
        roles.setdefault(use.role, []).append(use.artifact.reference)
    return roles

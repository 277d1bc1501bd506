"""What an earlier run of the same work left behind, and how today's inputs differ from those it had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lineage.difference import Difference
from lineage.records import BESIDE, Run
from pipeline.runner.incremental import Earlier, comparable, possible
from pipeline.runner.passed import passed, passing_before
from pipeline.step import Step

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.runner.runner import Runner

BASE = "#base"
"""What a DAG run that rebuilds pins the DAG run under whose work it begins with."""

References = Mapping[str, str | Sequence[str]]


def earlier_work(
    runner: Runner, step: Step, *, given: References, values: Mapping[str, Any], run: Run
) -> tuple[Earlier, dict[str, Difference]] | None:
    """Find the last run of the same work whose results are all there, and what was touched since, by role.

    In a DAG run that rebuilds another, the earlier run is that one's. None where there is none, or
    where the step's rules want all rows anyway.
    """
    past = _past(runner, step)
    if past is None or not comparable(past, run, full_every=runner.settings.full_every):
        return None
    before = _by_role(past, given)
    changed = [role for role, listed in given.items() if _listed(listed) != before[role]]
    kept = [use.artifact for use in past.outputs if use.artifact.kind not in BESIDE]
    read = [runner.describe(reference) for role in given for reference in before[role]]
    if not possible(step.depends, changed) or not all(map(runner.storage.exists, [*kept, *read])):
        return None
    if not all(_alike(runner, before[role], _listed(given[role])) for role in changed):
        return None
    old = {**values, **{role: _values(runner, given[role], before[role]) for role in changed}}
    outputs = {use.role: use.artifact.reference for use in past.outputs if use.artifact.kind not in BESIDE}
    made = {role: _made(runner, past, reference, old) for role, reference in outputs.items()}
    touched = {role: _difference(runner, before[role], _listed(given[role])) for role in changed}
    return Earlier(run=past, given=old, made=made), touched


def _past(runner: Runner, step: Step) -> Run | None:
    occasion = runner.occasion
    base = runner.store.pinned(occasion.dag, occasion.dag_run, BASE)
    return runner.store.previous(occasion.dag, step.name, task=occasion.task, dag_run=base)


def _made(runner: Runner, past: Run, reference: str, given: Mapping[str, Any]) -> pd.DataFrame:
    """What an earlier run made; the columns that passed through it are those it was `given`."""
    return runner.value(reference, ready=passed(passing_before(past, reference), given))


def _listed(given: str | Sequence[str]) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def _by_role(run: Run, given: References) -> dict[str, list[str]]:
    """The references an earlier run was given, in the roles that today's has."""
    roles: dict[str, list[str]] = {role: [] for role in given}
    for use in run.inputs:
        roles[use.role].append(use.artifact.reference)
    return roles


def _values(runner: Runner, given: str | Sequence[str], before: Sequence[str]) -> Any:
    loaded = [runner.value(reference) for reference in before]
    return loaded[0] if isinstance(given, str) else loaded


def _difference(runner: Runner, before: Sequence[str], after: Sequence[str]) -> Difference:
    """How the tables of one role differ, all of them taken together."""
    return Difference.together(
        [runner.difference(old, new) for old, new in zip(before, after, strict=True) if old != new]
    )


def _alike(runner: Runner, before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether tables have the same columns, order and dtypes."""
    columns = [
        [list(runner.describe(each).facts.get("columns", {}).items()) for each in part] for part in (before, after)
    ]
    return columns[0] == columns[1]

"""What would change: the steps that stood on wrong rows, run again in memory on the corrected ones.

The rows a table stood on say nothing of a row that was dropped, and could now stay, or of a key that
is now another. So touched rows take the recorded steps again, by the recorded code. Nothing is
saved. Models are not fitted again, decisions not taken again: what follows through them is told as
such, and shows in a rebuild.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from lineage.difference import Difference, difference
from lineage.errors import Letter
from lineage.idsets import ids_of, rows_among
from lineage.records import Effect, Rule, Run, Use
from pipeline.runner import Runner
from pipeline.runner.execute import execute
from pipeline.runner.incremental import Earlier, again, holds, possible
from pipeline.runner.recorded import recorded_step
from pipeline.step import Step


@dataclass(slots=True)
class Replayed:
    """How tables would differ, by reference: the difference, and the whole table as it would be.

    `same` are tables that were made again and came out as they were; `unknown` names those that could
    not be made again, and why.
    """

    changes: dict[str, Difference] = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    same: dict[str, pd.DataFrame] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)

    def after(self) -> dict[str, pd.DataFrame]:
        """The rows of each table as they would be, of those that came or changed."""
        came = {reference: rows_among(self.tables[reference], one.touched) for reference, one in self.changes.items()}
        return came | {reference: table.iloc[:0] for reference, table in self.same.items()}


def replay(runner: Runner, corrected: Mapping[str, pd.DataFrame]) -> Replayed:
    """Take the rows in which tables are `corrected`, by reference, through all that was made of these tables.

    What cannot be made again is told in `unknown`, never raised.
    """
    found = Replayed()
    for reference, table in corrected.items():
        _note(found, reference, before=runner.value(reference), after=table)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for run in _downstream(runner, corrected):
            if any(use.artifact.reference in found.changes for use in run.inputs):
                _follow(runner, run, found)
    return found


def _downstream(runner: Runner, starts: Iterable[str]) -> list[Run]:
    """The runs below any of the tables, in the order in which they ran, with all they used and made."""
    runs = {run.id for reference in starts for run in runner.store.downstream(reference).runs}
    return sorted(map(runner.store.run, runs), key=lambda run: (run.started_at, run.id))


def _note(found: Replayed, reference: str, *, before: pd.DataFrame, after: pd.DataFrame) -> None:
    changed = difference(before, after)
    if len(changed.touched):
        found.changes[reference], found.tables[reference] = changed, after
    else:
        found.same[reference] = after


def _follow(runner: Runner, run: Run, found: Replayed) -> None:
    tables = [use for use in run.outputs if use.artifact.kind == "dataset" and _directly(run, use, found)]
    if not tables:
        return
    try:
        made = _made(runner, run, tables, found)
    except Letter as trouble:
        found.unknown.update({use.artifact.reference: str(trouble) for use in tables})
        return
    for use in tables:
        if use.role in made:
            before = runner.value(use.artifact.reference)
            _note(found, use.artifact.reference, before=before, after=made[use.role])


def _directly(run: Run, use: Use, found: Replayed) -> bool:
    """Whether a table rests on a changed one through the rows' own data."""
    own = [d for d in run.dependencies if d.output == use.artifact.reference and d.effect is Effect.DIRECT]
    return any(d.input in found.changes for d in own)


def _made(runner: Runner, run: Run, tables: Iterable[Use], found: Replayed) -> dict[str, pd.DataFrame]:
    """What a run's tables would be: patched, chosen by id where rows only pass, or made in full."""
    if _only_passes(run):
        return {use.role: _chosen(runner, run, use, found) for use in tables}
    step = recorded_step(runner, run)
    old, new = (_by_role(runner, run, known) for known in ({}, found.tables))
    touched = _touched(run, found)
    if holds(run) and possible(step.depends, list(touched)):
        kept = {use.role: runner.value(use.artifact.reference) for use in run.outputs if use.artifact.kind == "dataset"}
        part = again(step, new, earlier=Earlier(run=run, given=old, made=kept), touched=touched, production=False)
        if part is not None:
            return {role: one.value for role, one in part.done.made.items()}
    return _in_full(step, new)


def _in_full(step: Step, values: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    done = execute(step, values, production=False)
    return {role: one.value for role, one in done.made.items() if one.kind == "dataset"}


def _only_passes(run: Run) -> bool:
    """Whether rows pass a run as they are, and all it does is choose among them: a split, a quarantine."""
    direct = [d for d in run.dependencies if d.effect is Effect.DIRECT]
    decided = any(d.effect is Effect.DECISION for d in run.dependencies)
    return decided and all(d.rule is Rule.SAME_ROW and d.detail.get("passes") == "*" for d in direct)


def _chosen(runner: Runner, run: Run, use: Use, found: Replayed) -> pd.DataFrame:
    own = [d for d in run.dependencies if d.output == use.artifact.reference and d.effect is Effect.DIRECT]
    return rows_among(found.tables[own[0].input], ids_of(runner.value(use.artifact.reference).index))


def _by_role(runner: Runner, run: Run, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    roles: dict[str, list[Any]] = {}
    for use in run.inputs:
        reference = use.artifact.reference
        roles.setdefault(use.role, []).append(tables[reference] if reference in tables else runner.value(reference))
    several = run.recipe["several"]
    return {role: values if role in several else values[0] for role, values in roles.items()}


def _touched(run: Run, found: Replayed) -> dict[str, Difference]:
    roles: dict[str, list[Difference]] = {}
    for use in run.inputs:
        if use.artifact.reference in found.changes:
            roles.setdefault(use.role, []).append(found.changes[use.artifact.reference])
    return {role: Difference.together(listed) for role, listed in roles.items()}

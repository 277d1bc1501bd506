"""Columns of an output that are an input's cell for cell, by the rules of the step: they need no work of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from lineage.records import Artifact, Dependency, Run
from lineage.tables import ROW
from pipeline.step import Depends, Effect, Rule
from pipeline.storage.splice import taken_over

if TYPE_CHECKING:
    from pipeline.storage import Storage

Passing = tuple[str, Mapping[str, Any]]
"""The role of an input; its columns that pass through ("*": all), and those that any rule gives."""


def passing(depends: Iterable[Depends]) -> Passing | None:
    """Find by which rule of a step columns pass through to its output `data`, if they do."""
    return _one([(d.input, d) for d in depends if d.output in ("*", "data")])


def passing_before(run: Run, reference: str) -> Passing | None:
    """Find by which rule columns passed through to an output of an earlier run, if they did."""
    roles = {use.artifact.reference: use.role for use in run.inputs}
    return _one([(roles[d.input], d) for d in run.dependencies if d.output == reference])


def passed(rule: Passing | None, values: Mapping[str, Any]) -> pd.DataFrame | None:
    """Give the columns of an input that pass through, for outputs that have its rows; None where none do."""
    given = values.get(rule[0]) if rule else None
    if not isinstance(given, pd.DataFrame):
        return None
    passes, gives = rule[1]["passes"], rule[1]["gives"]
    return given[[name for name in given.columns if name not in gives and (passes == "*" or name in passes)]]


def loaded(storage: Storage, artifact: Artifact, ready: pd.DataFrame) -> pd.DataFrame:
    """Load a dataset, but for those of its columns that are `ready`, if they have its rows.

    Raises: as `Storage.load`.
    """
    types = artifact.facts.get("columns", {})
    own = [name for name, dtype in types.items() if name not in ready or dtype != _pinned(ready[name])]
    if len(own) == len(types) or artifact.rows != len(ready):
        return storage.load(artifact)
    frame = storage.columns(artifact, own)
    if not frame.index.equals(ready.index):
        return storage.load(artifact)
    columns = {name: (frame if name in own else ready)[name].array for name in types}
    return pd.DataFrame(columns, index=frame.index, copy=False)


def digests_passed(columns: pd.DataFrame, frame: pd.DataFrame, known: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give the digests of those columns of an output, and of its row ids, that are `known` of its input."""
    same = taken_over(columns, index=frame.index, like=frame) if known else ()
    return {name: known[name] for name in (ROW, *same)} if len(same) else {}


def _pinned(column: pd.Series) -> str:
    """The dtype as it is recorded; "" for a category, whose record does not tell its values."""
    return "" if isinstance(column.dtype, pd.CategoricalDtype) else str(column.dtype)


def _one(rules: Sequence[tuple[str, Depends | Dependency]]) -> Passing | None:
    """The one rule for rows; what another rule gives does not pass, nor does anything where that is not known."""
    telling = [(role, d) for role, d in rules if d.effect is not Effect.DECISION]
    rows = [(role, d) for role, d in telling if d.rule is Rule.SAME_ROW]
    if len(rows) != 1 or "passes" not in rows[0][1].detail or any("gives" not in d.detail for _, d in telling):
        return None
    gives = {name for _, d in telling for name in d.detail["gives"]}
    return rows[0][0], {"passes": rows[0][1].detail["passes"], "gives": gives}

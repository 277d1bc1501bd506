"""What holds erased rows: every artifact made of them, fitted on them, or that may quote them.

By kind. A dataset holds them if the rows, or rows made of them, are in it, or if a state fitted on them
went into it. A fitted estimator or transform, a model and all else that was computed from them holds
them. What they only decided about (a split, a choice among candidates) holds them if it is a document
that may quote rows. What also came about without the rows, as a rebuild makes it again, does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lineage.errors import Letter
from lineage.idsets import Ids, ids_of, shared
from lineage.impact import Impact, Line, impact
from lineage.records import BESIDE, Artifact, Effect, Recall
from lineage.store import Store
from lineage.touched import Touched
from pipeline.recall.faults import faults
from pipeline.runner import Runner
from pipeline.storage.tables import StoredTables

QUOTES_NOTHING = (
    "dataset", "estimator", "transform", "model", "release", "selection", "scores", "gate", "columns", *BESIDE,
)  # fmt: skip
"""Kinds that hold no cell of a row which only decided about them; all others may quote some as examples."""

ROWS = "rows of the source"
_REFERENCE = re.compile(r"[a-z][a-z0-9_]*/[^@\s]+@[0-9a-f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An artifact that holds erased rows: how (`rows of the source`, or effects), and how many of its rows."""

    reference: str
    how: tuple[str, ...]
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """All that holds erased rows, sources first, and the predictions that name them, by id."""

    holders: tuple[Holder, ...]
    predictions: tuple[str, ...]


def source_tables(store: Store, source: str, *, deleted: bool = False) -> list[Artifact]:
    """List the tables in which rows of a source were taken in: its versions, and the partitions they are made of.

    Raises:
        StoreUnreachable: the store cannot be read.
    """
    named = {one.name for one in store.artifacts("dataset") if one.facts.get("source") == source} | {source}
    return [one for name in sorted(named) for one in store.versions("dataset", name, deleted=deleted)]


def ids_in(tables: StoredTables, table: Artifact, ids: Ids) -> Ids:
    """Those of `ids` that a table has; none where its bytes cannot be read."""
    try:
        return shared(ids, ids_of(tables.columns(table.reference, []).index))
    except Letter:
        return ids[:0]


def held(runner: Runner, recall: Recall, keys: Iterable[Mapping[str, str]]) -> Held:
    """Find all that holds the rows of an erasure, and the predictions that name them or ask with their `keys`.

    Raises:
        StoreUnreachable: the store cannot be read.
    """
    store, tables, ids = runner.store, StoredTables(runner.store, runner.storage), ids_of(recall.rows)
    starts = dict(faults(store, tables, recall).starts)
    for table in source_tables(store, recall.source):
        if len(found := ids_in(tables, table, ids)):
            starts.setdefault(table.reference, Touched(found))
    reached = impact(store, tables, starts)
    holders = {one.reference: one for one in _holders(store, reached, starts)}
    for table in store.artifacts("dataset"):
        if table.reference not in holders and len(found := ids_in(tables, table, ids)):
            holders[table.reference] = Holder(reference=table.reference, how=(ROWS,), rows=len(found))
    here = tuple(one for one in holders.values() if not store.buried(one.reference))
    return Held(here, tuple(_predictions(store, recall, reached, keys)))


def needed_live(runner: Runner) -> dict[str, str]:
    """Name what answers now, and all that answering reads: by reference, the endpoint.

    Raises:
        StoreUnreachable: the store cannot be read.
    """
    entries = sorted(runner.store.releases(), key=lambda one: one.number)
    last = {(entry.endpoint, entry.role): entry.model for entry in entries}
    return {one: endpoint for (endpoint, _), model in last.items() for one in (model, *_needs(runner, model))}


def _holders(store: Store, reached: Impact, starts: Mapping[str, Touched]) -> Iterator[Holder]:
    touched = {line.artifact.reference for line in reached.lines}
    answers = {line.artifact.reference for line in reached.lines if _is_answers(store, line)}
    for line in reached.lines:
        reference = line.artifact.reference
        how = _how(line) if reference not in starts else (ROWS,)
        others = touched if reference in answers else touched - answers
        if how and (reference in starts or not store.made_otherwise(reference, wrong=starts, touched=others)):
            yield Holder(reference=reference, how=how, rows=line.rows if line.touched is not None else None)


def _is_answers(store: Store, line: Line) -> bool:
    """Whether it is what a model answered to other rows: an audit that holds another model against it holds none."""
    if line.artifact.kind != "dataset" or Effect.DIRECT.value in _how(line):
        return False
    return any(one.input.startswith("model/") for one in store.dependencies(line.artifact.reference))


def _how(line: Line) -> tuple[str, ...]:
    """By which effects an artifact holds the rows; none if it does not."""
    kind, found = line.artifact.kind, set(line.effects)
    if kind in BESIDE:
        return ()
    if kind == "dataset" and not (line.touched is not None and line.touched.everything) and not len(line.stood_on):
        found.discard(Effect.DIRECT)
    if kind in QUOTES_NOTHING:
        found.discard(Effect.DECISION)
    return tuple(effect.value for effect in Effect if effect in found)


def _predictions(store: Store, recall: Recall, reached: Impact, keys: Iterable[Mapping[str, str]]) -> list[str]:
    """The predictions that stand on the rows, or on rows made of them, or that were asked with their keys."""
    found = store.predictions_on(recall.source, recall.rows)
    for line in reached.lines:
        if line.touched is not None and Effect.DIRECT in line.effects and not line.touched.everything:
            found += store.predictions_on(line.artifact.name, line.touched.ids.tolist())
    wanted, standing = [dict(key) for key in keys if key], {}

    def asks(model: str, asked: Mapping[str, Any]) -> bool:
        if not any(all(str(asked.get(name)) == text for name, text in key.items()) for key in wanted):
            return False
        if model not in standing:
            above = f"dataset/{recall.source}@"
            standing[model] = any(one.startswith(above) for one in store.ancestors(model))
        return standing[model]

    return sorted({*(one.id for one in found), *(store.predictions_asking(asks) if wanted else ())})


def _needs(runner: Runner, model: str) -> set[str]:
    """What the inference server reads beside a model's manifest."""
    try:
        manifest = runner.value(model)
    except Letter:
        return set()
    read = [manifest[name] for name in ("estimator", "transforms", "source", "path", "apply")]
    return set(_REFERENCE.findall(str(read)))

"""The logged predictions that a rebuilt recall reaches, and what of their models is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import pandas as pd

from lineage.difference import difference
from lineage.errors import Letter
from lineage.idsets import ids_of, rows_among, without
from lineage.impact import Line, impact
from lineage.records import Effect, Recall
from lineage.store import Store
from pipeline.artifacts.model import Model
from pipeline.recall.faults import faults
from pipeline.recall.replaced import Replaced
from pipeline.recall.scorer import Scorer
from pipeline.serving.way import looked_up
from pipeline.storage.tables import StoredTables


@dataclass(frozen=True, slots=True)
class WrongTraining:
    """Of `of` rows that a model was trained on, those that stood on wrong ones; and the rows that were `missing`.

    Missing are those that the model in its place was trained on beyond them. None: nobody can tell.
    """

    wrong: int | None
    missing: int | None
    of: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """The predictions, by id, oldest first, the models that served them, and all `touched` artifacts by reference.

    `missing` has a sentence for each thing that could not be followed; where there is none, no
    prediction is left out.
    """

    ids: tuple[str, ...]
    models: Mapping[str, WrongTraining]
    touched: frozenset[str]
    missing: tuple[str, ...]


def affected(store: Store, tables: StoredTables, scorer: Scorer, *, recall: Recall, replaced: Replaced) -> Affected:
    """Find the predictions that stand directly on touched rows, or that a touched model served.

    What rows are now that were dropped, or had another key, the rebuild tells.

    Raises:
        StoreUnreachable: the store cannot be read.
    """
    wrong = faults(store, tables, recall)
    after = {**_after(store, tables, scorer, replaced), **wrong.after}
    found = impact(store, tables, wrong.starts, after)
    lines = {line.artifact.reference: line for line in found.lines}
    served = {one.id: one.model for one in found.predictions if Effect.DIRECT in one.effects or one.model in lines}
    training = _Training(tables, scorer, replaced, lines)
    models = {model: training.of(model) for model in sorted(set(served.values()))}
    unread = (f"the rows of {reference} cannot be read: {why}" for reference, why in wrong.unread.items())
    missing = tuple(dict.fromkeys([*unread, *found.missing]))
    return Affected(ids=tuple(served), models=models, touched=frozenset(lines), missing=missing)


def _after(store: Store, tables: StoredTables, scorer: Scorer, replaced: Replaced) -> dict[str, pd.DataFrame]:
    """The rows that the rebuild shows to be others, of each table on the way to where requests come in."""
    changed = replaced.changed
    models = sorted({each for table in changed for each in store.descendants(table) if each.startswith("model/")})
    manifests = filter(None, (_manifest(scorer, model) for model in models))
    ends = {part for each in manifests for part in (each.source, *looked_up(each.path))}
    found = {}
    for table in sorted(changed.keys() & {each for end in ends for each in (end, *store.ancestors(end))}):
        with suppress(Letter):
            before, after = (tables.columns(one, None) for one in (table, changed[table]))
            found[table] = rows_among(after, difference(before, after).touched)
    return found


def _manifest(scorer: Scorer, model: str) -> Model | None:
    try:
        return scorer.manifest(model)
    except Letter:
        return None


class _Training:
    """What was wrong of the rows that models were trained on."""

    def __init__(self, tables: StoredTables, scorer: Scorer, replaced: Replaced, lines: Mapping[str, Line]) -> None:
        self._tables, self._scorer, self._replaced, self._lines = tables, scorer, replaced, lines

    def of(self, model: str) -> WrongTraining:
        """Count, as far as can be read."""
        manifest = _manifest(self._scorer, model)
        if manifest is None:
            return WrongTraining(None, None, None)
        line = self._lines.get(manifest.trained_on)
        wrong = line.rows or 0 if line is not None and Effect.DIRECT in line.effects else 0
        return WrongTraining(wrong, self._missing(model, manifest.trained_on), manifest.trained_rows)

    def _missing(self, model: str, trained_on: str) -> int | None:
        new = self._replaced.counterpart(model, self._lines.keys())
        manifest = _manifest(self._scorer, new.after) if new else None
        if manifest is None:
            return None
        try:
            old, now = (ids_of(self._tables.columns(one, []).index) for one in (trained_on, manifest.trained_on))
        except Letter:
            return None
        return len(without(now, old))

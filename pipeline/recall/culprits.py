"""The wrong rows that the own data of single predictions comes from, with what they said and what they say now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from lineage.blame import LABEL, ROW, Blamed, blamed
from lineage.difference import Difference, difference
from lineage.errors import MOST_EXAMPLES
from lineage.idsets import Ids, ids_of, joined
from lineage.store import Store
from pipeline.cell import to_json
from pipeline.recall.replaced import Replaced
from pipeline.storage.tables import StoredTables

CHANGED, CAME, WENT = "changed", "came", "went"


@dataclass(frozen=True, slots=True)
class Found:
    """The wrong rows that one prediction stands on: `count` in all, the first of them as JSON objects.

    Each has its `source`, `row` (an id, as text), `key`, whether it `changed`, `came` or `went` (`change`),
    and `cells`: what each wrong one was and is. Of a row that came or went that is all of them.
    """

    examples: tuple[Mapping[str, Any], ...]
    count: int


class Culprits:
    """Finds the rows to blame among those that a rebuild put right; what cannot be followed is told in `missing`."""

    def __init__(self, store: Store, tables: StoredTables, replaced: Replaced) -> None:
        self._store, self._tables = store, tables
        self._twins = {**replaced.changed, **dict(replaced.sources.values())}
        self._sources = {name: _Source(name, *pair, store, tables) for name, pair in replaced.sources.items()}
        self.missing: list[str] = []

    def of(self, stood: Sequence[Sequence[tuple[str, int]]]) -> list[Found]:
        """Find the rows to blame for each of some lists of rows, given by the reference of a table and an id."""
        starts: dict[str, list[tuple[int, int]]] = {}
        for label, rows in enumerate(stood):
            for reference, row in rows:
                starts.setdefault(reference, []).append((label, row))
        if not starts:
            return [Found((), 0) for _ in stood]
        wrong = {name: source.difference.touched for name, source in self._sources.items()}
        frames = {reference: pd.DataFrame(pairs, columns=[LABEL, ROW]) for reference, pairs in starts.items()}
        found = blamed(self._store, self._tables, frames, twins=self._twins, wrong=wrong)
        self.missing += [sentence for sentence in found.missing if sentence not in self.missing]
        return self._told(found, wrong, len(stood))

    def _told(self, found: Blamed, wrong: Mapping[str, Ids], count: int) -> list[Found]:
        rows: list[list[tuple[str, Ids]]] = [[] for _ in range(count)]
        for name in self._sources:
            whole = set(found.whole.get(name, ()))
            by_label = found.rows[name].groupby(LABEL)[ROW] if name in found.rows else ()
            own = {label: ids_of(ids) for label, ids in by_label}
            for label in sorted(whole | own.keys()):
                rows[label].append((name, wrong[name] if label in whole else own[label]))
        shown = [_first(each) for each in rows]
        for name, source in self._sources.items():
            source.read(joined(*(ids_of(ids) for each in shown for one, ids in each if one == name)))
        return [
            Found(
                tuple(self._sources[name].told(int(row)) for name, ids in first for row in ids),
                sum(len(ids) for _, ids in each),
            )
            for first, each in zip(shown, rows, strict=True)
        ]


class _Source:
    """A source before and after the correction; of its rows those that are `read` can be told."""

    def __init__(self, name: str, before: str, after: str, store: Store, tables: StoredTables) -> None:
        self.name, self._versions, self._tables = name, (before, after), tables
        record = store.source(name)
        self._key = tuple(record.key) if record else ()
        self._rows: list[dict[int, dict[str, Any]]] = [{}, {}]

    @cached_property
    def difference(self) -> Difference:
        """What was wrong."""
        before, after = (self._tables.columns(version, None) for version in self._versions)
        return difference(before, after)

    def read(self, ids: Ids) -> None:
        """Read rows by id."""
        for known, version in zip(self._rows, self._versions, strict=True):
            table = self._tables.rows(version, ids)
            cells = {name: [to_json(value) for value in column] for name, column in table.items()}
            for place, row in enumerate(table.index.tolist()):
                known[row] = {name: values[place] for name, values in cells.items()}

    def told(self, row: int) -> dict[str, Any]:
        """Tell what a row was and is."""
        before, after = (known.get(row) for known in self._rows)
        values = after or before or {}
        cells = {name: [(before or {}).get(name), (after or {}).get(name)] for name in values}
        if before is not None and after is not None:
            cells = {name: pair for name, pair in cells.items() if pair[0] != pair[1]}
        how = CAME if before is None else WENT if after is None else CHANGED
        key = {name: values.get(name) for name in self._key}
        return {"source": self.name, "row": str(row), "key": key, "change": how, "cells": cells}


def _first(rows: Sequence[tuple[str, Ids]]) -> list[tuple[str, list[int]]]:
    """The first few of rows, by source."""
    left, kept = MOST_EXAMPLES, []
    for name, ids in rows:
        kept.append((name, ids[:left].tolist()))
        left -= len(kept[-1][1])
    return kept

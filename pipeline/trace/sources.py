"""The source rows that one prediction stands on: through the row it was asked about, and through what it looked up.

A row of a dataset made from sources stands on rows of these in turn, as the rules of the steps
between tell. A key that was looked up and not found is told as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from lineage.records import Artifact, Known, Prediction
from lineage.standing import standing
from lineage.store import Store
from pipeline.cell import to_json
from pipeline.storage.tables import StoredTables
from pipeline.trace.rows import Finder, Row, is_source

_SHOWN = 12


class Stood:
    """What one prediction stands on directly.

    `sources` are JSON objects by reference of the version, each with its `rows`; `entry` is the row of a
    dataset made from sources that the request named, None if it named none; `looked_up` tells of every
    lookup in order, `absent` of the keys that were not there when these rows were made. `missing` has
    one sentence for everything that could not be found; `known` is how what lies between is known.
    """

    def __init__(
        self,
        prediction: Prediction,
        upstream: Iterable[Artifact],
        *,
        store: Store,
        tables: StoredTables,
        entry: str = "",
    ) -> None:
        self._store, self._tables = store, tables
        self._finder = Finder(store, tables)
        self._upstream = {artifact.reference: artifact for artifact in upstream if artifact.kind == "dataset"}
        self.sources = {each.reference: _source(each) for each in self._upstream.values() if is_source(each)}
        self.entry: dict[str, Any] | None = None
        self.absent: list[dict[str, Any]] = []
        self.known: list[Known] = []
        self.looked_up = [self._lookup(told) for told in prediction.looked_up]
        for name, row in _own(prediction):
            self._take_own(name, row, stated=prediction.input, entry=entry)

    @property
    def missing(self) -> list[str]:
        """One sentence for everything that could not be found."""
        return self._finder.missing

    def _take_own(self, name: str, row: int, *, stated: Mapping[str, Any], entry: str) -> None:
        known = [artifact for artifact in self._upstream.values() if artifact.name == name]
        known.sort(key=lambda artifact: artifact.reference != entry)
        found = self._finder.row(name, row, known)
        if found is None:
            self.missing.append(f"row {row} of source {name} is in no version whose bytes are kept")
        elif is_source(found.artifact):
            self._note(found, stated=stated)
        else:
            record = self._store.source(name)
            self.entry = {
                "name": name,
                "reference": found.artifact.reference,
                **found.to_json(stated, keys=record.key if record else ()),
            }
            self._follow(found, through=name)

    def _lookup(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Tell of one lookup, and note the rows of sources behind what it found."""
        answer = {**told, "values": None, "told": in_words(told)}
        if not told["found"]:
            return answer
        artifact = self._artifact(told["reference"])
        rows = self._finder.rows(artifact, [int(told["row"])])
        if not rows:
            self.missing.append(f"row {told['row']} of {told['reference']}, which was looked up, cannot be read")
            return answer
        through = f"{told['step']}, which looked it up"
        if is_source(artifact):
            self._note(rows[0], through=through)
        else:
            self._follow(rows[0], through=through)
        return {**answer, "values": rows[0].to_json()["values"]}

    def _follow(self, row: Row, *, through: str) -> None:
        """Note the rows of sources that a row of a dataset made from them stands on."""
        behind = standing(self._store, self._tables, row.artifact.reference, [row.id])
        self.known.append(behind.weakest)
        self.missing.extend(behind.missing)
        self.absent.extend(each for reference, keys in behind.absent.items() for each in _absent(reference, keys))
        for reference, ids in behind.rows.items():
            for each in self._finder.rows(self._artifact(reference), ids.tolist()):
                self._note(each, through=through)

    def _artifact(self, reference: str) -> Artifact:
        return self._upstream.get(reference) or self._store.artifact(reference)

    def _note(self, row: Row, *, stated: Mapping[str, Any] | None = None, through: str = "") -> None:
        source = self.sources.setdefault(row.artifact.reference, _source(row.artifact))
        told = row.to_json(stated) | ({"through": through} if through else {})
        if told not in source["rows"]:
            source["rows"].append(told)


def in_words(told: Mapping[str, Any]) -> str:
    """Tell in a sentence what a lookup found, or that it found nothing."""
    name, _, digest = told["reference"].partition("/")[2].rpartition("@")
    key = ", ".join(f"{column} {'null' if value is None else value}" for column, value in told["key"].items())
    where = f"{name}@{digest[:_SHOWN]}"
    if told["found"]:
        return f"{key} was in {where}: row {told['row']}"
    why = ": null is found nowhere" if any(value is None for value in told["key"].values()) else ""
    return f"{key} was not in {where}{why}"


def _absent(reference: str, keys: pd.DataFrame) -> list[dict[str, Any]]:
    rows = [dict(zip(keys.columns, map(to_json, key), strict=True)) for key in keys.itertuples(index=False, name=None)]
    told = [{"reference": reference, "key": key, "row": None, "found": False} for key in rows]
    return [{"reference": reference, "key": each["key"], "told": in_words(each)} for each in told]


def _own(prediction: Prediction) -> list[tuple[str, int]]:
    """The rows that the request named: a prediction keeps them before those it looked up."""
    looked_up = sum(told["row"] is not None for told in prediction.looked_up)
    return list(prediction.rows[: len(prediction.rows) - looked_up])


def _source(artifact: Artifact) -> dict[str, Any]:
    provenance = artifact.facts.get("provenance", {})
    return {
        "name": artifact.name,
        "supplier": provenance.get("supplier", ""),
        "licence": provenance.get("licence", ""),
        "digest": artifact.digest,
        "reference": artifact.reference,
        "rows": [],
    }

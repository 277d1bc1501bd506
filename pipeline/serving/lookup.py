"""Lookups on a request's way, in the version a model was trained with or in the latest, with a note of every answer.

A key that is not in the table decides an answer as much as one that is: it is noted too, by the id
that its row would have, so that a row added later finds the predictions made without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lineage.records import Artifact, SourceRecord
from lineage.store import Store
from pipeline.cell import to_json
from pipeline.errors import SourceRejected
from pipeline.keyed import NOWHERE
from pipeline.serving.call import Call
from pipeline.serving.keyids import ids_by_key
from pipeline.storage import Storage
from pipeline.way import Lookup, lookup

PINNED, LATEST = "pinned", "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a lookup found for one row: `key` by column of the table `reference`, and the row of that key.

    `row` is its id; where there is none, the id it would have, or None where the key does not tell that.
    """

    step: str
    reference: str
    key: Mapping[str, Any]
    row: int | None
    found: bool

    @property
    def standing(self) -> tuple[tuple[str, int], ...]:
        """The row, there or not, as predictions keep it: with the name of its dataset."""
        name = self.reference.partition("/")[2].rpartition("@")[0]
        return () if self.row is None else ((name, self.row),)

    def to_json(self) -> dict[str, Any]:
        """Give the note as a JSON object."""
        row = None if self.row is None else str(self.row)
        return {"step": self.step, "reference": self.reference, "key": dict(self.key), "row": row, "found": self.found}


@dataclass(frozen=True, slots=True)
class _Version:
    """A version of the table, ready to be asked; `record` names the rows of absent keys (None: they have no name)."""

    artifact: Artifact
    lookup: Lookup
    record: SourceRecord | None


class ServedLookup:
    """One lookup on a model's way. Safe to use from many threads at once."""

    def __init__(self, entry: Mapping[str, Any], *, store: Store, storage: Storage, policy: str = PINNED) -> None:
        self._entry, self._store, self._storage = entry, store, storage
        self._follows = policy == LATEST
        self._version = self._loaded(store.artifact(entry["reference"]))
        self.refresh()

    @property
    def reference(self) -> str:
        """The version that is asked now."""
        return self._version.artifact.reference

    def refresh(self) -> None:
        """Take the latest version of the table, if that is the policy and there is a new one.

        Raises:
            LineageError: the store cannot be read.
            HeadwaterError: the new version cannot be used; the one before stays.
        """
        if not self._follows:
            return
        latest = self._store.latest("dataset", self._version.artifact.name)
        if latest is not None and latest.reference != self.reference:
            self._version = self._loaded(latest)

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Look the rows of `frame` up, as `look` does."""
        return self.look(frame)[0]

    def look(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Seen]]:
        """Give the rows with what was looked up, and what was found for each, in their order.

        Raises:
            RequestRejected: the rows' keys are of another kind than the table's.
        """
        version = self._version
        places = version.lookup.places(frame)
        return version.lookup.at(frame, places), self._seen(frame, places, version)

    def _loaded(self, artifact: Artifact) -> _Version:
        table = self._storage.load(artifact)
        return _Version(artifact, lookup(self._entry, table, kind=Call), self._record(table))

    def _record(self, table: pd.DataFrame) -> SourceRecord | None:
        """Find by what the rows of the table are named, if its key names them: only then has an absent key an id."""
        record, columns = self._store.source(self._entry["origin"]), self._entry["on"]["input"]
        if record is None or not record.key or set(record.key) != set(columns):
            return None
        try:
            named = ids_by_key(table, record)
        except SourceRejected:
            return None
        return record if all(row == named_row for row, named_row in named.items()) else None

    def _seen(self, frame: pd.DataFrame, places: np.ndarray, version: _Version) -> list[Seen]:
        on, ids = self._entry["on"], version.lookup.keyed.frame.index
        keys = zip(*(map(to_json, frame[name].tolist()) for name in on["output"]), strict=True)
        absent = self._absent(frame, places, version)
        return [
            Seen(
                step=self._entry["step"],
                reference=version.artifact.reference,
                key=dict(zip(on["input"], key, strict=True)),
                row=absent.get(label) if place == NOWHERE else int(ids[place]),
                found=place != NOWHERE,
            )
            for label, key, place in zip(frame.index, keys, places.tolist(), strict=True)
        ]

    def _absent(self, frame: pd.DataFrame, places: np.ndarray, version: _Version) -> dict[int, int]:
        """The ids that the rows of absent keys would have, by the label of the row that asked."""
        asked = np.flatnonzero(places == NOWHERE)
        if version.record is None or not len(asked):
            return {}
        on = self._entry["on"]
        keys = {column: frame[name].iloc[asked] for column, name in zip(on["input"], on["output"], strict=True)}
        try:
            return ids_by_key(pd.DataFrame(keys), version.record)
        except SourceRejected:
            return {}

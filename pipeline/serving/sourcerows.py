"""Which entry row a request's row is about: by the id it states, or by the entry's key columns.

The entry is where a model's way begins: a source, or a dataset made from sources, whose rows may
have a key of their own, as those of an aggregate do.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lineage.records import Artifact
from lineage.store import Store
from pipeline.errors import RequestRejected, SourceRejected
from pipeline.serving.keyids import ids_by_key
from pipeline.storage import Storage


class SourceRows:
    """The ids of an entry's rows: those of the version a model was trained on, then of later ones as they are named.

    `key` are the columns that name a row, empty where rows are known by their content; `categories`
    the values of each category column, in order; `empty` is the entry without any row.
    """

    def __init__(self, *, name: str, version: Artifact, store: Store, storage: Storage) -> None:
        self.name = name
        self._store = store
        self._storage = storage
        self._record = store.source(name)
        self._key = list(self._record.key) if self._record else []
        self.key = frozenset(self._key)
        self._turn = threading.Lock()
        frame = storage.load(version)
        self._versions = {version.reference}
        self._ids: np.ndarray = np.sort(frame.index.to_numpy())
        self.empty = frame.iloc[:0]
        self.categories = {
            column: list(frame[column].cat.categories) for column in frame.select_dtypes("category").columns
        }

    def standing(
        self, rows: Sequence[Mapping[str, Any]], frame: pd.DataFrame, stated: Sequence[int | None]
    ) -> list[int | None]:
        """Find the source row of each of `rows` (typed: `frame`), None where it names none that the source has.

        Raises:
            RequestRejected: a stated id is none of the source's rows, or its key says another.
        """
        keyed = [place for place, row in enumerate(rows) if self.key and self.key <= row.keys()]
        by_key = self._by_key(frame, keyed) if keyed else {}
        if not by_key and all(row is None for row in stated):
            return [None] * len(rows)
        self._check_stated(stated, by_key)
        named = [row if row is not None else by_key.get(place) for place, row in enumerate(stated)]
        known = self._known({row for row in named if row is not None})
        self._check_known(stated, known)
        return [row if row in known else None for row in named]

    def _by_key(self, frame: pd.DataFrame, places: Sequence[int]) -> dict[int, int]:
        """Compute the id of every row that has a whole key, by its place."""
        if self._record is None:
            return {}
        try:
            return ids_by_key(frame.take(places), self._record)
        except SourceRejected as error:
            raise RequestRejected(error.what, expected=error.expected, examples=error.examples) from error

    def _check_stated(self, stated: Sequence[int | None], by_key: dict[int, int]) -> None:
        other = [
            f"row {place}: id {row}, but its key is that of {by_key[place]}"
            for place, row in enumerate(stated) if row is not None and by_key.get(place, row) != row
        ]
        if other:
            key = ", ".join(self._key)
            raise RequestRejected(f"rows state an id that is not that of their key ({key})", examples=other)

    def _check_known(self, stated: Sequence[int | None], known: set[int]) -> None:
        strange = [f"row {place}: {row}" for place, row in enumerate(stated) if row is not None and row not in known]
        if strange:
            raise RequestRejected(
                f"ids of no row of source {self.name}",
                examples=strange,
                next_step='Leave "row" out for a row that is not in the source.',
            )

    def _known(self, named: set[int]) -> set[int]:
        """Say which ids the source has, looking into its latest version for those not known yet."""
        known = self._among(named)
        if known != named:
            self._take_in_latest()
            known = self._among(named)
        return known

    def _among(self, named: set[int]) -> set[int]:
        asked, ids = np.fromiter(named, np.int64, len(named)), self._ids
        if not len(ids):
            return set()
        places = np.searchsorted(ids, asked).clip(max=len(ids) - 1)
        return set(asked[ids[places] == asked].tolist())

    def _take_in_latest(self) -> None:
        latest = self._store.latest("dataset", self.name)
        if latest is None or latest.reference in self._versions:
            return
        with self._turn:
            if latest.reference not in self._versions:
                self._ids = np.union1d(self._ids, self._storage.load(latest).index.to_numpy())
                self._versions.add(latest.reference)

"""Datasets read by reference, column by column, and the columns asked for last kept in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lineage.records import Artifact
from lineage.store import Store
from lineage.tables import ROW
from pipeline.errors import Misuse
from pipeline.storage.erased import telling_erased
from pipeline.storage.storage import Storage

LARGEST_BYTES = 2**30


class StoredTables:
    """The tables that questions about rows are answered from. Safe to use from many threads at once.

    About `most_bytes` are kept at most: of what is over that, the columns not asked for longest go.
    """

    def __init__(self, store: Store, storage: Storage, *, most_bytes: int = LARGEST_BYTES) -> None:
        self._store, self._storage, self._most_bytes = store, storage, most_bytes
        self._artifacts: dict[str, Artifact] = {}
        self._names: dict[str, list[str]] = {}
        self._kept: OrderedDict[tuple[str, str], Any] = OrderedDict()
        self._bytes = 0
        self._turn = threading.Lock()

    def columns(self, reference: str, names: Sequence[str] | None = None) -> pd.DataFrame:
        """Give the columns `names` of a dataset (None: all; []: its row ids alone), which must not be changed.

        Raises:
            NotRecorded: nothing is recorded by that reference.
            Misuse: it is no dataset, or has no such column.
            ArtifactMissing: its bytes are gone.
            ArtifactCorrupt: its bytes are not what was recorded.
            StorageUnavailable: the storage cannot be read.
            StoreUnreachable: the store cannot be read.
        """
        with self._turn:
            artifact = self._artifact(reference)
            known = self._names_of(artifact)
            if strange := [name for name in names or () if name not in known]:
                raise Misuse(f"{reference} has no such columns", expected=", ".join(known[:20]), examples=strange)
            wanted = known if names is None else list(names)
            index, *columns = self._read(artifact, [ROW, *wanted])
        return pd.DataFrame(dict(zip(wanted, columns, strict=True)), index=index, copy=False)

    def rows(self, reference: str, ids: Iterable[int]) -> pd.DataFrame:
        """Give those of the rows `ids` that a dataset has, in its order, with all columns.

        Raises: as `columns`.
        """
        with self._turn:
            artifact = self._artifact(reference)
            names = self._names_of(artifact)
            index, *columns = self._read(artifact, [ROW, *names])
        places = _places(index.to_numpy(), np.unique(np.fromiter(ids, np.int64)))
        taken = {name: column.take(places) for name, column in zip(names, columns, strict=True)}
        return pd.DataFrame(taken, index=index.take(places), copy=False)

    def _artifact(self, reference: str) -> Artifact:
        if reference not in self._artifacts:
            artifact = self._store.artifact(reference)
            if artifact.kind != "dataset":
                raise Misuse(f"{reference} has no rows", expected="a dataset", found=artifact.kind)
            self._artifacts[reference] = artifact
        return self._artifacts[reference]

    def _names_of(self, artifact: Artifact) -> list[str]:
        if artifact.reference not in self._names:
            named = artifact.facts.get("columns")
            self._names[artifact.reference] = list(self._storage.load(artifact).columns if named is None else named)
        return self._names[artifact.reference]

    def _read(self, artifact: Artifact, names: Sequence[str]) -> list[Any]:
        keys = [(artifact.reference, name) for name in names]
        absent = [name for reference, name in keys if (reference, name) not in self._kept]
        if absent:
            with telling_erased(self._store, artifact.reference):
                frame = self._storage.columns(artifact, [name for name in absent if name != ROW])
            for name in absent:
                column = frame.index if name == ROW else frame[name].array
                self._kept[artifact.reference, name] = column
                self._bytes += column.nbytes
        found = [self._kept[key] for key in keys]
        for key in keys:
            self._kept.move_to_end(key)
        self._forget()
        return found

    def _forget(self) -> None:
        while self._bytes > self._most_bytes and self._kept:
            _, column = self._kept.popitem(last=False)
            self._bytes -= column.nbytes


def _places(index: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Where in an ascending index those of `ids`, ascending too, are that it holds."""
    places = np.searchsorted(index, ids)
    inside = places < len(index)
    return places[inside][index[places[inside]] == ids[inside]]

"""Row ids that are not written: those of a source's own table, which its key columns give again.

A random id takes more bytes than most cells, and cannot be packed. The ids of a source with a key
are a hash of the key, so the table that was read, which has the key's columns, says them all. Only
the name of the ids is kept (`places`): a fingerprint by which a wrong derivation is found, a mark of
the source, and the table. Tables made of it tell their ids as bits of those.

The key is written nowhere else: a file of keys beside the table would be one more holder of personal
data, and longer than the ids where keys are texts. Before the table is deleted, its ids are written
down for those that need them, which say nothing about a key. The source's secret and the types of
its key stay in the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import BinaryIO, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from blake3 import blake3
from xxhash import xxh3_128_hexdigest

from lineage.digest import digest_bytes
from lineage.records import SourceRecord
from lineage.tables import ROW, frame_of, table_of
from pipeline.errors import Misuse, SourceRejected
from pipeline.rows import keyed_ids
from pipeline.storage.datasets import LONGEST_METADATA_BYTES
from pipeline.storage.files import Files
from pipeline.storage.packing import ids_in, whole
from pipeline.storage.places import derivation_of, derived_name, ids_place, origins

_FINGERPRINT, _MARK = 16, 8
_SAMPLE = 64


class Sources(Protocol):
    """What is kept of sources for good, as the store gives it."""

    def source(self, name: str) -> SourceRecord | None:
        """What is kept of a source, or None."""

    def sources(self) -> list[SourceRecord]:
        """What is kept of every source."""


def is_derivable(frame: pd.DataFrame, source: SourceRecord | None) -> bool:
    """Whether the key columns of a table give its row ids, as far as some of the rows tell."""
    if source is None or not source.key or not set(source.key) <= set(frame.columns) or frame.empty:
        return False
    sample = frame[list(source.key)].iloc[np.linspace(0, len(frame) - 1, _SAMPLE, dtype=np.int64)]
    try:
        return bool((_derived(table_of(sample).drop_columns(ROW), source) == sample.index).all())
    except (SourceRejected, KeyError):
        return False


def name_of(ids: np.ndarray, source: str, *, digest: str, checksum: str) -> str:
    """The name of the ids, shape (n,), of a source's table with this digest and checksum."""
    return derived_name(_fingerprint(ids), _mark(source), digest=digest, checksum=checksum)


class DerivedIds:
    """Derives row ids from what lies under a root and what is known of `sources`, or reads those written down."""

    def __init__(self, files: Files, sources: Sources | None) -> None:
        self._files, self._sources = files, sources

    def read(self, name: str, fetch: Callable[[str], bytes], table: bytes | None = None) -> np.ndarray:
        """Give the ids of a name, shape (n,): derived from its table, or, where that is gone, as written down.

        `table` is the table's content where it is at hand; `fetch` reads a place.

        Raises:
            Misuse: nothing is known of sources.
            ValueError: the files are not what they were, or the source's secret or key is not.
            OSError: the table could not be read.
        """
        origin, kept = origins(name)
        try:
            with self._files.open(origin) if table is None else BytesIO(table) as file:
                return self._derived(name, file)
        except FileNotFoundError:
            is_kept = self._files.size(kept) is not None
        return _ids_written(name, fetch(kept if is_kept else origin))

    def write(self, name: str, ids: np.ndarray) -> None:
        """Write the ids of a name down, with a digest of the bytes.

        Raises:
            OSError: they could not be written; nothing is left behind.
        """
        content = whole(ids)
        self._files.write(ids_place(name), b"%s\n%s" % (digest_bytes(content).encode(), content))

    def _derived(self, name: str, table: BinaryIO) -> np.ndarray:
        if self._sources is None:
            raise Misuse("row ids are derived from keys", expected="a storage that was opened with its store")
        fingerprint, mark, origin = derivation_of(name)
        known = [source for source in self._sources.sources() if source.key and _mark(source.name) == mark]
        for ids in _tried(table, known, origin):
            if _fingerprint(ids) == fingerprint:
                return ids
        if not known:
            raise ValueError(f"the row ids of {origin} are those of a source that the store does not have")
        of = " or ".join(source.name for source in known)
        raise ValueError(f"the key columns of {origin} give other row ids: they changed, or the secret of {of} did")


def _ids_written(name: str, content: bytes) -> np.ndarray:
    digest, _, rest = content.partition(b"\n")
    if digest_bytes(rest) != digest.decode("ascii", "replace"):
        raise ValueError(f"{ids_place(name)} changed since it was written")
    ids = ids_in(rest)
    if _fingerprint(ids) != derivation_of(name)[0]:
        raise ValueError(f"{ids_place(name)} holds other row ids than were derived")
    return ids


def _tried(table: BinaryIO, known: Iterable[SourceRecord], origin: str) -> Iterator[np.ndarray]:
    """The ids that the key columns give for each source that it may be; mostly one."""
    for source in known:
        try:
            columns = pq.ParquetFile(table, thrift_string_size_limit=LONGEST_METADATA_BYTES).read(list(source.key))
            ids = _derived(columns, source)
        except (KeyError, SourceRejected):
            continue
        except (pa.ArrowException, OSError) as error:
            if getattr(error, "errno", None):
                raise
            raise ValueError(f"the key columns of {origin} cannot be read: {error}") from error
        yield ids


def _derived(columns: pa.Table, source: SourceRecord) -> np.ndarray:
    plain = pa.table({name: _plain(columns.column(name)) for name in source.key})
    keys = frame_of(plain.add_column(0, ROW, pa.array(np.arange(len(plain)))))
    return keyed_ids(keys, source=source.name, secret=source.secret, key=source.key, types=source.schema)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _fingerprint(ids: np.ndarray) -> str:
    return xxh3_128_hexdigest(np.ascontiguousarray(ids))[:_FINGERPRINT]


def _mark(source: str) -> str:
    """What tells a source from the others without its name, which would be told by every name of a file."""
    return blake3(source.encode()).hexdigest(length=_MARK // 2)

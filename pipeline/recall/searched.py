"""Looking for erased rows in every byte that is kept: storage, the store's file, MLflow's files, Headwater's home."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from fsspec.core import url_to_fs

from lineage.errors import Letter
from lineage.records import Artifact
from pipeline.recall.telltales import Telltales
from pipeline.runner import Runner
from pipeline.settings import Settings, masked
from pipeline.storage.places import own_places
from pipeline.tracking.erasing import artifact_roots, database_file

_BLOCK_BYTES, _OVERLAP_BYTES = 1 << 24, 1 << 16
_NUMPY, _TABLES, _ARCHIVES = ".npy", (".parquet",), (".skops", ".zip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where a value was found, and how often; `place` is that of a file in storage that no run recorded, or ""."""

    where: str
    times: int
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What a search found: of how many files, for how many values; what could not be read, and why."""

    files: int
    values: int
    common: int
    found: tuple[Found, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether everything could be read, and nothing was found."""
        return not self.found and not self.unread


def search(runner: Runner, telltales: Telltales, *, but: Collection[str] = ()) -> Searched:
    """Look for values in all that this installation keeps, but for these places in storage.

    Parquet files are decoded, archives opened, all other files read as bytes. What is found in storage is
    told by the reference of the artifact.

    Raises:
        StoreUnreachable: the store cannot be read.
        ServiceUnavailable: MLflow cannot be used.
    """
    found, unread, files = [], [], 0
    for one in _files(runner, but=but):
        files += 1
        try:
            times = one.count(telltales)
        except (Letter, OSError) as trouble:
            unread.append(f"{one.where}: {trouble}")
            continue
        if times:
            found.append(Found(where=one.where, times=times, place="" if one.artifact else one.place))
    quoted = runner.store.quoting(telltales.blanked)
    found += [Found(where=f"table {table} of the store", times=times) for table, times in quoted.items()]
    counted = {"files": files, "values": len(telltales.values), "common": telltales.common}
    return Searched(**counted, found=tuple(found), unread=tuple(unread))


@dataclass(frozen=True, slots=True)
class _File:
    """A file to look into; `place` is where it is in storage, "" for any other."""

    runner: Runner
    filesystem: Any
    path: str
    place: str = ""
    artifact: Artifact | None = None

    @property
    def where(self) -> str:
        return self.artifact.reference if self.artifact else masked(self.path)

    def count(self, telltales: Telltales) -> int:
        """Count what betrays erased rows."""
        suffix = Path(self.path).suffix
        if suffix in _TABLES:
            return telltales.in_table(self._table())
        if suffix in _ARCHIVES:
            return sum(_in_member(name, content, telltales) for name, content in self._members())
        return sum(1 for block in self._blocks() for _ in telltales.within(block))

    def _table(self) -> pd.DataFrame:
        if self.artifact is not None:
            return self.runner.storage.load(self.artifact)
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return pq.read_table(pa.BufferReader(self.filesystem.cat_file(self.path))).to_pandas()
        except pa.ArrowException as error:
            raise OSError(f"no Parquet file: {error}") from error

    def _members(self) -> Iterator[tuple[str, bytes]]:
        try:
            with zipfile.ZipFile(io.BytesIO(self.filesystem.cat_file(self.path))) as archive:
                yield from ((name, archive.read(name)) for name in archive.namelist())
        except zipfile.BadZipFile as error:
            raise OSError(f"no archive: {error}") from error

    def _blocks(self) -> Iterator[bytes]:
        """The bytes in blocks; each begins with the end of the one before, so that nothing is cut in two."""
        with self.filesystem.open(self.path, "rb") as file:
            end = b""
            while block := file.read(_BLOCK_BYTES):
                yield end + block
                end = block[-_OVERLAP_BYTES:]


def _in_member(name: str, content: bytes, telltales: Telltales) -> int:
    if Path(name).suffix != _NUMPY:
        return sum(1 for _ in telltales.within(content))
    values = np.load(io.BytesIO(content), allow_pickle=False).ravel()
    known = [float(one.text) for one in telltales.values if one.is_number and one.is_long]
    return int(np.isin(values.astype(np.float64), known).sum()) if known and values.dtype.kind in "iuf" else 0


def _files(runner: Runner, *, but: Collection[str]) -> Iterator[_File]:
    """Every file once: those in storage with what is recorded of them, then all others."""
    recorded = {place: one for one in runner.store.artifacts() for place in own_places(one.place)}
    seen: set[str] = set()
    filesystem, root = url_to_fs(runner.settings.storage)
    for path in sorted(filesystem.find(root)):
        seen.add(path)
        place = path.removeprefix(filesystem._strip_protocol(root)).lstrip("/")
        if place not in but:
            yield _File(runner, filesystem, path, place, recorded.get(place))
    for other in _elsewhere(runner.settings):
        filesystem, root = url_to_fs(other)
        for path in sorted(filesystem.find(root)):
            if path not in seen:
                seen.add(path)
                yield _File(runner, filesystem, path)


def _elsewhere(settings: Settings) -> list[str]:
    """Files and folders beside the storage: Headwater's home, and what is kept outside of it."""
    store = settings.store_url.partition(":///")[2].partition("?")[0] if settings.store_url.startswith("sqlite") else ""
    databases = [file for file in (Path(store).absolute() if store else None, database_file(settings)) if file]
    logs = [f"{file}{end}" for file in databases for end in ("", "-wal", "-journal")]
    folders = [root for root in artifact_roots(settings) if not root.startswith("mlflow-artifacts:")]
    return [str(settings.home), *filter(_is_there, logs), *filter(_is_there, folders)]


def _is_there(place: str) -> bool:
    filesystem, path = url_to_fs(place)
    return bool(filesystem.exists(path))

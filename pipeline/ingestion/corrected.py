"""A file that says how a source should have read: read as the source is, its rows under the ids they have."""

from __future__ import annotations

import glob
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.source import Source
from pipeline.errors import Misuse, SourceRejected
from pipeline.ingestion.raw import Raw
from pipeline.ingestion.readers import CSV, WHOLE, Files, JSONLines, Parquet
from pipeline.ingestion.reading import read
from pipeline.ingestion.rows import together
from pipeline.parsed import parsed
from pipeline.rows import row_ids
from pipeline.schema import ROW

_BY_SUFFIX = {".csv": CSV, ".jsonl": JSONLines, ".ndjson": JSONLines, ".parquet": Parquet}


@dataclass(frozen=True, slots=True)
class Corrected:
    """Rows as they should have been, in order of their ids; `dropped` are columns the schema does not have.

    `succession` holds, for rows known by content that keep their id although their content changed,
    the id their new content would give them, by the id they keep.
    """

    frame: pd.DataFrame
    dropped: Sequence[str]
    succession: Mapping[int, int]


def corrected_source(source: Source, file: Path) -> Source:
    """Give the source as read from one corrected file: by its own reader, or by the file's suffix if that reads none.

    Raises:
        Misuse: the source is read from no file, and the suffix tells no format.
    """
    path = glob.escape(str(file))
    if isinstance(source.reader, Files):
        return replace(source, reader=replace(source.reader, path=path, package=None, partitions={}, ids=True))
    suffix = next((each for each in file.suffixes if each.lower() in _BY_SUFFIX), "")
    if not suffix:
        raise Misuse(
            f"{file.name} does not say how it is to be read",
            expected=f"a file that ends in {', '.join(_BY_SUFFIX)}, as {source.name} is read from no file",
        )
    return replace(source, reader=_BY_SUFFIX[suffix.lower()](path, ids=True))


def read_corrected(
    source: Source,
    *,
    files: Sequence[Mapping[str, Any]],
    types: Mapping[str, str],
    known_by: Mapping[str, str],
    secret: bytes,
    known: np.ndarray,
) -> Corrected:
    """Read the corrected file of a source; `known` are the ids of the rows it corrects.

    A row is known by its key or its content, or by the id it states in the column `row`.

    Raises:
        SourceRejected: it cannot be taken in as declared; a stated id is unknown, is there twice or
            is not that of its key; a row without an id has the content of another's.
    """
    raws = read(source, WHOLE, files=files)
    frame, dropped, label = together(raws, types, source=source)
    own = row_ids(frame, source=source.name, secret=secret, key=source.keys, types=known_by, label=label)
    stated = _stated(raws, source=source, label=label)
    _refuse_stated(stated, own, known=known, source=source, label=label)
    ids = np.where(stated.isna(), own, stated.fillna(0).to_numpy("int64"))
    _refuse_twice(ids, source=source, label=label)
    changed = (ids != own) & ~pd.Index(own).isin(known)
    succession = dict(zip(ids[changed].tolist(), own[changed].tolist(), strict=True))
    frame.index = pd.Index(ids, name=ROW)
    return Corrected(frame.sort_index(), dropped, succession)


def _stated(raws: Sequence[Raw], *, source: Source, label: Callable[[int], str]) -> pd.Series:
    """The ids that rows state, null where they state none."""
    blank = [pd.Series([None] * len(raw.frame), dtype="Int64") for raw in raws]
    parts = [parsed(none if raw.stated is None else raw.stated, "integer") for raw, none in zip(raws, blank)]
    wrong = np.flatnonzero(np.concatenate([part.wrong for part in parts]))
    if len(wrong):
        raise SourceRejected(
            f"{source.name}: the column row holds no ids",
            expected="whole numbers",
            examples=map(label, wrong[:5]),
            count=len(wrong),
        )
    return pd.concat([part.values for part in parts], ignore_index=True)


def _refuse_stated(
    stated: pd.Series, own: np.ndarray, *, known: np.ndarray, source: Source, label: Callable[[int], str]
) -> None:
    given = stated.notna().to_numpy()
    unknown = np.flatnonzero(given & ~stated.isin(known).to_numpy(bool))
    if len(unknown):
        raise SourceRejected(
            f"{source.name} has no rows of some of the ids in column row",
            examples=[f"{stated[row]} in {label(row)}" for row in unknown[:5]],
            count=len(unknown),
            next_step="Leave the id of a new row blank.",
        )
    if not source.keys:
        return
    other = np.flatnonzero(given & (stated.fillna(0).to_numpy("int64") != own))
    if len(other):
        raise SourceRejected(
            f"{source.name}: rows state another id than that of their {', '.join(source.keys)}",
            examples=[f"{label(row)}: {stated[row]}, but its key is that of {own[row]}" for row in other[:5]],
            count=len(other),
            next_step="A row with another key is another row: leave its id blank, and the old row out.",
        )


def _refuse_twice(ids: np.ndarray, *, source: Source, label: Callable[[int], str]) -> None:
    twice = np.flatnonzero(pd.Index(ids).duplicated(keep=False))
    if len(twice):
        raise SourceRejected(
            f"{source.name}: one id is that of several rows",
            expected="every id once, and an id beside a row whose content another had",
            examples=[f"{ids[row]} in {label(row)}" for row in twice[:5]],
            count=len(twice),
        )

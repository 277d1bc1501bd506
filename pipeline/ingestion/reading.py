"""From a reader to raw columns: files with their checksums, queries and functions."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from xxhash import xxh3_128

from pipeline.artifacts.source import Source
from pipeline.errors import Misuse, ServiceUnavailable, SourceRejected
from pipeline.ingestion.formats import raw_of
from pipeline.ingestion.raw import Raw, refuse_names
from pipeline.ingestion.readers import SQL, WHOLE, Files, Table
from pipeline.settings import masked


def partition_names(source: Source) -> list[str]:
    """Name the partitions of a source, in order; `whole` for one that has none.

    Raises:
        SourceRejected: a declared path leads to no file.
    """
    if isinstance(source.reader, Files):
        return list(source.reader.files())
    return list(source.reader.partitions) or [WHOLE]


def fingerprints(source: Source, partition: str) -> list[dict[str, Any]]:
    """Give name, checksum (128-bit XXH3) and size in bytes of every file of a partition; queries have none.

    Raises:
        SourceRejected: a file is missing or cannot be read.
    """
    return [_fingerprint(path, source=source) for path in _paths(source, partition)]


def read(source: Source, partition: str, *, files: Sequence[Mapping[str, Any]]) -> list[Raw]:
    """Read the raw columns of a partition, or of all of them for `whole`, one entry per file, query or call.

    `files` are the fingerprints the files had; they are held against what is read.

    Raises:
        SourceRejected: a file is damaged or was changed meanwhile, or a query or function gives no table.
        ServiceUnavailable: the database of a query does not answer.
    """
    if isinstance(source.reader, SQL):
        queries = source.reader.queries()
        chosen = queries if partition == WHOLE else {partition: queries[partition]}
        return [_asked(source, name, query) for name, query in chosen.items()]
    if isinstance(source.reader, Table):
        return [_called(source, name) for name in (partition_names(source) if partition == WHOLE else [partition])]
    paths = _paths(source, partition)
    return [_of_file(source, path, expected=entry) for path, entry in zip(paths, files, strict=True)]


def _paths(source: Source, partition: str) -> list[Path]:
    if not isinstance(source.reader, Files):
        return []
    found = source.reader.files()
    if partition != WHOLE and partition not in found:
        raise SourceRejected(f"{source.name} has no partition {partition!r} any more", examples=found)
    return [path for name, paths in found.items() if partition in (WHOLE, name) for path in paths]


def _fingerprint(path: Path, *, source: Source) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            checksum = hashlib.file_digest(file, xxh3_128).hexdigest()
            size = file.tell()
    except OSError as error:
        raise SourceRejected(f"{source.name}: {path} cannot be read", found=error.strerror or str(error)) from error
    return {"name": path.name, "checksum": checksum, "bytes": size}


def _of_file(source: Source, path: Path, *, expected: Mapping[str, Any]) -> Raw:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceRejected(f"{source.name}: {path} cannot be read", found=error.strerror or str(error)) from error
    if xxh3_128(content).hexdigest() != expected["checksum"]:
        raise SourceRejected(
            f"{source.name}: {path.name} was changed while it was read", next_step="Retry when the file is complete."
        )
    return raw_of(source.reader, content, name=f"{source.name}: {path.name}")


def _asked(source: Source, name: str, query: str) -> Raw:
    import sqlalchemy as sa
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

    where = f"{source.name}: query" + ("" if name == WHOLE else f" {name}")
    try:
        engine = sa.create_engine(_url(source.reader), poolclass=sa.NullPool, hide_parameters=True)
        connection = engine.connect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise Misuse(f"{where}: the URL is none that SQLAlchemy can read", next_step="See SQL(url=…).") from error
    except SQLAlchemyError as error:
        raise ServiceUnavailable(f"{where}: the database does not answer", found=_reason(error)) from error
    try:
        with connection:
            result = connection.execute(sa.text(query))
            names, rows = list(result.keys()), result.fetchall()
    except SQLAlchemyError as error:
        raise SourceRejected(f"{where} gives no table", found=_reason(error)) from error
    refuse_names(names, name=where)
    columns = zip(*rows) if rows else ([] for _ in names)
    frame = pd.DataFrame({key: pd.Series(list(cells), dtype=object) for key, cells in zip(names, columns)})
    return Raw(name=where, frame=frame, label=lambda position: f"{where} row {position + 1}")


def _reason(error: Exception) -> str:
    """Give the first line of what the database says, without passwords."""
    return masked(str(getattr(error, "orig", None) or error).splitlines()[0])


def _url(reader: SQL) -> str:
    if reader.url:
        return reader.url
    if url := os.environ.get(reader.url_env):
        return url
    raise Misuse(f"environment variable {reader.url_env} is not set", expected="the URL of a database")


def _called(source: Source, name: str) -> Raw:
    function = source.reader.function
    frame = function() if name == WHOLE else function(name)
    where = f"{source.name}: {function.__name__}({'' if name == WHOLE else repr(name)})"
    if not isinstance(frame, pd.DataFrame):
        raise SourceRejected(f"{where} gave no table", expected="a DataFrame", found=type(frame).__name__)
    refuse_names([str(column) for column in frame.columns], name=where)
    frame = frame.rename(columns=str).reset_index(drop=True)
    return Raw(name=where, frame=frame, label=lambda position: f"{where} row {position + 1}")

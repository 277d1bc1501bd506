"""Bytes of one file to raw columns."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
import zlib

import pandas as pd

from pipeline.errors import SourceRejected
from pipeline.ingestion.delimited import raw_of_csv
from pipeline.ingestion.raw import LOOK, Raw, apart, refuse_names
from pipeline.ingestion.readers import CSV, JSONLines, Parquet

_FLAWED = (EOFError, OSError, ValueError, lzma.LZMAError, zlib.error, zipfile.BadZipFile)


def raw_of(reader: CSV | JSONLines | Parquet, content: bytes, *, name: str) -> Raw:
    """Read the bytes of one file; `name` stands for it in errors, as `source: file`.

    Raises:
        SourceRejected: the bytes are truncated, damaged, of another encoding, or no such table.
    """
    if not content:
        raise SourceRejected(f"{name} is empty", expected="at least one row", next_step=LOOK)
    if isinstance(reader, Parquet):
        from pipeline.ingestion.parquet import raw_of_parquet

        return raw_of_parquet(content, reader, name=name)
    text = _text(_decompressed(content, reader.compression, name=name), reader.encoding, name=name)
    return raw_of_csv(text, reader, name=name) if isinstance(reader, CSV) else _of_json_lines(text, reader, name=name)


def _unzipped(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.namelist()
        if len(members) != 1:
            raise ValueError(f"{len(members)} files in the archive instead of one")
        return archive.read(members[0])


_DECOMPRESS = {"gz": gzip.decompress, "bz2": bz2.decompress, "xz": lzma.decompress, "zip": _unzipped}


def _decompressed(content: bytes, compression: str, *, name: str) -> bytes:
    if compression == "infer":
        compression = name.rpartition(".")[2].lower()
    if compression not in _DECOMPRESS:
        return content
    try:
        return _DECOMPRESS[compression](content)
    except _FLAWED as error:
        raise SourceRejected(
            f"{name} is truncated or damaged", expected=f"a whole {compression} file", found=str(error), next_step=LOOK
        ) from error


def _text(content: bytes, encoding: str, *, name: str) -> bytes:
    """Give the text as UTF-8 without a byte order mark."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        raise SourceRejected(
            f"{name} line {line} is not {encoding.upper()}",
            found=f"byte 0x{content[error.start]:02x} at byte {column} of the line",
            next_step='Declare the encoding the file has, for example CSV(…, encoding="latin-1").',
        ) from error
    except LookupError as error:
        raise SourceRejected(f"{name} is declared in an encoding nobody knows", found=encoding) from error
    if not text.strip("\ufeff \t\r\n"):
        raise SourceRejected(f"{name} is empty", expected="at least one row", next_step=LOOK)
    return content if encoding == "utf-8" and not text.startswith("\ufeff") else text.removeprefix("\ufeff").encode()


def _of_json_lines(text: bytes, reader: JSONLines, *, name: str) -> Raw:
    numbers, records = [], []
    for number, line in enumerate(text.decode().split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, object_pairs_hook=_without_twins)
        except ValueError as error:
            raise SourceRejected(
                f"{name} line {number} is no JSON object", found=f"{error}: {line:.60}", next_step=LOOK
            ) from error
        if not isinstance(record, dict):
            raise SourceRejected(f"{name} line {number} is no JSON object", found=f"{line:.60}", next_step=LOOK)
        numbers.append(number)
        records.append(record)
    names = list(dict.fromkeys(key for record in records for key in record))
    columns = {key: pd.Series([record.get(key) for record in records], dtype=object) for key in names}
    refuse_names(names, name=name, ids=reader.ids)
    frame, stated = apart(pd.DataFrame(columns))
    return Raw(name=name, frame=frame, label=lambda position: f"{name} line {numbers[position]}", stated=stated)


def _without_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("one name is there twice")
    return record

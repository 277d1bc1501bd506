"""Bytes of one file to raw columns, and the way back from a row to its line."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from pipeline.errors import HeadwaterError, SourceRejected
from pipeline.ingestion.readers import CSV, JSONLines, Parquet
from lineage.tables import ROW
from pipeline.schema import normalised

_FLAWED = (EOFError, OSError, ValueError, lzma.LZMAError, zlib.error, zipfile.BadZipFile)
_LARGEST_BLOCK_BYTES = 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """Columns as a file, query or function gave them.

    `name` is `source: file`; `label` names a row by its position, `source: loans.csv line 17`;
    `is_text` says that every value is text whose type is still to be found.
    """

    name: str
    frame: pd.DataFrame
    label: Callable[[int], str]
    is_text: bool = False


def raw_of(reader: CSV | JSONLines | Parquet, content: bytes, *, name: str) -> Raw:
    """Read the bytes of one file; `name` stands for it in errors, as `source: file`.

    Raises:
        SourceRejected: the bytes are truncated, damaged, of another encoding, or no such table.
    """
    if not content:
        raise SourceRejected(f"{name} is empty", expected="at least one row", next_step=_LOOK)
    if isinstance(reader, Parquet):
        return _of_parquet(content, name=name)
    text = _text(_decompressed(content, reader.compression, name=name), reader.encoding, name=name)
    return _of_csv(text, reader, name=name) if isinstance(reader, CSV) else _of_json_lines(text, name=name)


_LOOK = "Look at how the file was made or copied."


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
            f"{name} is truncated or damaged", expected=f"a whole {compression} file", found=str(error), next_step=_LOOK
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
        raise SourceRejected(f"{name} is empty", expected="at least one row", next_step=_LOOK)
    return content if encoding == "utf-8" and not text.startswith("\ufeff") else text.removeprefix("\ufeff").encode()


def _of_csv(text: bytes, reader: CSV, *, name: str) -> Raw:
    names = list(reader.columns) if reader.columns else next(_lines(text, reader))[1]
    refuse_names(names, name=name)
    ragged: list[int] = []

    def note(row: pyarrow.csv.InvalidRow) -> str:
        ragged.append(row.actual_columns)
        return "skip"

    try:
        table = pyarrow.csv.read_csv(
            io.BytesIO(text),
            read_options=pyarrow.csv.ReadOptions(
                column_names=names, skip_rows=0 if reader.columns else _lines_of_header(text, reader),
                block_size=min(max(len(text), 1 << 20), _LARGEST_BLOCK_BYTES),
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=reader.separator, newlines_in_values=True, ignore_empty_lines=len(names) > 1,
                invalid_row_handler=note,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={column: pa.large_string() for column in names}, null_values=[""],
                strings_can_be_null=True, quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        raise SourceRejected(f"{name} is no CSV", found=str(error)[:200], next_step=_LOOK) from error
    if text.count(b'"') % 2:
        _refuse_open_quote(text, reader, name=name)
    if ragged:
        _refuse_ragged(text, reader, names=names, count=len(ragged), name=name)
    frame = table.to_pandas(types_mapper={pa.large_string(): pd.StringDtype(na_value=float("nan"))}.get)
    return Raw(name=name, frame=frame, label=_line_label(text, reader, name=name), is_text=True)


def _lines(text: bytes, reader: CSV) -> Iterator[tuple[int, list[str]]]:
    """Give the fields of every row with the line it begins at; slow, for the header and for errors."""
    rows = csv.reader(io.StringIO(text.decode(), newline=""), delimiter=reader.separator)
    begin = 1
    with suppress(csv.Error):
        for fields in rows:
            if fields:
                yield begin, fields
            begin = rows.line_num + 1


def _lines_of_header(text: bytes, reader: CSV) -> int:
    rows = csv.reader(io.StringIO(text.decode(), newline=""), delimiter=reader.separator)
    while not next(rows):
        continue
    return rows.line_num


def _line_label(text: bytes, reader: CSV, *, name: str) -> Callable[[int], str]:
    found: list[int] = []

    def label(position: int) -> str:
        if not found:
            found.extend(line for line, _ in list(_lines(text, reader))[0 if reader.columns else 1 :])
        return f"{name} line {found[position]}" if position < len(found) else f"{name} row {position + 1}"

    return label


def _refuse_open_quote(text: bytes, reader: CSV, *, name: str) -> None:
    """Refuse text that ends inside quotes; a lone quote within a cell is no such thing."""
    rows = csv.reader(io.StringIO(text.decode(), newline=""), delimiter=reader.separator, strict=True)
    begin = 1
    try:
        for _ in rows:
            begin = rows.line_num + 1
    except csv.Error as error:
        if "end of data" in str(error):
            raise SourceRejected(
                f"{name} is truncated: it ends inside quotes that begin in the row at line {begin}", next_step=_LOOK
            ) from error


def _refuse_ragged(text: bytes, reader: CSV, *, names: list[str], count: int, name: str) -> None:
    wrong = [(line, fields) for line, fields in _lines(text, reader) if len(fields) != len(names)]
    last = text.count(b"\n") + (not text.endswith(b"\n"))
    cut = bool(wrong) and wrong[-1][0] == last and not text.endswith(b"\n")
    raise SourceRejected(
        f"{name} " + ("is truncated: its last line is cut off" if cut else "has rows of another length"),
        expected=f"{len(names)} cells in every line",
        examples=[f"line {line} has {len(fields)}" for line, fields in wrong],
        count=max(count, len(wrong)),
        next_step=_LOOK,
    )


def refuse_names(names: list[str], *, name: str) -> None:
    """Refuse a table whose columns cannot be told apart, or from the index of row ids.

    Raises:
        SourceRejected: a name is there more than once, is blank or is `row`.
    """
    if "" in names or ROW in names:
        place = names.index("" if "" in names else ROW) + 1
        raise SourceRejected(
            f"{name}: column {place} is named {names[place - 1]!r}",
            expected=f"a name that is neither blank nor {ROW!r}, the name of row ids",
            next_step="Rename it in the file, or give all names in the reader (CSV(…, columns=[…])).",
        )
    if twice := sorted({column for column in names if names.count(column) > 1}):
        raise SourceRejected(f"{name} has columns of one name", examples=map(repr, twice), next_step="Rename them.")


def _of_json_lines(text: bytes, *, name: str) -> Raw:
    numbers, records = [], []
    for number, line in enumerate(text.decode().split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, object_pairs_hook=_without_twins)
        except ValueError as error:
            raise SourceRejected(
                f"{name} line {number} is no JSON object", found=f"{error}: {line:.60}", next_step=_LOOK
            ) from error
        if not isinstance(record, dict):
            raise SourceRejected(f"{name} line {number} is no JSON object", found=f"{line:.60}", next_step=_LOOK)
        numbers.append(number)
        records.append(record)
    names = list(dict.fromkeys(key for record in records for key in record))
    columns = {key: pd.Series([record.get(key) for record in records], dtype=object) for key in names}
    return Raw(name=name, frame=pd.DataFrame(columns), label=lambda position: f"{name} line {numbers[position]}")


def _without_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("one name is there twice")
    return record


def _of_parquet(content: bytes, *, name: str) -> Raw:
    try:
        table = pq.ParquetFile(pa.BufferReader(content)).read()
        refuse_names(table.column_names, name=name)
        frame = table.to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True)
        frame = normalised(frame.rename(columns=lambda column: str(column)))
    except HeadwaterError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceRejected(
            f"{name} is truncated, damaged or no Parquet", found=str(error)[:200], next_step=_LOOK
        ) from error
    return Raw(name=name, frame=frame, label=lambda position: f"{name} row {position + 1}")

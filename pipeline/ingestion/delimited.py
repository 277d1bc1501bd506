"""Text with one row a line, and the line of every row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from pipeline.errors import SourceRejected
from pipeline.ingestion.raw import LOOK, Raw, apart, refuse_names
from pipeline.ingestion.readers import CSV

_BLOCK_BYTES = 2**23
_LARGEST_BLOCK_BYTES = 2**30


def raw_of_csv(text: bytes, reader: CSV, *, name: str) -> Raw:
    """Read UTF-8 text with one row a line; every cell is text, a blank one null.

    Raises:
        SourceRejected: names are missing or there twice, a row is of another length, or quotes stay open.
    """
    names = list(reader.columns) if reader.columns else next(_lines(text, reader))[1]
    refuse_names(names, name=name, ids=reader.ids)
    ragged: list[int] = []
    try:
        table = _table(text, reader, names=names, ragged=ragged, block_bytes=_BLOCK_BYTES)
    except pa.ArrowInvalid:
        ragged.clear()
        try:
            table = _table(text, reader, names=names, ragged=ragged, block_bytes=_LARGEST_BLOCK_BYTES)
        except pa.ArrowInvalid as error:
            raise SourceRejected(f"{name} is no CSV", found=str(error)[:200], next_step=LOOK) from error
    if text.count(b'"') % 2:
        _refuse_open_quote(text, reader, name=name)
    if ragged:
        _refuse_ragged(text, reader, names=names, count=len(ragged), name=name)
    frame, stated = apart(table.to_pandas(types_mapper={pa.large_string(): pd.StringDtype(na_value=float("nan"))}.get))
    return Raw(name=name, frame=frame, label=_line_label(text, reader, name=name), is_text=True, stated=stated)


def _table(text: bytes, reader: CSV, *, names: list[str], ragged: list[int], block_bytes: int) -> pa.Table:
    """Read in blocks on several threads; a row that is longer than a block cannot be read."""

    def note(row: pyarrow.csv.InvalidRow) -> str:
        ragged.append(row.actual_columns)
        return "skip"

    return pyarrow.csv.read_csv(
        io.BytesIO(text),
        read_options=pyarrow.csv.ReadOptions(
            column_names=names,
            skip_rows=0 if reader.columns else _lines_of_header(text, reader),
            block_size=block_bytes,
        ),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=reader.separator,
            newlines_in_values=True,
            ignore_empty_lines=len(names) > 1,
            invalid_row_handler=note,
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={column: pa.large_string() for column in names},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


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
            found.extend(islice((line for line, _ in _lines(text, reader)), 0 if reader.columns else 1, None))
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
                f"{name} is truncated: it ends inside quotes that begin in the row at line {begin}", next_step=LOOK
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
        next_step=LOOK,
    )

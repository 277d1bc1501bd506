"""Errors as a sheet that people fill in, and back: CSV that any spreadsheet program opens, and none can run.

A row's id stands as `#123`, so that no program rounds it. Text that a program could take for a formula gets an
apostrophe before it, which is taken off again.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from pipeline.auditing.errors.judgements import TYPES
from pipeline.auditing.errors.sample import TAG
from pipeline.cell import to_json
from pipeline.errors import AuditRefused
from pipeline.parsing import FALSE_WORDS, TRUE_WORDS

ROW, BY, NOTE = "row", "tagged_by", "note"
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_NO, _YES = "no", "yes"
_WORDS = {**dict.fromkeys(TRUE_WORDS, True), "x": True, "✓": True, **dict.fromkeys(FALSE_WORDS, False)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a sheet: its number of line, and its cells by column."""

    number: int
    cells: Mapping[str, str]


def written(
    sample: pd.DataFrame, *, tags: Sequence[str], show: Sequence[str] = (), judgements: pd.DataFrame | None = None
) -> str:
    """Write the errors of a sample as a sheet: a line each, or with `judgements` one for each person who judged it.

    The columns are the row, those to `show` (all if none is named), one per tag, who, and a note.

    Raises:
        AuditRefused: there are no errors, or a column to show is not there.
    """
    if not len(sample):
        raise AuditRefused("there are no errors to read: the model answered every test row rightly")
    if absent := [name for name in show if name not in sample.columns]:
        raise AuditRefused("columns to show are not stored", expected=", ".join(sample.columns), examples=absent)
    known = ["truth", "answer", *(name for name in sample if name.startswith("probability of "))]
    names = list(dict.fromkeys([*known, *show])) if show else list(sample.columns)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([ROW, *(_safe(_heading(name)) for name in names), *(TAG + tag for tag in tags), BY, NOTE])
    said = _said(judgements)
    for row, values in zip(sample.index.tolist(), sample[names].itertuples(index=False, name=None), strict=True):
        for person, given, note in said.get(row, [("", {}, "")]):
            cells = [*map(to_json, values), *(given.get(tag, "") for tag in tags), person, note]
            writer.writerow([f"#{row}", *map(_safe, cells)])
    return text.getvalue()


def read(text: str, *, by: str, at: datetime, known: Iterable[int], blank_is_no: bool = False) -> pd.DataFrame:
    """Read a filled-in sheet into judgements, one per row, tag and person; a blank cell is no judgement.

    `by` is who tagged where the sheet does not say, `at` when, `known` the ids of rows that can be
    judged. With `blank_is_no`, a blank cell says no.

    Raises:
        AuditRefused: the sheet is empty, lacks columns, has lines of another length, names unknown rows, says neither
            yes nor no, judges a row twice in one name, or has a note beside no judgement.
    """
    header, lines = _lines(text)
    tags = _tags(header)
    rows = _rows(lines, known=frozenset(known))
    records: list[dict[str, Any]] = []
    wrong: list[str] = []
    silent: list[str] = []
    for line, row in zip(lines, rows, strict=True):
        given = {tag: line.cells[column].strip().casefold() for tag, column in tags.items()}
        odd = {tag: value for tag, value in given.items() if value and value not in _WORDS}
        wrong += [f"{value!r} of {tag} at line {line.number}" for tag, value in odd.items()]
        judged = {tag: _WORDS.get(value, False) for tag, value in given.items() if value or blank_is_no}
        note = _plain(line.cells.get(NOTE, ""))
        silent += [f"line {line.number}"] if note and not judged else []
        person = _plain(line.cells.get(BY, "")).strip() or by
        about = {"error_row": row, "tagged_by": person, "note": note or None, "tagged_at": at}
        records += [{**about, "tag": tag, "carries": yes} for tag, yes in judged.items()]
    _refuse(wrong, "a sheet says neither yes nor no", expected="yes, no, or nothing")
    _refuse(silent, "a note stands beside no judgement, and would be lost", expected="a yes or a no in the same line")
    return _judgements(records)


def _judgements(records: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    if not records:
        raise AuditRefused("the sheet judges nothing", expected="a yes or a no in a column of a tag")
    times = Counter((record["error_row"], record["tag"], record["tagged_by"]) for record in records)
    twice = [f"row {row} for {tag} by {person}" for (row, tag, person), count in times.items() if count > 1]
    _refuse(twice, "a sheet judges a row twice", expected="one line per row and person")
    return pd.DataFrame(records, columns=list(TYPES))


def _lines(text: str) -> tuple[list[str], list[Line]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=_delimiter(text), strict=True)
    try:
        read_in = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise AuditRefused("the sheet is no CSV", found=str(error)) from error
    if not read_in:
        raise AuditRefused("the sheet is empty", expected="a header and at least one line")
    header = [_plain(cell).strip() for cell in read_in[0][1]]
    _refuse([f"line {number} has {len(cells)}" for number, cells in read_in[1:] if len(cells) != len(header)],
            "a sheet has lines of another length", expected=f"{len(header)} cells")
    _refuse([repr(name) for name, count in Counter(header).items() if count > 1], "a sheet has columns of one name")
    lines = [Line(number=number, cells=dict(zip(header, cells, strict=True))) for number, cells in read_in[1:]]
    return header, lines


def _delimiter(text: str) -> str:
    """The comma, or what a spreadsheet program of another country put in its place."""
    first = text.removeprefix("\ufeff").partition("\n")[0]
    return next((mark for mark in ",;\t" if ROW in [cell.strip(' "\r') for cell in first.split(mark)]), ",")


def _tags(header: Sequence[str]) -> dict[str, str]:
    """The columns of tags, by tag."""
    tags = {name[len(TAG):].strip(): name for name in header if name.startswith(TAG)}
    if ROW not in header or not tags or "" in tags:
        raise AuditRefused(
            "the sheet lacks columns",
            expected=f"{ROW}, and one or more named '{TAG}…'",
            found=", ".join(header),
            next_step="Begin with what `headwater errors MODEL --export FILE` writes.",
        )
    return tags


def _rows(lines: Sequence[Line], *, known: frozenset[int]) -> list[int]:
    if not lines:
        raise AuditRefused("the sheet has no lines", expected="one per row that was read")
    rows = [_id(line.cells[ROW]) for line in lines]
    unknown = [f"{line.cells[ROW]!r} at line {line.number}"
               for line, row in zip(lines, rows, strict=True) if row not in known]
    if unknown:
        raise AuditRefused(
            "the sheet names rows that are not in this audit",
            expected=f"ids of the {len(known):,} test rows, written #123",
            examples=unknown,
            count=len(unknown),
            next_step="Name the audit it was exported from. A spreadsheet program rounds long numbers: keep the #.",
        )
    return [row for row in rows if row is not None]


def _id(cell: str) -> int | None:
    found = re.fullmatch(r"'?#?([+-]?\d{1,19})", cell.strip())
    return int(found[1]) if found else None


def _said(judgements: pd.DataFrame | None) -> dict[int, list[tuple[str, dict[str, str], str]]]:
    """What each person said of each row: who, yes or no by tag, and the note."""
    found: dict[int, list[tuple[str, dict[str, str], str]]] = {}
    if judgements is None:
        return found
    for (row, person), lines in judgements.groupby(["error_row", "tagged_by"], sort=True):
        given = {tag: _YES if yes else _NO for tag, yes in zip(lines["tag"], lines["carries"], strict=True)}
        note = next((str(one) for one in lines["note"] if not pd.isna(one)), "")
        found.setdefault(int(row), []).append((str(person), given, note))
    return found


def _heading(name: str) -> str:
    """The name of a column that is shown, never one that is to be filled in."""
    if name.startswith(TAG):
        return f"rule: {name.removeprefix(TAG)}"
    return f"{name} of the row" if name in (ROW, BY, NOTE) else name


def _safe(value: Any) -> Any:
    """A cell that no spreadsheet program takes for a formula; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else "" if value is None else value


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _refuse(examples: Sequence[str], what: str, *, expected: str = "") -> None:
    if examples:
        raise AuditRefused(what, expected=expected, examples=examples, count=len(examples))

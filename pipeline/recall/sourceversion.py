"""Versions of a source that its reader did not give: a corrected file taken in, or a version put right.

They are datasets of the source like those that are read, and rest on no other: what is made of them
does not stand on the rows that they put right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from lineage.difference import difference
from pipeline.artifacts.source import Source
from pipeline.auditing.errors.judgements import KEYS
from pipeline.errors import SourceRejected, StepRefused
from pipeline.ingestion.corrected import read_corrected
from pipeline.ingestion.readers import WHOLE
from pipeline.ingestion.rows import categories, described, stacked, used_categories, without_erased
from pipeline.recall.faults import CORRECTS
from pipeline.runner import Runner
from pipeline.schema import ROW, conform, logical, normalised
from pipeline.step import Made
from pipeline.storage.deltas import Since

STAGE = "ingestion"


def corrected_table(
    *,
    source: Source,
    version: str,
    files: Sequence[Mapping[str, Any]],
    types: Mapping[str, str],
    known_by: Mapping[str, str],
    patch: bool,
    secret: bytes,
    earlier: pd.DataFrame,
    erased: Sequence[int] = (),
) -> dict[str, Made]:
    """Read a corrected file into a version of its source; of a `patch`, the other rows are those of `earlier`.

    Rows whose ids are among the `erased` are left out.

    Raises:
        SourceRejected: it cannot be taken in, or nothing in it differs from the version.
    """
    known = earlier.index.to_numpy()
    read = read_corrected(source, files=files, types=types, known_by=known_by, secret=secret, known=known)
    _refuse_columns(read.frame, earlier, source=source)
    right = without_erased(read.frame, erased)
    table = patched(earlier, right) if patch else right
    touched = difference(earlier, table).touched
    if not len(touched):
        raise SourceRejected(
            f"{files[0]['name']} says what {version[: version.index('@') + 13]} says already",
            expected="at least one row that is another",
            next_step="Look at the file, or name another version.",
        )
    about = described(table, types, source=source, partition=WHOLE, files=files, dropped=read.dropped)
    since = Since.of(version, earlier, table, touched=touched)
    made = {"data": _version(table, {**about, CORRECTS: version}, since)}
    if read.succession:
        made["succession"] = Made("dataset", _succession(read.succession), name=f"{source.name}.succession")
    return made


def patched(table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Put rows in the place of those with their ids; rows with new ids are added. Columns and dtypes stay."""
    kept = table[~table.index.isin(rows.index)]
    parts = [part[list(table.columns)] for part in (kept, rows) if len(part)]
    whole = used_categories(normalised(stacked(parts or [kept])).sort_index())
    try:
        return conform(whole, logical(table))
    except StepRefused:
        return whole


def source_version(table: pd.DataFrame, *, version: str, earlier: pd.DataFrame, about: Mapping[str, Any]) -> Made:
    """A table as a version of the source that `about` describes, in which `version`, the table `earlier`, is corrected.

    Only of what people said of errors there may be nothing left.

    Raises:
        SourceRejected: no row is left.
    """
    if not len(table) and tuple(about.get("keys", ())) != KEYS:
        raise SourceRejected(f"{about['source']} would have no row left", next_step="Recall fewer rows.")
    since = Since.of(version, earlier, table, touched=difference(earlier, table).touched)
    return _version(table, {**about, "categories": categories(table), CORRECTS: version}, since)


def source_facts(runner: Runner, version: str) -> dict[str, Any]:
    """What is told of a version of a source, but for its columns."""
    artifact = runner.describe(version)
    return {"source": artifact.name, **{key: value for key, value in artifact.facts.items() if key != "columns"}}


def _version(table: pd.DataFrame, about: Mapping[str, Any], since: Since | None) -> Made:
    """What the facts say of itself; a row that is put right keeps its id, and so its key."""
    name = about["source"]
    return Made("dataset", table, about, name=name, named_by=name if about.get("keys") else "", since=since)


def _refuse_columns(found: pd.DataFrame, earlier: pd.DataFrame, *, source: Source) -> None:
    if other := set(earlier.columns) ^ set(found.columns):
        raise SourceRejected(
            f"{source.name}: the corrected file has other columns than the version it corrects",
            expected=", ".join(earlier.columns[:20]),
            examples=sorted(other),
        )


def _succession(pairs: Mapping[int, int]) -> pd.DataFrame:
    index = pd.Index(sorted(pairs), dtype="int64", name=ROW)
    return pd.DataFrame({"content": pd.array([pairs[row] for row in index], dtype="Int64")}, index=index)

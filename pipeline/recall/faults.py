"""Where the rows of a recall are wrong: in every version of the source that holds them, and in which cells.

In the recalled version, wrong is what differs from the corrected one. Any other version is wrong
where it holds the same, and where it lacks a row that was missing; what it holds right already, or
has otherwise, is not touched. Rows that are only withdrawn are wrong wherever they are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from lineage.difference import Difference, difference
from lineage.errors import NotRecorded
from lineage.idsets import NO_IDS, Ids, ids_of, joined, rows_among, shared, without
from lineage.records import Artifact, Recall
from lineage.store import Store
from lineage.touched import Touched
from pipeline.errors import HeadwaterError

if TYPE_CHECKING:
    from lineage.impact import Tables

CORRECTS = "corrects"
"""The fact of a corrected version of a source that names the version it corrects."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What a recall says is wrong, by reference of each version that holds it.

    `starts` tells rows and cells; `after` the touched rows as they should be (none for withdrawn
    rows), and has no entry where nobody knows. `unread` names the versions whose bytes cannot be
    read, and why: all rows of the recall count as wrong in them.
    """

    starts: dict[str, Touched] = field(default_factory=dict)
    after: dict[str, pd.DataFrame] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)


def faults(store: Store, tables: Tables, recall: Recall, *, among: Collection[str] | None = None) -> Faults:
    """Find what a recall says is wrong, in all versions of its source or only those `among` these references.

    Raises:
        StoreUnreachable: the store cannot be read.
    """
    found = Faults()
    rows = _Rows(tables, ids_of(recall.rows), found)
    versions = store.versions("dataset", recall.source, deleted=True)
    stated = (rows.of(recall.version), rows.of(_in_place_of(store, recall.corrected, versions)))
    for version in versions:
        if among is None or version.reference in among:
            _look(rows, version, *stated, columns=recall.columns)
    return found


def _in_place_of(store: Store, corrected: str, versions: Sequence[Artifact]) -> str:
    """A corrected version; of one that was erased, the first that is there of those that were corrected from it."""
    line = [corrected]
    for reference in line:
        if not reference or not store.buried(reference):
            return reference
        line += [one.reference for one in reversed(versions) if one.facts.get(CORRECTS) == reference]
    return corrected


def mended(tables: Tables, wrong: Faults) -> dict[str, pd.DataFrame]:
    """The whole of each version as it should be, where that is known, by reference.

    Raises: what reading a table raises.
    """
    whole = {reference: tables.columns(reference, None) for reference in wrong.after}
    return {
        reference: _replaced(table, wrong.after[reference], wrong.starts[reference])
        for reference, table in whole.items()
    }


def _replaced(table: pd.DataFrame, rows: pd.DataFrame, touched: Touched) -> pd.DataFrame:
    kept = rows_among(table, without(ids_of(table.index), joined(touched.ids, ids_of(rows.index))))
    parts = [one for one in (kept, rows) if len(one)]
    return pd.concat(parts).sort_index() if parts else table.iloc[:0]


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of the recall, as any version has them."""

    tables: Tables
    ids: Ids
    found: Faults

    def of(self, reference: str, names: Sequence[str] | None = None) -> pd.DataFrame | None:
        """Read the rows in a version; None for "" and where they cannot be read, which is noted."""
        if not reference:
            return None
        try:
            return rows_among(self.tables.columns(reference, names), self.ids)
        except (HeadwaterError, NotRecorded) as gone:
            self.found.unread[reference] = str(gone)
            return None


def _look(
    rows: _Rows, version: Artifact, old: pd.DataFrame | None, new: pd.DataFrame | None, *, columns: Sequence[str]
) -> None:
    """Note what is wrong in one version; `old` are the rows as recalled, `new` as corrected, None if not known."""
    here = rows.of(version.reference, _present(version, None if old is None else _named(old, new, columns)))
    if here is None:
        rows.found.starts[version.reference] = Touched(rows.ids)
        return
    wrong = _difference(here if old is None else old, new, columns=columns, ids=rows.ids)
    touched = _held(here, wrong, old=old)
    if not touched:
        return
    rows.found.starts[version.reference] = touched
    whole = rows.of(version.reference)
    if whole is not None and (new is not None or not columns):
        rows.found.after[version.reference] = _mended(whole, new, touched)


def _named(old: pd.DataFrame, new: pd.DataFrame | None, columns: Sequence[str]) -> list[str]:
    """The columns that can be wrong: those named; else all, if anything is there to compare with."""
    return list(columns) or ([] if new is None else list(old.columns))


def _present(version: Artifact, names: Sequence[str] | None) -> list[str] | None:
    """Those of the columns that a version has; None (all) where it does not say which it has."""
    known = version.facts.get("columns")
    return None if known is None or names is None else [name for name in names if name in known]


def _difference(before: pd.DataFrame, new: pd.DataFrame | None, *, columns: Sequence[str], ids: Ids) -> Difference:
    """What the recall says is wrong in `before`."""
    counts = {"before": len(before), "after": 0 if new is None else len(new)}
    if new is None:
        cells = {name: ids_of(before.index) for name in columns if name in before}
        return Difference(added=NO_IDS, removed=NO_IDS if columns else ids, changed=cells, **counts)
    found = difference(before, new)
    changed = {name: where for name, where in found.changed.items() if not columns or name in columns}
    return Difference(added=found.added, removed=found.removed, changed=changed, **counts)


def _held(here: pd.DataFrame, wrong: Difference, *, old: pd.DataFrame | None) -> Touched:
    """Which of what is wrong a version holds: the same cells, rows that should not be there, the lack of others."""
    present = ids_of(here.index)
    names = list(wrong.changed)
    base = here if old is None else old
    other = difference(*(one[[name for name in names if name in one]] for one in (base, here))).changed
    cells = {name: without(shared(ids, present), other.get(name, NO_IDS)) for name, ids in wrong.changed.items()}
    return Touched(joined(shared(wrong.removed, present), without(wrong.added, present)), cells)


def _mended(whole: pd.DataFrame, new: pd.DataFrame | None, touched: Touched) -> pd.DataFrame:
    """The touched rows as they should be: corrected cells in rows that stay, and the rows that were missing."""
    if new is None:
        return whole.iloc[:0]
    present = ids_of(whole.index)
    kept = rows_among(whole, without(shared(touched.ids, present), touched.whole)).copy()
    for name, ids in touched.cells.items():
        if name not in new:
            kept = kept.drop(columns=name)
        else:
            kept[name] = _put(kept[name] if name in kept else None, new.loc[ids, name], kept.index)
    missing = rows_among(new, without(touched.whole, present))
    return pd.concat([one for one in (kept, missing) if len(one)] or [kept]).sort_index()


def _put(column: pd.Series | None, values: pd.Series, index: pd.Index) -> pd.Series:
    """A column with some of its values replaced; of categories with other values only the values are kept."""
    rest = values.iloc[:0] if column is None else column[~column.index.isin(values.index)]
    parts = [one for one in (rest, values) if len(one)]
    if len({str(one.dtype) + str(getattr(one.dtype, "categories", "")) for one in parts}) > 1:
        parts = [_plain(one) for one in parts]
    return pd.concat(parts).reindex(index)


def _plain(column: pd.Series) -> pd.Series:
    return column.astype(column.cat.categories.dtype) if isinstance(column.dtype, pd.CategoricalDtype) else column

"""The rule *same key*: a row of the output rests on every row of the input, there or not, with its key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from lineage.brought import ALL_ROWS, NONE, UNREAD, Brought
from lineage.columns import Columns
from lineage.edges import Edge
from lineage.expected import expected
from lineage.idsets import NO_IDS, Ids, ids_of, joined, rows_among, without
from lineage.keys import Keys
from lineage.progress import Progress
from lineage.records import Rule
from lineage.touched import Touched


def same_key(progress: Progress, edge: Edge) -> Brought:
    """Find the rows of the output with a key that a touched row of the input has, or may have once corrected."""
    source, columns = progress.states[edge.input], Columns.of(edge.detail, key=edge.detail["on"]["input"])
    touched = source.touched
    if touched.everything:
        return _of_everything(progress, edge, columns)
    deciding = columns.deciding(touched)
    reading = without(columns.reading(touched), deciding)
    brought = Brought(open_ended=source.open_ended and columns.matter)
    if len(deciding):
        brought |= _deciding(progress, edge, deciding)
    if len(reading) and columns.gives != ():
        brought |= _reading(progress, edge, columns, reading)
    return brought


def _of_everything(progress: Progress, edge: Edge, columns: Columns) -> Brought:
    if columns.decides != frozenset():
        return ALL_ROWS
    if columns.reads == frozenset() or columns.gives == ():
        return NONE
    ids = progress.ids(edge.output)
    return UNREAD if ids is None else Brought(_values(progress, edge, columns, ids))


def _deciding(progress: Progress, edge: Edge, rows: Ids) -> Brought:
    """Find what rows of an input decide about: rows with their keys that are there, or may come."""
    keys, unknown = _keys(progress, edge, rows)
    found = _found(progress, edge, keys) if keys is not None else None
    if keys is None or found is None:
        return UNREAD
    named = joined(*(ids_of(table.index.to_numpy()) for table in found))
    chosen = any(each.input == edge.input for each in progress.direct_into(edge.output, Rule.SAME_ROW))
    if progress.contents.after(progress.reference(edge.output)) is not None:
        going = progress.going(edge.output, progress.coming(edge.input, rows)) if chosen else NO_IDS
        return Brought(Touched(joined(named, going)), open_ended=unknown)
    if chosen:
        return Brought(Touched(joined(named, rows, _with_keys(progress, edge, keys))), open_ended=unknown)
    told = keys.are_all_in((table, edge.detail["on"]["output"]) for table in found)
    return Brought(Touched(named), open_ended=unknown or not told)


def _reading(progress: Progress, edge: Edge, columns: Columns, rows: Ids) -> Brought:
    """Find the rows whose values are made from rows of an input."""
    keys, unknown = _keys(progress, edge, rows)
    found = _found(progress, edge, keys) if keys is not None else None
    if found is None:
        return UNREAD
    ids = joined(*(ids_of(table.index.to_numpy()) for table in found))
    return Brought(_values(progress, edge, columns, ids), open_ended=unknown)


def _keys(progress: Progress, edge: Edge, rows: Ids) -> tuple[Keys | None, bool]:
    """Give the keys that rows of the input have and may have; whether they may have others still."""
    names = edge.detail["on"]["input"]
    table = progress.contents.columns(progress.reference(edge.input), names)
    if table is None:
        return None, True
    new = expected(progress, edge.input, rows, names)
    return Keys([rows_among(table, rows), *new.frames], names), new.unknown


def _found(progress: Progress, edge: Edge, keys: Keys) -> list[pd.DataFrame] | None:
    """Give the rows of the output with these keys, as they stand and as they will be."""
    reference, names = progress.reference(edge.output), edge.detail["on"]["output"]
    table = progress.contents.columns(reference, names)
    if table is None:
        return None
    return list(_having(keys, [table, progress.contents.after(reference, names)], names))


def _with_keys(progress: Progress, edge: Edge, keys: Keys) -> Ids:
    """Give the rows of the input with these keys, one of which may come for another that goes."""
    reference, names = progress.reference(edge.input), edge.detail["on"]["input"]
    tables = [progress.contents.columns(reference, names), progress.contents.after(reference, names)]
    return joined(*(ids_of(table.index.to_numpy()) for table in _having(keys, tables, names)))


def _having(keys: Keys, tables: Sequence[pd.DataFrame | None], names: Sequence[str]) -> Iterator[pd.DataFrame]:
    for table in tables:
        if table is not None:
            yield table[keys.of(table, names)]


def _values(progress: Progress, edge: Edge, columns: Columns, ids: Ids) -> Touched:
    """Say that values of some rows are touched: in the columns made from the input, where they are known."""
    given = columns.given(output=progress.names(edge.output), input=progress.names(edge.input))
    if given is None:
        return Touched(ids)
    key = edge.detail["on"]["output"] if columns.gives is None else ()
    return Touched(NO_IDS, {name: ids for name in given if name not in key})

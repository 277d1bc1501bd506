"""The rule *pairs*: a row of the output rests on the rows of the input that a table pairs it with.

Linkage pairs by clusters: a row rests on all rows of its own cluster.
"""

from __future__ import annotations

import numpy as np

from lineage.brought import ALL_ROWS, NONE, UNREAD, Brought
from lineage.columns import Columns
from lineage.edges import Edge
from lineage.idsets import NO_IDS, Ids, ids_of, is_in, joined, rows_among, without
from lineage.keys import Keys
from lineage.progress import Progress
from lineage.touched import Touched


def paired(progress: Progress, edge: Edge) -> Brought:
    """Find the rows that touched rows of the input are paired with.

    A touched row that decides may be paired with rows yet to come, which nobody can name before the
    step is run again.
    """
    source, columns = progress.states[edge.input], Columns.of(edge.detail)
    if source.touched.everything:
        return ALL_ROWS
    table = progress.contents.columns(edge.detail["pairs"], [edge.detail["side"]])
    if table is None:
        return UNREAD
    partners = _Partners(table.index.to_numpy(), table[edge.detail["side"]].to_numpy("int64"), source.touched.ids)
    keys = edge.detail["on"]["input"] if "on" in edge.detail else ()
    deciding = joined(columns.deciding(source.touched), source.touched.whole, source.touched.of_columns(keys))
    more = progress.contents.after(progress.reference(edge.output)) is None
    more = more and bool(len(progress.coming(edge.input, deciding)))
    return Brought(_touched(progress, edge, columns, deciding, partners), more or source.open_ended)


class _Partners:
    """Which rows of an output are paired with which of some rows of an input."""

    def __init__(self, outputs: np.ndarray, sides: np.ndarray, rows: Ids) -> None:
        paired = is_in(sides, rows)
        self._outputs, self._sides = outputs[paired], sides[paired]

    def of(self, rows: Ids) -> Ids:
        return ids_of(self._outputs[is_in(self._sides, rows)])


def _touched(progress: Progress, edge: Edge, columns: Columns, deciding: Ids, partners: _Partners) -> Touched:
    touched, names = progress.states[edge.input].touched, progress.names(edge.output)
    cells = {name: partners.of(ids) for name, ids in columns.passed(touched, output=names).items()}
    reading = partners.of(without(columns.reading(touched), deciding))
    given = columns.given(output=names, input=progress.names(edge.input))
    whole = joined(partners.of(deciding), progress.added(edge.output)) if len(deciding) else NO_IDS
    if given is None:
        return Touched(joined(whole, reading), cells)
    return Touched(whole, cells | {name: joined(reading, cells.get(name, NO_IDS)) for name in given})


def clustered(progress: Progress, edge: Edge) -> Brought:
    """Find all rows of the clusters that touched rows are in, or will be in."""
    source, columns = progress.states[edge.input], Columns.of(edge.detail)
    if source.touched.everything:
        return ALL_ROWS
    rows = joined(columns.reading(source.touched), columns.deciding(source.touched))
    if not len(rows):
        return Brought(open_ended=source.open_ended) if columns.matter else NONE
    reference, name = progress.reference(edge.output), edge.detail["cluster"]
    table, after = progress.contents.columns(reference, [name]), progress.contents.after(reference, [name])
    if table is None:
        return UNREAD
    tables = [table] if after is None else [table, after]
    clusters = Keys([rows_among(each, rows) for each in tables], [name])
    found = joined(*(ids_of(each.index.to_numpy()[clusters.of(each, [name])]) for each in tables))
    more = after is None and bool(len(progress.coming(edge.input, rows)))
    return Brought(_members(columns, found), more or source.open_ended)


def _members(columns: Columns, rows: Ids) -> Touched:
    if columns.decides != frozenset() or columns.gives is None:
        return Touched(rows)
    return Touched(NO_IDS, dict.fromkeys(columns.gives, rows))

"""The rule *same row*: a row of the output rests on the row of the same id."""

from __future__ import annotations

from lineage.brought import ALL_ROWS, UNREAD, Brought
from lineage.columns import Columns
from lineage.edges import Edge
from lineage.idsets import NO_IDS, joined, shared, without
from lineage.progress import Progress
from lineage.touched import Touched


def same_row(progress: Progress, edge: Edge) -> Brought:
    """Find what an input's touched rows touch in the rows of the same ids, in the output or dropped from it."""
    source = progress.states[edge.input]
    if source.touched.everything:
        return _of_everything(progress, edge)
    carried = _carried(progress, edge, source.touched)
    possible = _possible(progress, edge, carried)
    if possible is None:
        return Brought(carried, source.open_ended, assumed=True)
    return Brought(possible, source.open_ended)


def _of_everything(progress: Progress, edge: Edge) -> Brought:
    """Every row; where tables were put together, those of the one that is touched."""
    if not progress.is_table(edge.input):
        return ALL_ROWS
    rows, made = progress.ids(edge.input), progress.ids(edge.output)
    if rows is None or made is None:
        return UNREAD
    own = shared(made, rows)
    if len(own) == len(made):
        return ALL_ROWS
    told = progress.contents.after(progress.reference(edge.output)) is not None
    return Brought(Touched(joined(own, progress.added(edge.output))), open_ended=not told)


def _carried(progress: Progress, edge: Edge, touched: Touched) -> Touched:
    columns, names = Columns.of(edge.detail), progress.names(edge.output)
    whole = joined(touched.whole, columns.deciding(touched))
    cells = columns.passed(touched, output=names)
    reading = without(columns.reading(touched), whole)
    given = columns.given(output=names, input=progress.names(edge.input)) if len(reading) else ()
    if given is None:
        return Touched(joined(whole, reading), cells)
    return Touched(whole, cells | {name: joined(reading, cells.get(name, NO_IDS)) for name in given})


def _possible(progress: Progress, edge: Edge, carried: Touched) -> Touched | None:
    """Leave out what cannot be: a dropped row stays dropped while nothing that decides is touched."""
    there = progress.there(edge.output, carried.ids)
    if there is None:
        return None
    back = progress.coming(edge.input, without(carried.whole, there))
    cells = {name: shared(ids, there) for name, ids in carried.cells.items()}
    return Touched(joined(shared(carried.whole, there), back), cells)

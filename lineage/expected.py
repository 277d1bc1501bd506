"""What touched rows will hold in some columns, where that follows from corrected values and recorded rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from lineage.columns import Columns
from lineage.edges import Edge
from lineage.idsets import NO_IDS, Ids, ids_of, is_in, joined, rows_among, shared, without
from lineage.progress import Progress
from lineage.records import Rule


@dataclass(slots=True)
class Expected:
    """Values that rows will or may hold, in tables of the columns asked for; `unknown`: some could hold any."""

    frames: list[pd.DataFrame] = field(default_factory=list)
    unknown: bool = False


def expected(progress: Progress, number: int, ids: Ids, names: Sequence[str]) -> Expected:
    """Find what these rows of a table may hold in columns, other than what they hold there now.

    Corrected values are taken where they are given. Elsewhere a column that came through as it was is
    looked for in the table it came from, all the way up.
    """
    found, asked, todo = Expected(), dict[int, Ids](), [(number, ids)]
    while todo:
        node, rows = todo.pop()
        rows = without(rows, asked.get(node, NO_IDS))
        if not len(rows):
            continue
        asked[node] = joined(rows, asked.get(node, NO_IDS))
        rows = _corrected(progress, node, rows, names, found)
        for edge in _passing(progress, node, names):
            part = rows[_from(progress, edge.input, rows)]
            todo.append((edge.input, part))
            rows = without(rows, part)
        _as_they_are(progress, node, rows, names, found)
    return found


def _corrected(progress: Progress, node: int, rows: Ids, names: Sequence[str], found: Expected) -> Ids:
    """Take what is known of rows that come or change; those of which nothing is known yet."""
    reference, own = progress.reference(node), progress.states[node].own
    after = progress.contents.after(reference, names)
    if after is None:
        wrong = rows if own.everything else shared(rows, own.of_columns(names))
        found.unknown |= bool(len(wrong))
        return without(rows, wrong)
    known = rows_among(after, rows)
    found.frames.append(known)
    if node not in progress.graph.starts.values():
        return NO_IDS
    return without(rows, joined(own.ids, ids_of(known.index.to_numpy())))


def _passing(progress: Progress, node: int, names: Sequence[str]) -> Iterator[Edge]:
    for edge in progress.direct_into(node, Rule.SAME_ROW):
        if Columns.of(edge.detail).passing(names):
            yield edge


def _from(progress: Progress, node: int, rows: Ids) -> np.ndarray:
    state, ids = progress.states[node], progress.ids(node)
    if ids is None or state.touched.everything:
        return np.ones(len(rows), dtype=bool)
    return is_in(rows, ids) | is_in(rows, state.touched.ids)


def _as_they_are(progress: Progress, node: int, rows: Ids, names: Sequence[str], found: Expected) -> None:
    """Take the values of rows that nothing changes in these columns; the others could hold any."""
    if not len(rows):
        return
    state = progress.states[node]
    table = progress.contents.columns(progress.reference(node), names) if progress.is_table(node) else None
    if table is None or state.touched.everything:
        found.unknown = True
        return
    changed = joined(*(came.of_columns(names) for edge, came in state.came if not _keeps(edge, names)))
    kept = rows_among(table, without(rows, changed))
    found.unknown |= len(kept) < len(rows)
    found.frames.append(kept)


def _keeps(edge: Edge, names: Sequence[str]) -> bool:
    """Whether what comes by an edge leaves these columns as they are: a group keeps the key it is known by."""
    on = edge.detail.get("on")
    return edge.rule is Rule.SAME_KEY and on is not None and set(names) <= set(on["output"])

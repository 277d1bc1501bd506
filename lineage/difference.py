"""What differs between two versions of a table: rows that came, rows that went, cells that changed.

Rows are the same where their ids are. A null equals a null, and a type of its own changes
nothing: 1 and 1.0, a text and a category of the same text are equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lineage.cells import each_column, in_one_piece
from lineage.comparison import unequal
from lineage.idsets import NO_IDS, Ids, ids_of, joined, rows_among
from lineage.tables import ROW, table_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Difference:
    """How a table differs from an earlier version, by row ids, ascending.

    `added` and `removed` are whole rows; `changed` holds, by column, the rows of both versions whose
    cell is another, and no column without any. `before` and `after` count the rows of each version.
    """

    added: Ids
    removed: Ids
    changed: Mapping[str, Ids]
    before: int
    after: int

    @property
    def touched(self) -> Ids:
        """All rows that came, went or changed in any column."""
        return joined(self.added, self.removed, *self.changed.values())

    @classmethod
    def together(cls, differences: Sequence[Difference]) -> Difference:
        """Take the differences of several tables, or several of one, as one."""
        columns = dict.fromkeys(column for one in differences for column in one.changed)
        return cls(
            added=joined(*(one.added for one in differences)),
            removed=joined(*(one.removed for one in differences)),
            changed={name: joined(*(one.changed.get(name, NO_IDS) for one in differences)) for name in columns},
            before=sum(one.before for one in differences),
            after=sum(one.after for one in differences),
        )


def difference(before: pd.DataFrame, after: pd.DataFrame, *, among: Ids | None = None) -> Difference:
    """Compare two versions of a table, row by row and cell by cell; their order counts for nothing.

    A column that one version alone has is changed in every row that both have. `among` are the ids of
    the rows that alone can differ, where that is known.

    Raises:
        NotDigestible: the index is not of integers, a column name is not text, is `row` or is there
            twice, or a column holds something Arrow cannot.
    """
    old, new = (table_of(one if among is None else rows_among(one, among)) for one in (before, after))
    aligned = _aligned(*(table.column(ROW).to_numpy() for table in (old, new)))
    names = list(dict.fromkeys([*before.columns, *after.columns]))
    pairs = [(_taken(old, name, aligned.old), _taken(new, name, aligned.new)) for name in names]
    places = each_column(_changed, pairs, rows=len(aligned.ids))
    changed = {name: ids_of(aligned.ids[where]) for name, where in zip(names, places, strict=True)}
    return Difference(
        added=aligned.added,
        removed=aligned.removed,
        changed={name: ids for name, ids in changed.items() if len(ids)},
        before=len(before),
        after=len(after),
    )


@dataclass(frozen=True, slots=True)
class _Aligned:
    """The rows that two tables share, and where they are in each; None: all of them, as they stand."""

    ids: np.ndarray
    old: np.ndarray | None
    new: np.ndarray | None
    added: Ids
    removed: Ids


def _aligned(old: np.ndarray, new: np.ndarray) -> _Aligned:
    if np.array_equal(old, new):
        return _Aligned(old, None, None, NO_IDS, NO_IDS)
    by_id = _ascending(old)
    ordered = old if by_id is None else old[by_id]
    places = np.searchsorted(ordered, new)
    places[places == len(ordered)] = 0
    both = ordered[places] == new if len(ordered) else np.zeros(len(new), dtype=bool)
    left = np.ones(len(ordered), dtype=bool)
    left[places[both]] = False
    found = places[both] if by_id is None else by_id[places[both]]
    return _Aligned(new[both], found, np.flatnonzero(both), ids_of(new[~both]), ids_of(ordered[left]))


def _ascending(ids: np.ndarray) -> np.ndarray | None:
    return None if (ids[1:] > ids[:-1]).all() else np.argsort(ids)


def _taken(table: pa.Table, name: str, places: np.ndarray | None) -> tuple[pa.Array | None, np.ndarray | None]:
    return (in_one_piece(table.column(name)) if name in table.column_names else None), places


def _changed(old: tuple[Any, Any], new: tuple[Any, Any]) -> Any:
    """Give where in the shared rows cells are others: places, or a slice that takes all of them."""
    if old[0] is None or new[0] is None:
        return slice(None)
    one, other = (column if places is None else column.take(pa.array(places)) for column, places in (old, new))
    return np.flatnonzero(unequal(one, other))

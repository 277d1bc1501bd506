"""Touched rows: as a whole, by cell, or everything."""

from __future__ import annotations

import numpy as np

from lineage.difference import difference
from lineage.touched import EVERYTHING, NOTHING, Touched
from tests.lineage.world import table


def ids(*rows: int) -> np.ndarray:
    """Make a set of row ids."""
    return np.array(rows, np.int64)


def test_a_difference_touches_whole_rows_and_cells() -> None:
    """Rows that came or went are touched as a whole, the others in the columns that changed."""
    found = Touched.of(difference(table({1: (1, 1), 2: (1, 1)}, "a b"), table({2: (1, 2), 3: (0, 0)}, "a b")))
    assert found.whole.tolist() == [1, 3]
    assert {name: rows.tolist() for name, rows in found.cells.items()} == {"b": [2]}
    assert found.ids.tolist() == [1, 2, 3]


def test_columns_narrow_what_is_touched() -> None:
    """A whole row is touched in any column, a cell in its own."""
    found = Touched(ids(5), {"a": ids(1, 2), "b": ids(2, 3)})
    assert found.of_columns(["a"]).tolist() == [1, 2, 5]
    assert found.of_columns(["a", "b", "z"]).tolist() == [1, 2, 3, 5]
    assert found.of_columns([]).tolist() == [5]
    assert found.of_columns(None).tolist() == [1, 2, 3, 5]


def test_two_joined_touch_what_either_touches() -> None:
    """Rows and cells of both, each once."""
    found = Touched(ids(1), {"a": ids(1, 2)}) | Touched(ids(4), {"a": ids(2, 3), "b": ids(9)})
    assert found.whole.tolist() == [1, 4]
    assert {name: rows.tolist() for name, rows in found.cells.items()} == {"a": [1, 2, 3], "b": [9]}
    assert (found | EVERYTHING).everything


def test_touching_no_row_touches_nothing() -> None:
    """A column without rows is none."""
    assert not NOTHING and not Touched(ids(), {"a": ids()})
    assert EVERYTHING and Touched(ids(1)) and Touched(cells={"a": ids(1)})
    assert dict(Touched(cells={"a": ids()}).cells) == {}

"""What a recall says is wrong is found in every version of its source, cell by cell."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from lineage.records import Recall
from lineage.touched import Touched
from pipeline.recall.faults import faults

from .conftest import Shelf, table

WRONG = {1: ("a", 10), 2: ("b", 20), 3: ("c", 30), 4: ("d", 40)}
RIGHT = {1: ("a", 11), 3: ("c", 30), 4: ("d", 40), 5: ("e", 50)}
"""Row 1 has another score, row 2 should not be there, row 5 is missing."""


def recalled(shelf: Shelf, **stated: Any) -> Recall:
    """Recall rows 1, 2 and 5 of the wrong version for the right one, unless told otherwise."""
    wrong, right = shelf.keep("ips", table(WRONG)), shelf.keep("ips", table(RIGHT))
    given = {"rows": [1, 2, 5], "version": wrong, "corrected": right, "columns": ["score"], **stated}
    return shelf.store.open_recall(source="ips", reason="listed by mistake", by="ann", **given)


def told(touched: Touched) -> tuple[list[int], dict[str, list[int]]]:
    """Rows touched as a whole, and cells by column."""
    assert not touched.everything
    return touched.whole.tolist(), {name: ids.tolist() for name, ids in touched.cells.items()}


def assert_rows(frame: pd.DataFrame, rows: dict[int, tuple[Any, ...]]) -> None:
    """Ids, values and types are those of `rows`."""
    pd.testing.assert_frame_equal(frame, table(rows, list(frame.columns)), check_dtype=bool(rows))


def test_the_recalled_version_is_wrong_where_the_corrected_one_differs(shelf: Shelf) -> None:
    """The changed cell, the row that should not be there, the one that is missing; the corrected one is right."""
    one = recalled(shelf)
    found = faults(shelf.store, shelf.tables, one)
    assert (list(found.starts), found.unread) == ([one.version], {})
    assert told(found.starts[one.version]) == ([2, 5], {"score": [1]})
    assert_rows(found.after[one.version], {1: ("a", 11), 5: ("e", 50)})


LATER = {
    "as wrong as before": (
        {1: ("a", 10), 2: ("b", 20), 6: ("f", 60)}, ([2, 5], {"score": [1]}), {1: ("a", 11), 5: ("e", 50)}
    ),
    "right by now": ({1: ("a", 11), 5: ("e", 50), 7: ("g", 70)}, None, None),
    "some third value": ({1: ("a", 12), 2: ("b", 21), 5: ("e", 55)}, ([2], {}), {}),
    "wrong, its key changed": ({1: ("z", 10), 5: ("e", 50)}, ([], {"score": [1]}), {1: ("z", 11)}),
    "without the row": ({5: ("e", 50), 7: ("g", 70)}, None, None),
}  # fmt: skip


@pytest.mark.parametrize("case", LATER)
def test_another_version_is_wrong_where_it_holds_the_same(shelf: Shelf, case: str) -> None:
    """Rows in which it is right, has another value or lacks the row are not touched."""
    rows, touched, after = LATER[case]
    one, later = recalled(shelf), shelf.keep("ips", table(rows))
    found = faults(shelf.store, shelf.tables, one)
    assert (told(found.starts[later]) if later in found.starts else None) == touched
    if touched:
        assert_rows(found.after[later], after)


def test_only_rows_of_the_recall_are_wrong(shelf: Shelf) -> None:
    """Versions may differ elsewhere for good reasons."""
    one = recalled(shelf, rows=[2])
    assert told(faults(shelf.store, shelf.tables, one).starts[one.version]) == ([2], {})


def test_without_a_version_rows_are_wrong_wherever_they_differ(shelf: Shelf) -> None:
    """Whatever value a version has, it is not the corrected one."""
    one, later = recalled(shelf, version=""), shelf.keep("ips", table({1: ("a", 12), 5: ("q", 50)}))
    found = faults(shelf.store, shelf.tables, one)
    assert told(found.starts[later]) == ([], {"score": [1]})
    assert len(found.starts) == 2


def test_withdrawn_rows_are_wrong_as_a_whole_wherever_they_are(shelf: Shelf) -> None:
    """Nothing should be in their place."""
    one, later = recalled(shelf, corrected="", columns=[]), shelf.keep("ips", table({2: ("b", 21), 8: ("h", 80)}))
    found = faults(shelf.store, shelf.tables, one)
    assert {reference: told(touched) for reference, touched in found.starts.items()} == {
        later: ([2], {}), one.version: ([1, 2], {}), shelf.store.versions("dataset", "ips")[1].reference: ([1, 5], {}),
    }  # fmt: skip
    assert [len(frame) for frame in found.after.values()] == [0, 0, 0]


def test_wrong_columns_of_which_nobody_knows_the_right_values(shelf: Shelf) -> None:
    """Their cells are touched where they hold the same, and what they should be is left open."""
    one = recalled(shelf, corrected="", columns=["score"])
    found = faults(shelf.store, shelf.tables, one)
    assert {reference: told(touched) for reference, touched in found.starts.items()} == {
        one.version: ([], {"score": [1, 2]})
    }
    assert found.after == {}


def test_a_column_that_came_or_went_is_corrected_too(shelf: Shelf) -> None:
    """Rows as they should be have the columns of the corrected version."""
    old = shelf.keep("ips", table({1: ("a", 10)}))
    new = shelf.keep("ips", table({1: ("a", 3)}, ["ip", "rank"]))
    one = recalled(shelf, rows=[1], version=old, corrected=new, columns=[])
    found = faults(shelf.store, shelf.tables, one, among=[old])
    assert told(found.starts[old]) == ([], {"score": [1], "rank": [1]})
    assert_rows(found.after[old], {1: ("a", 3)})
    assert list(found.after[old].columns) == ["ip", "rank"]


def test_categories_may_be_others(shelf: Shelf) -> None:
    """A corrected value that the version's categories lack is there all the same."""
    old, new = table({1: ("a", 1), 2: ("b", 2)}), table({1: ("z", 1), 2: ("b", 2)})
    versions = [shelf.keep("ips", frame.astype({"ip": "category"})) for frame in (old, new)]
    later = shelf.keep("ips", table({1: ("a", 7)}).astype({"ip": "category"}))
    one = recalled(shelf, rows=[1], version=versions[0], corrected=versions[1], columns=["ip"])
    found = faults(shelf.store, shelf.tables, one)
    assert found.after[later].to_dict("index") == {1: {"ip": "z", "score": 7}}


def test_only_the_versions_asked_for_are_looked_at(shelf: Shelf) -> None:
    """Bytes of others are not read."""
    one, later = recalled(shelf), shelf.keep("ips", table({1: ("a", 10)}))
    shelf.lose(later)
    found = faults(shelf.store, shelf.tables, one, among=[one.version, one.corrected, "dataset/other@00"])
    assert (list(found.starts), found.unread) == ([one.version], {})


@pytest.mark.parametrize(("is_deleted", "why"), [(False, "is gone"), (True, "asked to")])
def test_a_version_that_cannot_be_read_counts_as_wrong_in_all_rows(shelf: Shelf, is_deleted: bool, why: str) -> None:
    """It is named with the reason, whether its bytes are lost or were deleted on purpose."""
    one, later = recalled(shelf), shelf.keep("ips", table({7: ("g", 70)}))
    shelf.lose(later)
    if is_deleted:
        shelf.store.forgotten(later, "asked to")
    found = faults(shelf.store, shelf.tables, one)
    assert told(found.starts[later]) == ([1, 2, 5], {})
    assert list(found.unread) == [later] and why in found.unread[later] and later not in found.after


def test_without_the_recalled_bytes_all_that_differs_from_the_right_ones_is_wrong(shelf: Shelf) -> None:
    """A third value counts as wrong then."""
    one, later = recalled(shelf), shelf.keep("ips", table(LATER["some third value"][0]))
    shelf.lose(one.version)
    found = faults(shelf.store, shelf.tables, one)
    assert told(found.starts[later]) == ([2], {"score": [1, 5]})
    assert told(found.starts[one.version]) == ([1, 2, 5], {}) and list(found.unread) == [one.version]


def test_without_the_corrected_bytes_the_named_columns_are_wrong(shelf: Shelf) -> None:
    """Or the whole rows, if none is named; what they should be is left open."""
    one = recalled(shelf)
    shelf.lose(one.corrected)
    found = faults(shelf.store, shelf.tables, one)
    assert told(found.starts[one.version]) == ([], {"score": [1, 2]})
    assert list(found.unread) == [one.corrected] and found.after == {}

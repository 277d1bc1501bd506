"""Two versions of a table are compared by row and by cell, whatever order or types they are kept in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.difference import Difference, difference
from lineage.errors import NotDigestible
from tests.lineage.world import table


def told(found: Difference) -> tuple[list[int], list[int], dict[str, list[int]]]:
    """Tell what came, went and changed, as plain lists."""
    return found.added.tolist(), found.removed.tolist(), {name: ids.tolist() for name, ids in found.changed.items()}


def test_rows_that_came_went_and_changed_are_told_apart() -> None:
    """Row 1 goes, row 4 comes, row 2 changes in one column and row 3 in none."""
    before = table({1: ("ann", 3), 2: ("bob", 4), 3: ("cy", None)}, "name age")
    after = table({2: ("bob", 5), 3: ("cy", None), 4: ("dee", 1)}, "name age")
    found = difference(before, after)
    assert told(found) == ([4], [1], {"age": [2]})
    assert (found.before, found.after, found.touched.tolist()) == (3, 3, [1, 2, 4])


def test_a_null_equals_a_null_and_nothing_else() -> None:
    """Row 1 keeps its null, row 2 loses a value, row 3 gains one; NaN of floats is a null."""
    before = pd.DataFrame({"x": [np.nan, 1.0, np.nan]}, index=pd.Index([1, 2, 3], name="row"))
    after = pd.DataFrame({"x": [np.nan, np.nan, 0.0]}, index=pd.Index([1, 2, 3], name="row"))
    assert told(difference(before, after)) == ([], [], {"x": [2, 3]})


def test_another_type_of_the_same_values_is_no_change() -> None:
    """1 and 1.0 are equal, "a" as text and as a category, an instant in two zones."""
    instant = pd.to_datetime(["2026-01-01T12:00Z"]).as_unit("us")
    before = pd.DataFrame({"n": pd.array([1], "Int64"), "t": ["a"], "at": instant}, index=pd.Index([1], name="row"))
    after = before.astype({"n": "float64", "t": "category"}).assign(at=instant.tz_convert("Asia/Tokyo"))
    assert told(difference(before, after)) == ([], [], {})


def test_whole_numbers_and_floats_are_compared_to_the_last_digit() -> None:
    """2**53 + 1 has no float of its own: it is not the float 2**53."""
    before = pd.DataFrame({"n": pd.array([2**53, 2**53 + 1], "Int64")}, index=pd.Index([1, 2], name="row"))
    after = pd.DataFrame({"n": [2.0**53, 2.0**53]}, index=pd.Index([1, 2], name="row"))
    assert told(difference(before, after)) == ([], [], {"n": [2]})


def test_numbers_truth_values_and_texts_are_never_equal() -> None:
    """1, True and "1" are three things; where both are null nothing changed."""
    index = pd.Index([1, 2], name="row")
    numbers = pd.DataFrame({"x": pd.array([1, None], "Int64")}, index=index)
    truths = pd.DataFrame({"x": pd.array([True, None], "boolean")}, index=index)
    texts = pd.DataFrame({"x": pd.array(["1", None], "str")}, index=index)
    for one, other in ((numbers, truths), (truths, texts), (texts, numbers)):
        assert told(difference(one, other)) == ([], [], {"x": [1]})


def test_the_sign_of_zero_counts() -> None:
    """0.0 and -0.0 are different content, as they are in a digest."""
    before, after = (pd.DataFrame({"x": [zero]}, index=pd.Index([1], name="row")) for zero in (0.0, -0.0))
    assert told(difference(before, after)) == ([], [], {"x": [1]})


def test_the_sign_of_zero_counts_in_categories() -> None:
    """Categories 0.0 and -0.0 stand for different content, though they are equal as numbers."""
    index = pd.Index([1, 2], name="row")
    before, after = (pd.DataFrame({"x": pd.Categorical([zero, 1.0], [zero, 1.0])}, index) for zero in (0.0, -0.0))
    assert told(difference(before, after)) == ([], [], {"x": [1]})


@pytest.mark.parametrize("kind", [pa.list_(pa.float64()), pa.struct([("x", pa.float64())])], ids=str)
def test_the_sign_of_zero_counts_within_a_cell(kind: pa.DataType) -> None:
    """Lists and structs of 0.0 and -0.0 are different content, as they are in a digest; NaN is one content."""
    first, second = ({"x": value} if pa.types.is_struct(kind) else [value] for value in (0.0, -0.0))
    nan = {"x": np.nan} if pa.types.is_struct(kind) else [np.nan]
    tables = [
        pd.DataFrame(
            {"x": pd.array(pa.array(cells, kind), pd.ArrowDtype(kind))}, index=pd.Index([1, 2, 3], name="row")
        )
        for cells in ([first, first, nan], [second, first, nan])
    ]
    assert told(difference(*tables)) == ([], [], {"x": [1]})


def test_categories_compare_by_what_they_stand_for() -> None:
    """Other codes for the same values change nothing; another value does."""
    index = pd.Index([1, 2, 3], name="row")
    before = pd.DataFrame({"c": pd.Categorical(["a", "b", None], categories=["a", "b"])}, index=index)
    after = pd.DataFrame({"c": pd.Categorical(["a", "a", None], categories=["b", "a"])}, index=index)
    assert told(difference(before, after)) == ([], [], {"c": [2]})


def test_lists_compare_cell_by_cell() -> None:
    """Columns of a type that Arrow does not compare are compared value by value."""
    import pyarrow as pa

    dtype, index = pd.ArrowDtype(pa.list_(pa.int64())), pd.Index([1, 2], name="row")
    before, after = (pd.DataFrame({"l": pd.array(cells, dtype)}, index=index) for cells in ([[1], [2]], [[1], [2, 3]]))
    assert told(difference(before, after)) == ([], [], {"l": [2]})


def test_a_column_on_one_side_alone_is_changed_in_every_shared_row() -> None:
    """Nobody can say that a column that is gone has kept its values."""
    before, after = table({1: (1,), 2: (2,)}, "a"), table({2: (2,), 3: (3,)}, "b")
    assert told(difference(before, after)) == ([3], [1], {"a": [2], "b": [2]})


def test_the_order_of_rows_counts_for_nothing_and_ids_come_ascending() -> None:
    """Rows are found by their ids, wherever they stand."""
    before = table({5: (1,), 1: (2,), 9: (3,)}, "a")
    after = table({9: (4,), 5: (5,), 1: (2,), 7: (0,), 6: (0,)}, "a")
    assert told(difference(before, after)) == ([6, 7], [], {"a": [5, 9]})


def test_an_empty_version_has_only_rows_that_come_or_go() -> None:
    """Nothing is shared with nothing."""
    some, none = table({1: (1,)}, "a"), table({}, "a", a="Int64")
    assert told(difference(none, some)) == ([1], [], {})
    assert told(difference(some, none)) == ([], [1], {})
    assert told(difference(none, none)) == ([], [], {})


def test_what_is_no_table_of_rows_is_refused() -> None:
    """A table without row ids has nothing to be compared by."""
    with pytest.raises(NotDigestible, match="row ids"):
        difference(pd.DataFrame({"a": [1]}, index=["x"]), table({1: (1,)}, "a"))


cells = st.none() | st.integers(0, 2)
versions = st.dictionaries(st.integers(-5, 5), st.tuples(cells, cells), max_size=8)


@settings(max_examples=200, deadline=None)
@given(before=versions, after=versions)
def test_any_two_versions_compare_as_their_rows_do(
    before: dict[int, tuple[int | None, ...]], after: dict[int, tuple[int | None, ...]]
) -> None:
    """The same answer as looking every row up in a dictionary."""
    found = difference(*(table(rows, "a b", a="Int64", b="Int64") for rows in (before, after)))
    both = sorted(before.keys() & after.keys())
    changed = {
        name: [row for row in both if before[row][place] != after[row][place]] for place, name in enumerate("ab")
    }
    assert told(found) == (
        sorted(after.keys() - before.keys()),
        sorted(before.keys() - after.keys()),
        {name: rows for name, rows in changed.items() if rows},
    )

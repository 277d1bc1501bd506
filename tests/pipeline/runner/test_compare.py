"""Two results for the same rows are equal, equal but for the last bits, or different, and it is said how."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.runner.compare import differs


def frame(values=(1.0, 2.0, 3.0), *, dtype="float64", name="x", ids=(4, 5, 6)):
    """A table of one column."""
    return pd.DataFrame({name: pd.array(list(values), dtype=dtype)}, index=pd.Index(list(ids), name="row"))


@pytest.mark.parametrize(
    "dtype",
    [
        "str",
        "Int64",
        "float64",
        "boolean",
        "category",
        "datetime64[us]",
        "datetime64[us, UTC]",
        pd.ArrowDtype(pa.list_(pa.int64())),
    ],
    ids=str,
)
def test_nulls_alone_have_any_dtype(dtype):
    """Three rows without a text, as which nulls alone are kept, are three rows without anything else."""
    assert differs(frame([None] * 3, dtype="str"), frame([None] * 3, dtype=dtype)) is None


def test_equal_tables_do_not_differ():
    """Nulls in the same places are equal."""
    assert differs(frame([1, None, 3]), frame([1, None, 3])) is None
    assert differs(frame("aba", dtype="category"), frame("aba", dtype="category")) is None


def test_other_rows_are_named():
    """A row that is missing and one that is too much are both told, and so is the same row in another place."""
    found = differs(frame(ids=(4, 5, 7)), frame())
    assert "other rows" in found.broken and set(found.examples) == {"row 6", "row 7"}
    assert "other rows" in differs(frame(ids=(5, 4, 6)), frame()).broken


def test_other_columns_are_named():
    """A column under another name is another column."""
    found = differs(frame(name="y"), frame())
    assert "other columns" in found.broken and set(found.examples) == {"x", "y"}


def test_another_dtype_is_a_difference():
    """A whole number and the same as a float are not taken for one."""
    found = differs(frame([1, 2, 3], dtype="Int64"), frame())
    assert found.broken and found.examples == ("x: Int64 alone, float64 among all",)


def test_the_first_value_that_differs_is_told():
    """The row and both values are in the example."""
    found = differs(frame("abd", dtype="str"), frame("abc", dtype="str"))
    assert found.broken and found.examples == ("x: row 6 gives 'd' alone, 'c' among all",)


@pytest.mark.parametrize(("dtype", "value"), [("Int64", 1), ("boolean", True), ("str", "a"), ("float64", 1.0)])
def test_a_null_in_place_of_a_value_breaks(dtype, value):
    """In any type, on either side."""
    pair = frame([None, value, value], dtype=dtype), frame([value, value, value], dtype=dtype)
    for got, expected in (pair, pair[::-1]):
        found = differs(got, expected)
        assert found.broken and not found.batch_sensitive and "row 4" in found.examples[0]


@given(st.lists(st.floats(1e-3, 1e12), min_size=3, max_size=3), st.integers(0, 2))
def test_last_bits_are_told_from_other_numbers(values, place):
    """A number a few bits off differs with its batch alone; one a millionth off is another number."""
    near, far = list(values), list(values)
    near[place] = np.nextafter(near[place], np.inf)
    far[place] *= 1 + 1e-6
    close = differs(frame(near), frame(values))
    assert close.batch_sensitive and not close.broken
    assert differs(frame(far), frame(values)).broken


def test_one_column_that_breaks_is_enough():
    """Last bits in another column excuse nothing, and whole numbers have no last bits."""
    expected = frame().assign(n=pd.array([10**12, 2, 3], "Int64"))
    got = expected.assign(x=np.nextafter(expected["x"], 9.0), n=pd.array([10**12 + 1, 2, 3], "Int64"))
    for order in (["x", "n"], ["n", "x"]):
        found = differs(got[order], expected[order])
        assert found.broken and not found.batch_sensitive and len(found.examples) == 2
    assert differs(expected.assign(x=got["x"]), expected).batch_sensitive


def test_infinity_is_no_last_bit():
    """A number that ran over is another number, and infinities are equal to themselves."""
    assert differs(frame([np.inf, 2, 3]), frame()).broken
    assert differs(frame([np.inf, 2, 3]), frame([np.inf, 2, np.nextafter(3, 4)])).batch_sensitive


def test_lists_are_compared_one_by_one():
    """The second of two lists is another, and is the one that is named."""
    lists = pd.ArrowDtype(pa.list_(pa.int64()))
    one, other = (frame([[1], [2, last], None], dtype=lists) for last in (3, 4))
    assert differs(one, one.copy()) is None
    assert "row 5 gives" in differs(one, other).examples[0]

"""A column under a declared type is what its values are one by one."""

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.parsed import parsed
from pipeline.parsing import DTYPES, column_of, fits, parsed_value

TEXTS = st.one_of(
    st.none(),
    st.text(max_size=5),
    st.integers(-(2**70), 2**70).map(str),
    st.floats().map(repr),
    st.datetimes().map(str),
    st.datetimes(timezones=st.timezones()).map(datetime.datetime.isoformat),
    st.text("0123456789-:TZ+/ .", max_size=12),
    st.text("0123456789+-.eExX_ nai", max_size=8),
    st.sampled_from(["true", "No", " 1 ", "1.0", "NA", "2020-01-01T10:00Z", "٣", "1_0"]),
)


@given(st.lists(TEXTS, max_size=6), st.sampled_from(sorted(DTYPES)))
@settings(max_examples=300, deadline=None)
def test_a_column_of_text_is_read_as_its_cells_are(texts, kind):
    """The fast way over a whole column and the slow way cell by cell agree, also on what does not fit."""
    texts = [None if text is None else text.encode("utf-8", "replace").decode() for text in texts]
    result = parsed(pd.Series(texts, dtype="str"), kind)
    cells = [parsed_value(text, kind) for text in texts]
    assert result.wrong.tolist() == [not fits(cell) for cell in cells]
    expected = column_of([cell if fits(cell) else None for cell in cells], kind)
    pd.testing.assert_series_equal(result.values, expected, check_names=False)


@given(st.lists(st.none() | st.integers(-(2**53) + 1, 2**53 - 1), min_size=1, max_size=6))
@settings(max_examples=50, deadline=None)
def test_an_integer_is_the_same_in_every_form(numbers):
    """1, 1.0, "1", "1.0" and a column of floats because of a blank all read as the integer 1."""
    expected = pd.array(numbers, dtype="Int64")
    floats = [np.nan if number is None else float(number) for number in numbers]
    forms = [
        pd.Series(numbers, dtype=object),
        pd.Series(floats),
        pd.Series([None if n is None else str(n) for n in numbers], dtype="str"),
        pd.Series([None if n is None else f" {n}.0 " for n in numbers], dtype="str"),
        pd.Series(expected),
    ]
    for form in forms:
        result = parsed(form, "integer")
        assert not result.wrong.any() and result.values.array.equals(expected)


def test_wrong_rows_are_pointed_at_and_null():
    """The mask is true where a value does not fit, and only there."""
    result = parsed(pd.Series(["1", "x", None, "2.5"], index=[4, 5, 6, 7]), "integer")
    assert result.wrong.tolist() == [False, True, False, True]
    assert result.values.index.tolist() == [4, 5, 6, 7] and result.values.isna().tolist() == [False, True, True, True]


def test_values_of_a_category_are_in_order():
    """Two versions with the same words in another order of rows have one dtype."""
    left, right = (parsed(pd.Series(cells), "category").values.dtype for cells in (["b", "a"], ["a", "b"]))
    assert left == right == pd.CategoricalDtype(["a", "b"])


@pytest.mark.parametrize("kind", DTYPES)
def test_an_empty_column_has_its_dtype(kind):
    """No rows are no reason for another dtype."""
    for dtype in ("str", object, "float64"):
        values = parsed(pd.Series([], dtype=dtype), kind).values
        assert str(values.dtype) == DTYPES[kind]


@given(st.lists(st.floats(), max_size=6))
def test_numbers_stay_as_they_are(numbers):
    """A column of floats holds its values already, signs of zero, infinities and nulls too; the given one stays."""
    column = pd.Series(numbers, dtype="float64", index=range(3, 3 + len(numbers)))
    result = parsed(column, "number")
    assert not result.wrong.any() and [repr(value) for value in result.values] == [repr(value) for value in numbers]
    result.values.iloc[:1] = 7.5
    assert [repr(value) for value in column] == [repr(value) for value in numbers]

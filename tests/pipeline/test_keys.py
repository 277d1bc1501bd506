"""Keys: what may be matched with what, and words that are equal where keys are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Misuse
from pipeline.keys import key_kind, key_numbers, key_words, same_kinds

DAY = pd.ArrowDtype(pa.date32())
LISTS = pd.ArrowDtype(pa.list_(pa.int64()))


def frame(**columns):
    """A frame of columns given as (values, dtype)."""
    return pd.DataFrame({name: pd.Series(values, dtype=dtype) for name, (values, dtype) in columns.items()})


@pytest.mark.parametrize(
    ("dtype", "kind"),
    [
        ("Int64", "integer"),
        ("float64", "number"),
        ("boolean", "boolean"),
        ("str", "text"),
        ("datetime64[us]", "local datetime"),
        ("datetime64[us, UTC]", "datetime"),
        ("datetime64[us, Asia/Tokyo]", "datetime"),
        ("timedelta64[us]", "duration"),
        (DAY, "date"),
        (LISTS, ""),
        (pd.ArrowDtype(pa.decimal128(9, 2)), ""),
        (pd.CategoricalDtype(pd.Index(["a"], dtype="str")), "text"),
        (pd.CategoricalDtype(pd.Index([1, 2], dtype="int64")), "integer"),
    ],
)
def test_a_kind_is_what_values_are_whatever_the_column(dtype, kind):
    """A category of texts is text; lists and decimals are no keys."""
    assert key_kind(pd.Series([], dtype=dtype).dtype) == kind


@pytest.mark.parametrize(
    ("left", "right"),
    [("Int64", "float64"), ("Int64", "str"), ("boolean", "Int64"), ("datetime64[us]", "datetime64[us, UTC]")],
)
def test_kinds_that_would_lose_digits_are_never_matched(left, right):
    """9007199254740993 as a float is another number, and "07" is no 7."""
    both = frame(a=([], left), b=([], right))
    with pytest.raises(Misuse, match=r"different kinds.*a \(.*\) with b \(.*Convert"):
        same_kinds(both, both, {"a": "b"}, step="lookup")


def test_a_category_is_matched_with_its_values():
    """What a column is stored as does not matter: a category of texts meets texts."""
    both = frame(a=(["x"], "category"), b=(["x"], "str"))
    same_kinds(both, both, {"a": "b"}, step="lookup")
    assert (key_words(both, ["a"])[0] == key_words(both, ["b"])[0]).all()


def test_columns_that_cannot_be_keys_are_misuse():
    """A column that is not there, and one of lists, are named."""
    with pytest.raises(Misuse, match="not there.*nothing"):
        key_words(frame(a=([1], "Int64")), ["nothing"])
    with pytest.raises(Misuse, match="cannot be known by"):
        key_words(frame(a=([[1]], LISTS)), ["a"])


@given(st.lists(st.tuples(st.none() | st.integers(-5, 5), st.none() | st.sampled_from(["", "a", "b"]))))
def test_words_are_equal_just_where_keys_are(rows):
    """Over few values, two rows have one word exactly if all columns are equal; a null is in no key."""
    table = frame(n=([n for n, _ in rows], "Int64"), t=([t for _, t in rows], "str"))
    words, null = key_words(table, ["n", "t"])
    assert null.tolist() == [None in row for row in rows]
    whole = [(row, word) for row, word, gone in zip(rows, words.tolist(), null, strict=True) if not gone]
    assert all((one == two) == (word == other) for one, word in whole for two, other in whole)


def test_the_order_of_columns_counts():
    """(1, 2) and (2, 1) are two keys."""
    table = frame(a=([1, 2], "Int64"), b=([2, 1], "Int64"))
    words, _ = key_words(table, ["a", "b"])
    assert words[0] != words[1]


@pytest.mark.parametrize(
    ("values", "dtype", "same"),
    [
        ([0.0, -0.0, 1.5], "float64", [True, False]),
        ([2**53 + 1, 2**53 + 1, 2**53], "Int64", [True, False]),
        (
            [pd.Timestamp("2026-01-01T12:00Z"), pd.Timestamp("2026-01-01T21:00+09:00"), pd.Timestamp(0, tz="UTC")],
            "datetime64[us, UTC]",
            [True, False],
        ),
        (pd.to_datetime(["2026-01-01", "2026-01-01", "2026-01-02"]).date, DAY, [True, False]),
        ([True, True, False], "boolean", [True, False]),
    ],
)
def test_words_of_every_kind(values, dtype, same):
    """The second value is the first, the third is another."""
    words, null = key_words(frame(a=(values, dtype)), ["a"])
    assert [words[1] == words[0], words[2] == words[0]] == same and not null.any()


def test_whole_numbers_have_one_word_as_integers_and_as_floats():
    """A column of integers that became floats for a null keeps the words of its values."""
    as_float, _ = key_words(frame(a=([1.0, -7.0, np.nan], "float64")), ["a"])
    as_integer, _ = key_words(frame(a=([1, -7, None], "Int64")), ["a"])
    assert as_float[:2].tolist() == as_integer[:2].tolist()


def test_times_mean_instants_in_any_zone():
    """Tokyo's 21 o'clock is noon in UTC."""
    noon = frame(a=([pd.Timestamp("2026-01-01T12:00Z")], "datetime64[us, UTC]"))
    tokyo = frame(a=([pd.Timestamp("2026-01-01T21:00+09:00")], "datetime64[us, Asia/Tokyo]"))
    assert key_words(noon, ["a"])[0] == key_words(tokyo, ["a"])[0]


def test_no_rows_have_no_words():
    """An empty table is no special case."""
    assert [len(each) for each in key_words(frame(a=([], "str"), b=([], "Int64")), ["a", "b"])] == [0, 0]


KEYS = st.tuples(st.sampled_from("uvwé"), st.integers(0, 3), st.sampled_from([0.0, -0.0, 1.5]), st.sampled_from("ab"))


@given(st.lists(KEYS, max_size=40), st.integers(1, 4))
def test_equal_keys_have_one_number(rows, columns):
    """Numbers are those from 0, each with a row that has it, and two rows have one where all values are equal."""
    dtypes = ["str", "Int64", "float64", pd.CategoricalDtype(["b", "a"])][:columns]
    keys = [row[:columns] for row in rows]
    table = pd.DataFrame({n: pd.Series([key[n] for key in keys], dtype=dtype) for n, dtype in enumerate(dtypes)})
    numbers, places = key_numbers(table)
    assert sorted(set(numbers)) == list(range(len(set(keys)))) and numbers[places].tolist() == sorted(set(numbers))
    for key, number in zip(keys, numbers, strict=True):
        assert {other for other, its in zip(keys, numbers, strict=True) if its == number} == {key}

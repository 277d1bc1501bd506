"""Rows are found by their keys, whatever types the columns have; null is no key."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.keys import Keys, numbered, plain
from tests.lineage.world import table

CITIES = table({1: ("Oslo", 1), 2: ("Rome", 2), 3: (None, 1), 4: ("Oslo", 2), 5: ("Rome", None)}, "city n")


def found(keys: Keys, frame: pd.DataFrame, *columns: str) -> list[int]:
    """Give the rows that have one of the keys."""
    return frame.index[keys.of(frame, columns)].tolist()


def test_a_row_with_a_key_is_found() -> None:
    """Rows 1 and 4 are in Oslo; nobody is in Paris."""
    keys = Keys([table({9: ("Oslo",), 8: ("Paris",)}, "place")], ["place"])
    assert found(keys, CITIES, "city") == [1, 4]
    assert not keys.are_all_in([(CITIES, ["city"])])
    assert Keys([table({9: ("Oslo",)}, "place")], ["place"]).are_all_in([(CITIES, ["city"])])


def test_null_matches_nothing() -> None:
    """A key with a null in any column is none, on either side."""
    keys = Keys([table({9: (None, 1), 8: ("Rome", 2)}, "place n", place="str")], ["place", "n"])
    assert found(keys, CITIES, "city", "n") == [2]
    assert not Keys([table({9: (None,)}, "place", place="str")], ["place"])


def test_several_columns_match_together() -> None:
    """Oslo 1 and Rome 2 are keys; Oslo 2 is made of parts of both, and none."""
    keys = Keys([table({9: ("Oslo", 1)}, "p q"), table({8: ("Rome", 2)}, "p q")], ["p", "q"])
    assert found(keys, CITIES, "city", "n") == [1, 2]
    assert not keys.are_all_in([(CITIES[:1], ["city", "n"])])


@pytest.mark.parametrize("dtype", ["str", "category"])
def test_texts_and_categories_are_the_same_keys(dtype: str) -> None:
    """What a category stands for counts, alone and beside another column."""
    keys = Keys([table({9: ("Oslo", 2)}, "p q", p="category")], ["p", "q"])
    assert found(keys, CITIES.astype({"city": dtype}), "city", "n") == [4]
    assert found(Keys([table({9: ("Rome",)}, "p", p=dtype)], ["p"]), CITIES.astype({"city": "category"}), "city") == [
        2,
        5,
    ]


def test_whole_numbers_meet_floats() -> None:
    """1 and 1.0 are one key."""
    floats = CITIES.astype({"n": "float64"})
    assert found(Keys([CITIES[:1]], ["n"]), floats, "n") == [1, 3]
    assert found(Keys([CITIES[:1], floats[:1]], ["n"]), CITIES, "n") == [1, 3]


def test_instants_meet_in_any_zone() -> None:
    """Noon in Greenwich is an hour later in Berlin."""
    noon = pd.DataFrame({"at": pd.to_datetime(["2026-01-01T12:00Z"]).as_unit("us")}, index=[1])
    berlin = pd.DataFrame({"at": noon["at"].dt.tz_convert("Europe/Berlin")})
    assert found(Keys([noon], ["at"]), berlin, "at") == [1]
    assert found(Keys([noon, berlin], ["at"]), berlin, "at") == [1]


DAY, UTC = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-01", tz="UTC")


@pytest.mark.parametrize(
    ("dtype", "cells"),
    [
        ("Int64", [2**62 + 1, None, 2**62, 2**62 + 1]),
        ("float64", [0.0, None, 0.5, -0.0]),
        ("str", ["é", None, "e", "é"]),
        ("category", ["é", None, "e", "é"]),
        ("boolean", [True, None, False, True]),
        ("datetime64[us]", [DAY, None, DAY + pd.Timedelta("1us"), DAY]),
        ("datetime64[us, UTC]", [UTC, None, UTC + pd.Timedelta("1us"), UTC]),
        ("timedelta64[us]", [pd.Timedelta("1us"), None, pd.Timedelta("2us"), pd.Timedelta("1us")]),
        (pd.ArrowDtype(pa.date32()), [DAY.date(), None, DAY.date() + timedelta(1), DAY.date()]),
    ],
)
def test_one_key_finds_what_it_finds_among_others(dtype: object, cells: list[object]) -> None:
    """The first and the last row have the key; with the third row's key beside it it finds them too."""
    frame = pd.DataFrame({"key": pd.Series(cells, dtype=dtype)})
    assert found(Keys([frame[:1]], ["key"]), frame, "key") == [0, 3]
    assert found(Keys([frame[:1], frame[2:3]], ["key"]), frame, "key") == [0, 2, 3]


def test_what_cannot_be_compared_is_taken_to_match() -> None:
    """A text may stand for any number: too many rows are told rather than too few."""
    assert found(Keys([table({9: ("1",)}, "p")], ["p"]), CITIES, "n") == [1, 2, 3, 4]
    assert found(Keys([table({9: ("Oslo", "1")}, "p q")], ["p", "q"]), CITIES, "city", "n") == [1, 4]


def test_no_key_finds_no_row() -> None:
    """Nothing of nothing."""
    assert not Keys([], ["city"])
    assert found(Keys([], ["city"]), CITIES, "city") == []
    assert found(Keys([CITIES], ["city"]), CITIES[:0], "city") == []


values = st.tuples(st.none() | st.integers(0, 3), st.none() | st.sampled_from("abc"))


@settings(max_examples=200, deadline=None)
@given(rows=st.lists(values, max_size=9), keys=st.lists(values, max_size=5))
def test_any_keys_find_the_rows_that_equal_them(rows: list[tuple[object, ...]], keys: list[tuple[object, ...]]) -> None:
    """The same rows as comparing every row with every key."""
    frame, known = (table(dict(enumerate(each)), "n t", n="Int64", t="str") for each in (rows, keys))
    wanted = [place for place, row in enumerate(rows) if None not in row and row in keys]
    assert found(Keys([known], ["n", "t"]), frame, "n", "t") == wanted


def test_keys_of_two_tables_are_numbered_alike() -> None:
    """1 meets 1.0 and text its category, in both columns at once; a null is no key."""
    one = pd.DataFrame({"n": pd.array([1, 1, 2, None], "Int64"), "t": pd.array(["a", "b", "a", "a"], "str")})
    other = pd.DataFrame({"m": [2.0, 1.0], "u": pd.Categorical(["a", "a"])})
    mine, its = numbered(one, ["n", "t"], other, ["m", "u"])
    assert (mine[0], mine[2], mine[3]) == (its[1], its[0], -1) and mine[1] not in (*its, -1)


@pytest.mark.parametrize("cells", [[1, None, 2], [True, None, False]])
def test_a_category_with_a_null_is_numbered(cells: list[object]) -> None:
    """Whole numbers and truths have no null of their own: it is still no key."""
    one, other = (pd.DataFrame({"k": pd.Categorical(each)}) for each in (cells, cells[::-1]))
    mine, its = numbered(one, ["k"], other, ["k"])
    assert (mine[1], its[1]) == (-1, -1) and (mine[0], mine[2]) == (its[2], its[0]) and mine[0] != mine[2]


def test_plain_gives_a_categorys_values_with_their_nulls():
    """Codes become values, in a dtype that holds nulls."""
    column = pd.Series(pd.Categorical([2, None, 1], categories=[1, 2]))
    assert plain(column).tolist() == [2, pd.NA, 1] and plain(column).dtype == "Int64"

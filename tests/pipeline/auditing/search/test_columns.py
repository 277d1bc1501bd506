"""Columns as codes: every kind of metadata makes conditions people can read, and what cannot is named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.auditing.search.columns import columns_of, reveals


def counted(values: object, *, min_rows: int = 1) -> dict[str, int]:
    """Code one column `x`; the rows under each of its conditions, in words."""
    [column], _ = columns_of(pd.DataFrame({"x": values}), min_rows=min_rows)
    counts = np.bincount(column.codes, minlength=len(column.conditions) + 1)[1:].tolist()
    return dict(zip(map(str, column.conditions), counts, strict=True))


def refused(values: object, *, min_rows: int = 1) -> str:
    """Why the column `x` is left out."""
    columns, left_out = columns_of(pd.DataFrame({"x": values}), min_rows=min_rows)
    assert not columns
    return left_out["x"]


@pytest.mark.parametrize(
    ("values", "conditions"),
    [
        (pd.array(["b", "a", "b", None, ""], dtype="str"), {"x = empty text": 1, "x = a": 1, "x = b": 2,
                                                            "x is missing": 1}),
        (pd.array([2, 1, 2, None], dtype="Int64"), {"x = 1": 1, "x = 2": 2, "x is missing": 1}),
        ([0.5, 2.0, 0.5], {"x = 0.5": 2, "x = 2": 1}),
        (pd.array([True, False, None], dtype="boolean"), {"x = False": 1, "x = True": 1, "x is missing": 1}),
        (pd.Categorical(["s", "l", "s"], ["s", "l", "unused"]), {"x = s": 2, "x = l": 1}),
        ([float("inf"), 1.0, 1.0], {"x = 1": 2, "x is missing": 1}),
    ],
)  # fmt: skip
def test_few_values_are_conditions(values: object, conditions: dict[str, int]) -> None:
    """Each value is a condition, and so is a missing one; an infinite number counts as missing."""
    assert counted(values) == conditions


def test_many_numbers_become_ranges() -> None:
    """100 different numbers, 0 to 99, are cut into five ranges of 20; every row is in one."""
    values = np.random.default_rng(0).permutation(np.arange(100.0)) + 0.5
    assert counted([*values, np.nan]) == {
        "x under 20.5": 20, "x from 20.5 to under 40.5": 20, "x from 40.5 to under 60.5": 20,
        "x from 60.5 to under 80.5": 20, "x from 80.5": 20, "x is missing": 1,
    }  # fmt: skip


def test_the_lowest_number_may_be_a_range_by_itself() -> None:
    """90 rows of 0 are one range, and the 25 other numbers are cut into five of their own."""
    assert counted([0.0] * 90 + [*np.arange(1.0, 26)]) == {
        "x under 1": 90, "x from 1 to under 6": 5, "x from 6 to under 11": 5, "x from 11 to under 16": 5,
        "x from 16 to under 21": 5, "x from 21": 5,
    }  # fmt: skip


def test_many_equal_numbers_make_fewer_ranges() -> None:
    """Where many rows hold the same number, ranges that would be empty are not made."""
    assert counted([9.0] * 90 + [*np.arange(10.0, 31), *np.arange(-20.0, 0)]) == {"x under 9": 20, "x from 9": 111}


def test_times_become_ranges() -> None:
    """Times are cut into ranges as well, whatever their zone."""
    times = pd.date_range("2026-01-01", periods=50, freq="D", tz="UTC")
    assert list(counted(times))[:2] == [
        "x under 2026-01-11 00:00:00",
        "x from 2026-01-11 00:00:00 to under 2026-01-21 00:00:00",
    ]


def test_what_has_too_few_rows_is_no_condition() -> None:
    """A value of two rows makes no condition where three are asked for."""
    assert counted(["a"] * 3 + ["b"] * 2 + ["c"] * 4, min_rows=3) == {"x = a": 3, "x = c": 4}


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([f"user {n}" for n in range(101)], "101 different values, an identifier or free text (at most 100)"),
        (list(range(1000, 1101)), "101 whole numbers, no two alike: an identifier"),
        (["a"] * 9, "the same in every row"),
        ([None] * 9, "the same in every row"),
        (["a", "b", "c"], "no value has 2 rows"),
        ([{}, [], {}], "its values cannot be compared"),
    ],
)
def test_what_cannot_be_searched_is_named(values: object, reason: str) -> None:
    """Identifiers, free text and what does not vary are left out, with the reason."""
    assert refused(values, min_rows=2) == reason


def test_named_columns_only() -> None:
    """Only the named columns are coded; the excluded and those that are not stored are said to be so."""
    rows = pd.DataFrame({"line": [1, 2], "factory": [1, 2], "shift": [1, 2]})
    columns, left_out = columns_of(rows, columns=("line", "factry", "shift"), exclude=("shift",), min_rows=1)
    assert [column.name for column in columns] == ["line"]
    assert left_out == {"factry": "not stored; did you mean 'factory'?", "shift": "excluded"}


def test_what_says_the_answer_is_no_metadata() -> None:
    """A column whose every value stands for one class gives the truth away; one mixed value, and it does not."""
    rows = pd.DataFrame({"reason": ["late", "debt", "none", "none"]})
    [column], _ = columns_of(rows, min_rows=1)
    assert reveals(column, np.array([1, 1, 0, 0])) and not reveals(column, np.array([1, 1, 0, 1]))

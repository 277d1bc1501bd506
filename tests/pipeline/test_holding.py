"""Conditions asked of rows: yes, no, or not known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.holding import columns_of, holds, incomparable

ROWS = pd.DataFrame(
    {
        "age": pd.Series([20, 30, None, 40], dtype="Int64"),
        "town": pd.Series(["A", None, "B", "A"], dtype="str"),
        "kind": pd.Categorical(["x", "y", None, "x"]),
        "day": pd.to_datetime(["2024-01-01", "2024-06-01", None, "2025-01-01"]),
        "at": pd.to_datetime(["2024-01-01", "2024-06-01", None, "2025-01-01"]).tz_localize("Europe/Paris"),
    }
).set_axis([7, 8, 9, 10])
NULL = None


def asked(condition: str, frame: pd.DataFrame) -> list[bool | None]:
    """The answer of each row, None where it is not known."""
    return [None if answer is pd.NA else bool(answer) for answer in holds(condition, frame)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("age >= 30", [False, True, NULL, True]),
        ('town != "A"', [False, NULL, True, False]),
        ('town in ["A", "C"]', [True, NULL, False, True]),
        ('town not in ["A"]', [False, NULL, True, False]),
        ('kind == "x"', [True, False, NULL, True]),
        ("town is None", [False, True, False, False]),
        ("20 < age < 40", [False, True, NULL, False]),
        ('age > 25 and town == "A"', [False, NULL, False, True]),
        ('age > 25 or town == "B"', [False, True, True, True]),
        ('day >= "2024-06-01"', [False, True, NULL, True]),
        ('at < "2024-06-01"', [True, False, NULL, False]),
    ],
)
def test_every_row_is_asked(condition: str, expected: list) -> None:
    """A null is neither equal nor different; what it is joined to may settle the answer all the same."""
    assert asked(condition, ROWS) == expected
    assert holds(condition, ROWS).index.tolist() == [7, 8, 9, 10]


@given(st.lists(st.one_of(st.none(), st.integers(-3, 3)), max_size=20), st.integers(-3, 3))
def test_as_row_by_row(values: list, bound: int) -> None:
    """Whole columns are asked as each value by itself would be."""
    frame = pd.DataFrame({"x": pd.Series(values, dtype="Int64")})
    expected = [NULL if value is None else value < bound or value == 3 for value in values]
    assert asked(f"x < {bound} or x == 3", frame) == expected


def test_numbers_are_not_compared_with_text() -> None:
    """A comparison that no value can meet is named, instead of holding for no row."""
    assert incomparable("age == 'old'", ROWS) == "age (Int64) is compared with 'old'"
    assert incomparable("town == 3", ROWS) == "town (str) is compared with 3"
    assert incomparable("age > 3 and town == 'A' and day > '2024-01-01'", ROWS) == ""


def test_columns_are_listed_once() -> None:
    """The columns a condition reads, in its order."""
    assert columns_of("b > 1 and a < 2 or b is None") == ["b", "a"]


def test_arrays_of_numpy_bools() -> None:
    """A column of plain truth values is compared as one."""
    assert holds("yes == True", pd.DataFrame({"yes": np.array([True, False])})).tolist() == [True, False]

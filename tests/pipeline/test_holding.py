"""Conditions asked of rows: yes, no, or not known."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import Misuse
from pipeline.holding import holding, holds, unaskable

ROWS = pd.DataFrame(
    {
        "age": pd.Series([20, 30, None, 40], dtype="Int64"),
        "limit": [25.0, 25.0, 25.0, np.nan],
        "town": pd.Series(["A", None, "B", "A"], dtype="str"),
        "old town": pd.Series(["A", "A", "A", "B"], dtype="str"),
        "kind": pd.Categorical(["x", "y", None, "x"]),
        "size": pd.Categorical(["small", "large", None, "medium"], ["small", "medium", "large"], ordered=True),
        "rank": pd.Categorical([1, 2, None, 2]),
        "late": pd.array([True, False, None, True], dtype="boolean"),
        "day": pd.to_datetime(["2024-01-01", "2024-06-01", None, "2025-01-01"]),
        "at": pd.to_datetime(["2024-01-01", "2024-06-01", None, "2025-01-01"]).tz_localize("Europe/Paris"),
        "took": pd.to_timedelta(["1h", "2h", None, "3h"]),
        "date": pd.array(
            [datetime.date(2024, 1, 1), datetime.date(2024, 6, 1), None, datetime.date(2025, 1, 1)],
            dtype=pd.ArrowDtype(pa.date32()),
        ),
        "price": pd.array(
            [Decimal("1.50"), Decimal("2.00"), None, Decimal("3.00")], dtype=pd.ArrowDtype(pa.decimal128(10, 2))
        ),
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
        ("30 <= age", [False, True, NULL, True]),
        ('town != "A"', [False, NULL, True, False]),
        ('town in ["A", "C"]', [True, NULL, False, True]),
        ('town not in ["A"]', [False, NULL, True, False]),
        ("age in [20, 30.5]", [True, False, NULL, False]),
        ('kind == "x"', [True, False, NULL, True]),
        ('kind > "x"', [False, True, NULL, False]),
        ('size > "small"', [False, True, NULL, True]),
        ('size == "huge"', [False, False, NULL, False]),
        ("rank > 1.5", [False, True, NULL, True]),
        ("town is None", [False, True, False, False]),
        ("town.notna()", [True, False, True, True]),
        ("20 < age < 40", [False, True, NULL, False]),
        ("late", [True, False, NULL, True]),
        ("not late", [False, True, NULL, False]),
        ("late == True", [True, False, NULL, True]),
        ('age > 25 and town == "A"', [False, NULL, False, True]),
        ('age > 25 or town == "B"', [False, True, True, True]),
        ('not (age > 25 and town == "A")', [True, NULL, True, False]),
        ("age > limit", [False, True, NULL, NULL]),
        ("`old town` == town", [True, NULL, False, False]),
        ("kind != town", [True, NULL, NULL, True]),
        ("age - 2 * 10 == 0", [True, False, NULL, False]),
        ("age % 20 == 0 and -age < -20", [False, False, NULL, True]),
        ("(age + limit) is None", [False, False, True, True]),
        ('day >= "2024-06-01"', [False, True, NULL, True]),
        ('day == "2024-06-01"', [False, True, NULL, False]),
        ('day in ["2024-06-01", "2025-01-01T00:00"]', [False, True, NULL, True]),
        ('at < "2024-06-01"', [True, False, NULL, False]),
        ('at >= "2024-05-31T22:00Z"', [False, True, NULL, True]),
        ('"01:30:00" < took', [False, True, NULL, True]),
        ('took in ["2h"]', [False, True, NULL, False]),
        ('date == "2024-06-01"', [False, True, NULL, False]),
        ('date > "2024-05-31"', [False, True, NULL, True]),
        ("price > 1.5", [False, True, NULL, True]),
        ("row == 8 or row > 9", [False, True, False, True]),
    ],
)
def test_every_row_is_asked(condition: str, expected: list) -> None:
    """A null is neither equal nor different; what it is joined to may settle the answer all the same."""
    assert asked(condition, ROWS) == expected
    assert holds(condition, ROWS).index.tolist() == [7, 8, 9, 10]
    assert holding(condition, ROWS).tolist() == [answer is True for answer in expected]


Asked = tuple[str, Callable[[dict], bool | None]]
COMPARED: dict[str, Callable[[int, int], bool]] = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


def known(answer: Callable[[dict], bool], *columns: str) -> Callable[[dict], bool | None]:
    """An answer that is not known where one of the columns has no value."""
    return lambda row: None if any(row[each] is None for each in columns) else answer(row)


def all_of(one: bool | None, other: bool | None) -> bool | None:
    """Both: no if one is no, else not known if one is not known."""
    return False if one is False or other is False else None if one is None or other is None else True


def opposite(answer: bool | None) -> bool | None:
    """The contrary, as far as it is known."""
    return None if answer is None else not answer


def joined(parts: tuple[Asked, Asked]) -> st.SearchStrategy[Asked]:
    """Two conditions, joined by and, or by or, which is the contrary of both contraries."""
    (left, one), (right, other) = parts
    return st.sampled_from(
        [
            (f"({left}) and ({right})", lambda row: all_of(one(row), other(row))),
            (f"({left}) or ({right})", lambda row: opposite(all_of(opposite(one(row)), opposite(other(row))))),
            (f"not ({left})", lambda row: opposite(one(row))),
        ]
    )


def leaves() -> st.SearchStrategy[Asked]:
    """One comparison of a column with a constant or with another, a membership, or a missing value."""
    column, sign, number = st.sampled_from("xy"), st.sampled_from(sorted(COMPARED)), st.integers(-3, 3)
    return st.one_of(
        st.builds(lambda a, s, n: (f"{a} {s} {n}", known(lambda row: COMPARED[s](row[a], n), a)), column, sign, number),
        st.builds(lambda s: (f"x {s} y", known(lambda row: COMPARED[s](row["x"], row["y"]), "x", "y")), sign),
        st.builds(lambda n: (f"x + y * 2 > {n}", known(lambda row: row["x"] + row["y"] * 2 > n, "x", "y")), number),
        st.builds(lambda a, n: (f"{a} in [{n}, 3]", known(lambda row: row[a] in (n, 3), a)), column, number),
        st.builds(lambda a: (f"{a} is None", lambda row: row[a] is None), column),
    )


@settings(deadline=None)
@given(
    st.recursive(leaves(), lambda part: st.tuples(part, part).flatmap(joined), max_leaves=6),
    st.lists(st.tuples(*[st.none() | st.integers(-3, 3)] * 2), max_size=20),
    st.sampled_from(["Int64", "float64"]),
)
def test_as_row_by_row(condition: Asked, rows: list, dtype: str) -> None:
    """Whole columns are asked as each row by itself would be, in the logic of three values."""
    text, answer = condition
    frame = pd.DataFrame(rows, columns=["x", "y"], dtype=object).astype(dtype)
    assert asked(text, frame) == [answer({"x": x, "y": y}) for x, y in rows]


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("age == 'old'", "age (Int64) is compared with 'old'"),
        ("town == 3", "town (str) is compared with 3"),
        ("3 == town", "3 is compared with town (str)"),
        ("age in ['1']", "age (Int64) is compared with ['1']"),
        ("town == age", "town (str) is compared with age (Int64)"),
        ("day > 5", "day (datetime64[us]) is compared with 5"),
        ("rank == 'a'", "rank (category) is compared with 'a'"),
        ("age + 1 > 'a'", "age (Int64) + 1 is compared with 'a'"),
        ("day + 1 > 5", "day (datetime64[us]) is no number"),
        ("(town * 2) is None", "town (str) is no number"),
        ("age", "age (Int64) is neither true nor false"),
        ("not (late and town)", "town (str) is neither true nor false"),
        ("twon == 'A'", "there is no column 'twon'; did you mean 'town'?"),
        ("zzz is None", "there is no column 'zzz'"),
        ("age > 3 and town == 'A' and day > '2024-01-01' and late and row < 3 and took < '1h'", ""),
    ],
)
def test_what_is_not_alike_is_not_compared(condition: str, why: str) -> None:
    """A comparison that no value can meet, or a column that is not there, is named, instead of holding for no row."""
    assert unaskable(condition, ROWS) == why
    if why:
        with pytest.raises(Misuse, match="cannot be asked.*The columns are age, limit, town") as refused:
            holds(condition, ROWS)
        assert refused.value.found == why


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("day > 'soon'", "'soon', which is not a time such as 2024-01-31"),
        ("took > 'long'", "'long', which is not a span of time"),
        ("size > 'huge'", "Invalid comparison"),
        ("at > day", "Invalid comparison"),
        (f"limit < {10**400}", "too large"),
        ("1 / 0 < age", "zero"),
    ],
)
def test_what_fails_on_the_way_is_misuse(condition: str, words: str) -> None:
    """Text that is no time, an order that knows no such value, numbers that are none: refused with the reason."""
    with pytest.raises(Misuse, match=words):
        holds(condition, ROWS)


def test_objects_are_what_they_hold() -> None:
    """Columns of Python objects are text, truths, or of no certain kind."""
    values = {"a": ["x", None], "b": [True, None], "c": [Decimal(1), None], "n": [None, None]}
    frame = pd.DataFrame(values, dtype=object)
    assert unaskable("a == 1", frame) == "a (object) is compared with 1"
    assert asked("a == 'x'", frame) == asked("b", frame) == asked("c < 2", frame) == [True, None]
    assert asked("n == 1 or n", frame) == [None, None]


def test_arrays_of_numpy_bools() -> None:
    """A column of plain truth values is compared as one."""
    assert holds("yes == True", pd.DataFrame({"yes": np.array([True, False])})).tolist() == [True, False]


def test_no_rows_give_no_answers() -> None:
    """An empty table is asked like any other."""
    assert holding("age > 3 and town == 'A'", ROWS[:0]).tolist() == []

"""Frames held against expectations by Great Expectations itself."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pipeline.errors import Misuse
from pipeline.validation.engine import hold
from pipeline.validation.expectations import Expectation

LOW, HIGH = -(2**63), 2**63 - 1
FRAME = pd.DataFrame(
    {
        "age": pd.array([30, None, -3, 214, 55], dtype="Int64"),
        "limit": [50.0, 50.0, 50.0, np.nan, 50.0],
        "town": pd.array(["A", "B", None, "A", "Ab"], dtype="str"),
        "kind": pd.Categorical(["u", "v", None, "u", "u"]),
        "paid": pd.array([True, None, False, True, True], dtype="boolean"),
        "at": pd.date_range("2024-01-01", periods=5, tz="UTC").as_unit("us"),
        "row": [1, 2, 3, 4, 5],
    },
    index=pd.Index([LOW, -1, 7, 40, HIGH], name="row"),
)


def checked(kind: str, **arguments):
    """Hold FRAME against one expectation."""
    return hold(FRAME, [Expectation(f"expect_{kind}", **arguments)])[0]


def test_failing_rows_are_named_exactly():
    """The ids of all failing rows are given, extremes of 64 bits included; a null is not out of bounds."""
    check = checked("column_values_to_be_between", column="age", min_value=0, max_value=50)
    assert check.failing == (7, 40, HIGH) and not check.passed and check.rows == 5
    assert check.examples[1] == {"row": "40", "age": "214"}


@pytest.mark.parametrize(
    ("kind", "arguments", "failing"),
    [
        ("column_values_to_not_be_null", {"column": "paid"}, (-1,)),
        ("column_values_to_be_in_set", {"column": "kind", "value_set": ["u"]}, (-1,)),
        ("column_values_to_be_unique", {"column": "town"}, (LOW, 40)),
        ("column_values_to_match_regex", {"column": "town", "regex": "^.$"}, (HIGH,)),
        ("column_values_to_be_between", {"column": "at", "min_value": "2024-01-03"}, (LOW, -1)),
        ("column_pair_values_a_to_be_greater_than_b",
         {"column_A": "limit", "column_B": "age", "ignore_row_if": "either_value_is_missing"}, (HIGH,)),
        ("compound_columns_to_be_unique", {"column_list": ["town", "kind"]}, (LOW, 40)),
        ("column_values_to_be_between", {"column": "row", "max_value": 4}, (HIGH,)),
    ],
)
def test_each_type_of_column_can_be_checked(kind, arguments, failing):
    """Nullable, text, category, boolean and time columns give the rows a person would point at."""
    assert checked(kind, **arguments).failing == failing


@pytest.mark.parametrize(
    ("where", "rows", "failing"),
    [
        ("paid == True", 3, (40, HIGH)),
        ("kind == 'u' and limit is not None", 2, (HIGH,)),
        ("town in ['A', 'B'] or age < 0", 4, (7, 40)),
        ("at >= '2024-01-04'", 2, (40, HIGH)),
        ("town != 'A'", 2, (HIGH,)),
        ("not (paid or age < 0)", 0, ()),
        ("age > limit", 1, (HIGH,)),
        ("kind == 'nobody'", 0, ()),
    ],
)
def test_a_condition_limits_the_rows_looked_at(where, rows, failing):
    """Only rows that meet the condition are looked at; a null meets no comparison."""
    check = checked("column_values_to_be_between", column="age", min_value=0, max_value=50, where=where)
    assert (check.rows, check.failing) == (rows, failing)


def test_the_table_as_a_whole_is_judged():
    """A check of the table says what it observed, and names no rows."""
    check = checked("column_mean_to_be_between", column="limit", max_value=40)
    assert (check.passed, check.observed, check.failing) == (False, 50.0, ())
    assert checked("table_row_count_to_equal", value=5).passed


def test_types_are_those_of_the_frame():
    """A nullable integer is told from a float, whether or not it has a null."""
    assert checked("column_type_to_be", column="age", type_="Int64").passed
    assert checked("column_values_to_be_of_type", column="limit", type_="float64", where="at >= '2024-01-04'").passed


def test_mostly_tolerates_and_still_names_the_rows():
    """A check that holds for most rows passes, and the others are named all the same."""
    check = checked("column_values_to_be_between", column="age", min_value=0, max_value=100, mostly=0.5)
    assert check.passed and check.failing == (7, 40)


def test_results_come_in_the_order_declared():
    """Checks are answered in their order, equal ones each for itself."""
    one = Expectation("expect_column_values_to_not_be_null", column="age")
    other = Expectation("expect_column_to_exist", column="town")
    assert [check.passed for check in hold(FRAME, [one, other, one])] == [False, True, False]


def test_a_renamed_column_fails_the_check_by_name():
    """A column that is not there makes its check an error that names the nearest, and no other check."""
    there, gone = hold(
        FRAME,
        [Expectation("expect_column_to_exist", column="twon"),
         Expectation("expect_column_values_to_not_be_null", column="twon")],
    )
    assert not there.passed and not there.error
    assert gone.error == "there is no column 'twon', but there is 'town'"


@pytest.mark.parametrize("where", ["age == '30'", "town == 3", "paid in ['True']", "kind > 2"])
def test_a_condition_of_another_type_fails_the_check(where):
    """A condition that compares numbers with text holds nowhere; the check must not pass for that."""
    check = checked("column_values_to_not_be_null", column="age", where=where)
    assert not check.passed and "is compared with" in check.error


def test_what_is_observed_is_short_and_finite():
    """Of many observed values twenty are told, and an infinite one as text."""
    frame = pd.DataFrame({"s": [f"v{n:02}" for n in range(50)], "x": np.inf}, index=pd.Index(range(50), name="row"))
    most, largest = hold(frame, [
        Expectation("expect_column_most_common_value_to_be_in_set", column="s", value_set=["w"]),
        Expectation("expect_column_max_to_be_between", column="x", max_value=1)])
    assert len(most.observed) == 21 and most.observed[-1] == "and 30 more" and largest.observed == "inf"


def test_days_and_decimals_can_be_checked():
    """Columns of Arrow's own types are compared by what they mean."""
    days = pd.array([datetime.date(2024, 1, day) for day in (1, 2, 3)], dtype=pd.ArrowDtype(pa.date32()))
    price = pd.array([Decimal("1.50"), None, Decimal("3.00")], dtype=pd.ArrowDtype(pa.decimal128(10, 2)))
    frame = pd.DataFrame({"day": days, "price": price}, index=pd.Index([1, 2, 3], name="row"))
    later, cheap = hold(frame, [
        Expectation("expect_column_values_to_not_be_null", column="price", where="day >= '2024-01-02'"),
        Expectation("expect_column_values_to_be_between", column="price", max_value=2)])
    assert (later.rows, later.failing, cheap.failing) == (2, (2,), (3,))


def test_what_cannot_be_evaluated_is_an_error():
    """A bound of another type than the column makes the check fail, saying why."""
    check = checked("column_values_to_be_between", column="town", max_value=3)
    assert not check.passed and "same type" in check.error


@pytest.mark.parametrize(
    ("kind", "arguments", "words"),
    [
        ("column_values_to_be_betwen", {"column": "age"}, "Did you mean expect_column_values_to_be_between"),
        ("column_values_to_be_between", {"column": "age", "max_val": 3}, "max_val"),
        ("column_values_to_be_between", {"column": "age"}, "min_value and max_value cannot both be None"),
        ("column_to_exist", {"column": "age", "where": "age > 3"}, "where= cannot limit them"),
        ("column_values_to_be_null", {"column": "age", "where": "at > 'soon'"}, "'soon', which is not a time"),
    ],
)
def test_a_call_the_library_does_not_know_is_misuse(kind, arguments, words):
    """An unknown kind lists near names; an unknown argument is named."""
    with pytest.raises(Misuse, match=words):
        checked(kind, **arguments)


def test_it_agrees_with_pandas_on_many_rows():
    """On 5,000 random rows the failing ids are those that pandas finds."""
    values = np.random.default_rng(3).normal(size=5000)
    frame = pd.DataFrame({"x": values}, index=pd.Index(range(0, 10_000, 2), name="row"))
    check = hold(frame, [Expectation("expect_column_values_to_be_between", column="x", max_value=1)])[0]
    assert check.failing == tuple(frame.index[values > 1]) and len(check.examples) == 5

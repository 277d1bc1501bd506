"""A user's function is called as it claims to be."""

import pandas as pd
import pytest

from pipeline.calling import call
from pipeline.errors import ClaimBroken, Misuse
from pipeline.step import aggregate, rowwise


def people():
    """Three people."""
    frame = {"age": pd.array([20, 30, None], "Int64"), "pay": [1.0, 2.0, 3.0], "town": pd.array(["A", "B", "A"], "str")}
    return pd.DataFrame(frame, index=pd.Index([1, 2, 3], name="row"))


def called(function, **given):
    """What calling it gives."""
    return call(function, people(), role="frame", given=given)


def test_a_function_without_claims_is_called_as_it_is():
    """It is given all columns, and what it returns is the result."""
    result, gives = called(lambda frame, by: frame * by if by != 1 else frame, by=1)
    assert result.equals(people()) and gives is None


@rowwise(reads=("age", "pay"))
def rated(frame, *, least):
    """Take two columns, give one back and one new, for some rows, in another order."""
    assert list(frame) == ["age", "pay"]
    return frame[frame["pay"] > least].assign(rate=lambda f: f["pay"] * 2)[["rate", "pay"]].iloc[::-1]


def test_what_is_not_read_passes_through():
    """The others come first, in their order, then what it returned; a column it read and did not return is gone."""
    result, gives = called(rated, least=1.5)
    assert list(result) == ["town", "rate", "pay"] and gives == ["rate", "pay"]
    assert result.index.tolist() == [3, 2] and result["town"].tolist() == ["A", "B"]
    assert result.dtypes.astype(str).tolist() == ["str", "float64", "float64"]


@rowwise(reads="age")
def renaming(frame):
    """Return a column that is there, unread."""
    return frame.assign(town=pd.array(["Z"] * len(frame), "str"))


def test_what_it_returns_replaces():
    """A column of the same name that it did not read is replaced."""
    result, gives = called(renaming)
    assert list(result) == ["pay", "age", "town"] and set(result["town"]) == {"Z"} and gives == ["age", "town"]


@rowwise(reads=("age",))
def peeking(frame):
    """Read more than is said."""
    return frame.assign(rate=frame["pay"])


@rowwise(reads=("age",))
def peeking_by_dot(frame):
    """Read more than is said, as an attribute."""
    return frame.assign(rate=frame.pay)


@pytest.mark.parametrize("function", [peeking, peeking_by_dot])
def test_an_undeclared_column_is_named(function):
    """The letter says which column, and what to do."""
    with pytest.raises(ClaimBroken, match="does not declare.*pay.*Add them to reads"):
        called(function)


def test_a_declared_column_that_is_not_there_is_misuse():
    """It is named, with those that are there."""
    with pytest.raises(Misuse, match="age, pay, town: height"):
        called(rowwise(reads=["height"])(lambda frame: frame))


def test_other_errors_stay_what_they_are():
    """A key that is no column is the function's own affair."""
    with pytest.raises(KeyError, match="height"):
        called(rowwise(reads=["age"])(lambda frame: frame["height"]))


@aggregate(by="age", reads=("pay",))
def totals(frame):
    """Sum by age."""
    assert list(frame) == ["age", "pay"]
    return frame.groupby("age").sum()


def test_rows_without_a_key_are_left_out_before_the_call():
    """The row with no age is in no group; nothing passes a keyed function by."""
    result, gives = called(totals)
    assert result["pay"].tolist() == [1.0, 2.0] and gives is None


def test_no_rows_are_no_special_case():
    """An empty frame keeps its columns."""
    result, _ = call(rated, people()[:0], role="frame", given={"least": 0})
    assert list(result) == ["town", "rate", "pay"] and not len(result)

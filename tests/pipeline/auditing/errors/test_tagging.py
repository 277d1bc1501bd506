"""Tags by column and by function, and functions that do not answer as they must."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.auditing.errors.tag import Tag
from pipeline.auditing.errors.tagging import Untaggable, having
from pipeline.errors import AuditRefused

ROWS = pd.DataFrame(
    {
        "noise": pd.array(["car", "cafe", None, "car"], dtype="str"),
        "level": pd.array([50, 70, 80, None], dtype="Int64"),
    },
    index=pd.Index([-5, 3, 8, 11], name="row"),
)


def by(function):
    """The answers of a function, as a tag."""
    return having(Tag("loud", function), ROWS, function=function).tolist()


def test_a_tag_by_column_is_where_it_has_a_value():
    """None among the values stands for rows with no value."""
    assert having(Tag("a", column="noise", values=("car",)), ROWS).tolist() == [True, False, False, True]
    assert having(Tag("a", column="noise", values=("cafe", None)), ROWS).tolist() == [False, True, True, False]
    assert having(Tag("a", column="level", values=(70, 80)), ROWS).tolist() == [False, True, True, False]


def test_a_column_that_is_not_stored_is_said_to_be():
    """It stops no audit: the report says so, with what is near."""
    with pytest.raises(Untaggable, match="column 'nois' is not stored; did you mean 'noise'?"):
        having(Tag("a", column="nois", values=("car",)), ROWS)


@pytest.mark.parametrize(
    "function",
    [
        lambda rows: rows["level"].fillna(0) > 60,
        lambda rows: (rows["level"].fillna(0) > 60).to_numpy(bool),
        lambda rows: [bool(level > 60) if level is not pd.NA else False for level in rows["level"]],
        lambda rows: (rows["level"].fillna(0) > 60).iloc[::-1],
    ],
)
def test_a_function_answers_for_each_row(function):
    """As a Series in any order of its index, an array or a list."""
    assert by(function) == [False, True, True, False]


def test_a_missing_answer_is_refused_with_its_row():
    """The comparison of a missing level is missing."""
    with pytest.raises(AuditRefused, match="neither yes nor no.*row 11: <NA>"):
        by(lambda rows: rows["level"] > 60)


@pytest.mark.parametrize(
    "function",
    [
        lambda rows: rows["level"].dropna() > 60,
        lambda rows: True,
        lambda rows: rows,
        lambda rows: np.zeros((4, 1), bool),
        lambda rows: (rows["level"].fillna(0) > 60).reset_index(drop=True).iloc[:3],
    ],
)
def test_answers_of_another_length_are_refused(function):
    """One answer too few, one for all, a table: none is an answer for each row."""
    with pytest.raises(AuditRefused, match="does not answer for each row"):
        by(function)


def test_answers_to_other_rows_are_refused():
    """An index of positions is not one of rows."""
    with pytest.raises(AuditRefused, match="neither yes nor no"):
        by(lambda rows: (rows["level"].fillna(0) > 60).reset_index(drop=True))


def test_a_function_that_looks_at_other_rows_is_refused():
    """Above the mean of all is another thing in another table, such as a pool to collect from."""
    many = pd.DataFrame({"level": np.arange(200.0)}, index=pd.Index(np.arange(200), name="row"))

    def above(rows):
        return rows["level"] > rows["level"].mean()

    with pytest.raises(AuditRefused, match="says otherwise of a row by itself"):
        having(Tag("above", above), many, function=above)


def test_a_function_cannot_change_the_rows():
    """What it adds to its argument is in no other tag's rows."""

    def adds(rows):
        rows["mine"] = True
        return rows["mine"]

    assert by(adds) == [True] * 4 and "mine" not in ROWS

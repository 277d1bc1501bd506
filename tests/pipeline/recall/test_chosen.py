"""Rows are named by a condition on any columns, by id, or by key; anything else is refused."""

import pandas as pd
import pytest

from lineage.records import SourceRecord
from pipeline.errors import Misuse, SourceRejected
from pipeline.recall.chosen import rows_named, rows_where
from pipeline.rows import row_id

TABLE = pd.DataFrame(
    {
        "hour": pd.array([7, None, 9], dtype="Int64"),
        "origin": ["EWR", "JFK", None],
        "wind speed": [1.0, 20.0, float("nan")],
        "at": pd.to_datetime(["2013-01-01", "2013-02-01", None]).as_unit("us"),
        "kind": pd.Categorical(["u", "v", "u"]),
        "late": pd.array([True, False, None], dtype="boolean"),
    },
    index=pd.Index([10, 20, 30], name="row"),
)


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("hour > 7", [30]),
        ("hour == 7 or origin == 'JFK'", [10, 20]),
        ("hour.isna()", [20]),
        ("`wind speed` > 5", [20]),
        ("at >= '2013-02-01'", [20]),
        ("kind == 'u' and origin.notna()", [10]),
        ("origin != 'JFK'", [10]),
        ("late is None", [30]),
        ("kind in ['v']", [20]),
        ("not late", [20]),
        ("row == 30", [30]),
        ("~(hour == 7)", [30]),
        (" hour + 1 == 8 ", [10]),
    ],
)
def test_a_condition_holds_for_rows(condition, rows):
    """Columns of every type are compared; what is null holds for no comparison."""
    assert rows_where(TABLE, condition).tolist() == rows


@pytest.mark.parametrize(
    "condition",
    [
        "hour +",
        "",
        "@hour > 1",
        "origin.str.len() > 1",
        "hour.__class__",
        "__import__('os').getpid() > 1",
        "hour[0] == 1",
        "9 ** 9 ** 9 > hour",
        "hour = 1",
        "(lambda: 1)() == hour",
    ],
)
def test_a_condition_that_is_none_is_refused(condition):
    """Nothing but columns, constants and comparisons is read, and nothing else evaluated."""
    with pytest.raises(Misuse, match="is no condition; expected columns compared"):
        rows_where(TABLE, condition)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("hour > 100", "holds for none of 3 rows"),
        ("minute > 1", "no column 'minute'.*The columns are hour, origin, wind speed"),
        ("hour > 'x'", "hour .Int64. is compared with 'x'.*The columns are hour, origin, wind speed"),
        ("hour", "hour .Int64. is neither true nor false.*The columns are hour, origin, wind speed"),
    ],
)
def test_a_condition_that_finds_no_row_is_refused(condition, words):
    """What cannot be asked of the table lists its columns; what can, and holds for no row, says so."""
    with pytest.raises(Misuse, match=words):
        rows_where(TABLE, condition)


def test_rows_are_named_by_id_and_by_key():
    """An id is a whole number; a key is its column and value, or several of them."""
    secret, types = b"s" * 16, {"origin": "text", "hour": "integer"}
    one = SourceRecord(name="weather", secret=secret, schema=types, key=("origin",))
    two = SourceRecord(name="weather", secret=secret, schema=types, key=("origin", "hour"))
    by_one = row_id({"origin": "E,W=R"}, source="weather", secret=secret, key=("origin",), types=types)
    by_two = row_id({"origin": "EWR", "hour": 7}, source="weather", secret=secret, key=two.key, types=types)
    table = pd.DataFrame({"hour": [1, 2, 3]}, index=pd.Index(sorted([by_one, by_two, -5]), name="row"))
    assert rows_named(table, ["origin=E,W=R", "-5"], record=one).tolist() == sorted([by_one, -5])
    assert rows_named(table, ["origin=EWR,hour=07"], record=two).tolist() == [by_two]


def test_rows_that_are_not_there_are_refused():
    """An unknown id or key is told as it was given; text that is neither is misuse."""
    record = SourceRecord(name="weather", secret=b"s" * 16, schema={"hour": "integer"}, key=("hour",))
    with pytest.raises(SourceRejected, match="there are no such rows: hour=8, 11"):
        rows_named(TABLE, ["hour=8", "10", "11"], record=record)
    with pytest.raises(Misuse, match="'seven' names no row"):
        rows_named(TABLE, ["seven"], record=record)
    with pytest.raises(Misuse, match="the key lacks columns.*hour"):
        rows_named(TABLE, ["minute=7"], record=record)
    with pytest.raises(Misuse, match="no rows of a source"):
        rows_named(TABLE, ["hour=7"], record=None)

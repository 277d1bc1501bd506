"""What a row's columns and values have to be."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RequestRejected
from pipeline.parsing import column_of, parsed_value
from pipeline.serving.columns import Columns

TYPES = {
    "age": "integer", "income": "number", "town": "text", "owner": "boolean", "since": "datetime", "grade": "category",
}
COLUMNS = Columns(TYPES, required=["age"], categories={"grade": ["low", "high"]}, missing={"age": [666]})


def test_a_row_becomes_a_row_of_the_source() -> None:
    """Every declared column is there, in order, typed; what the row leaves out is null."""
    frame = COLUMNS.frame([{"income": 2, "age": 41}])
    assert list(frame.columns) == list(TYPES)
    dtypes = ["Int64", "float64", "str", "boolean", "datetime64[us, UTC]", "category"]
    assert [str(dtype) for dtype in frame.dtypes] == dtypes
    assert frame.iloc[0].dropna().to_dict() == {"age": 41, "income": 2.0}


def test_text_and_numbers_meet_where_the_schema_says_so() -> None:
    """1, 1.0 and "1" are one integer, as in ingestion."""
    assert COLUMNS.frame([{"age": 1}, {"age": 1.0}, {"age": "1"}])["age"].tolist() == [1, 1, 1]


def test_a_code_for_not_known_is_null() -> None:
    """A value that the source declares to mean "not known" is read as null here too."""
    assert COLUMNS.frame([{"age": "666"}, {"age": 66}])["age"].isna().tolist() == [True, False]


def test_categories_keep_the_order_of_the_source() -> None:
    """A single row's category column has all of training's values, a new one after them."""
    frame = COLUMNS.frame([{"age": 1, "grade": "new"}, {"age": 1, "grade": "high"}])
    assert list(frame["grade"].cat.categories) == ["low", "high", "new"]


def test_a_required_column_that_is_absent_is_named() -> None:
    """The row and the column are named; null would have been an answer."""
    with pytest.raises(RequestRejected, match="row 1 lacks required columns; .*: age"):
        COLUMNS.frame([{"age": None}, {"income": 3}])


def test_an_unknown_column_is_refused_with_a_near_name() -> None:
    """A misspelt column is not silently ignored."""
    with pytest.raises(RequestRejected, match=r"'incom' \(did you mean 'income'\?\)"):
        COLUMNS.frame([{"age": 1, "incom": 3}])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("age", "old"), ("age", 1.5), ("age", True), ("age", [1]), ("age", {"a": 1}), ("age", 2**63), ("age", 1e300),
        ("income", "much"), ("income", float("inf")), ("income", "inf"), ("income", 10**400), ("owner", "perhaps"),
        ("owner", 2), ("town", [""]), ("since", "yesterday"), ("since", 20260101), ("grade", {"x": 1}),
    ],
)
def test_a_value_of_the_wrong_type_is_named(column: str, value: Any) -> None:
    """Row, column, declared type and value are in the letter."""
    with pytest.raises(RequestRejected, match=rf"row 1, {column} \({TYPES[column]}\): "):
        COLUMNS.frame([{"age": 1}, {"age": 1, column: value}])


def test_many_wrong_values_are_counted() -> None:
    """Five are shown, all are counted."""
    with pytest.raises(RequestRejected) as caught:
        COLUMNS.frame([{"age": "x", "income": "y"}] * 4)
    assert (len(caught.value.examples), caught.value.count) == (5, 8)


_CELLS = {
    "integer": st.integers(-(2**62), 2**62) | st.integers(-9, 9).map(str) | st.integers(-9, 9).map(float),
    "number": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9),
    "text": st.text(max_size=5) | st.integers(0, 9),
    "boolean": st.booleans() | st.sampled_from(["yes", "0", 1]),
    "datetime": st.datetimes(min_value=pd.Timestamp("1700-01-01"), max_value=pd.Timestamp("2200-01-01")).map(str),
    "category": st.sampled_from(["low", "high", "new", "other"]),
}
_ROWS = st.lists(
    st.fixed_dictionaries({}, optional={name: st.none() | _CELLS[kind] for name, kind in TYPES.items()}),
    min_size=1, max_size=4,
)


def value_by_value(rows: list[dict[str, Any]], *, grades: list[str]) -> pd.DataFrame:
    """The rows as the source's own parser reads them, one value at a time."""
    columns = {
        name: column_of([parsed_value(row.get(name), kind) for row in rows], kind) for name, kind in TYPES.items()
    }
    new = [grade for grade in columns["grade"].cat.categories if grade not in grades]
    columns["grade"] = columns["grade"].cat.set_categories([*grades, *new])
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows), name="row"))


@given(_ROWS)
def test_rows_are_typed_as_the_source_types_them(rows: list[dict[str, Any]]) -> None:
    """The quick way of one request and the source's parser, value by value, give the same frame."""
    categories = {"grade": ["low", "high"]}
    expected = value_by_value(rows, grades=categories["grade"])
    got = Columns(TYPES, categories=categories).frame(json.loads(json.dumps(rows)))
    pd.testing.assert_frame_equal(got, expected)

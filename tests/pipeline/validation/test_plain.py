"""Frames in the types that Great Expectations compares correctly."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.errors import Misuse
from pipeline.validation.plain import ROW, as_time, plain

FRAME = pd.DataFrame(
    {
        "whole": pd.array([1, 2], dtype="Int64"),
        "gap": pd.array([1, None], dtype="Int64"),
        "huge": pd.array([2**60 + 1, None], dtype="Int64"),
        "flag": pd.array([True, None], dtype="boolean"),
        "kind": pd.Categorical([3, None]),
        "text": pd.array(["a", None], dtype="str"),
        "at": pd.to_datetime(["2024-01-01T12:00+02:00", None]).as_unit("us").tz_convert("Europe/Berlin"),
    },
    index=pd.Index([5, 9], name="row"),
)


def test_nothing_is_lost_but_the_nullable_types():
    """Integers become floats only where there are nulls and float64 holds them; others stay exact."""
    given = plain(FRAME)
    assert given.index.name == ROW
    assert [str(given[c].dtype) for c in ("whole", "gap", "huge", "flag", "kind", "text", "at")] == [
        "int64", "float64", "object", "object", "object", "str", "datetime64[us]",
    ]
    assert given["huge"].tolist() == [2**60 + 1, None] and given["flag"].tolist() == [True, None]
    assert given["at"].iloc[0] == pd.Timestamp("2024-01-01T10:00")


def test_a_bound_is_read_in_the_columns_time_zone():
    """`2024-01-01` in Berlin is 23:00 of the day before in UTC."""
    assert as_time("2024-01-01", column="at", frame=FRAME) == pd.Timestamp("2023-12-31T23:00")
    assert as_time(["2024-01-01T00:00Z"], column="at", frame=FRAME) == [pd.Timestamp("2024-01-01")]
    assert as_time("2024-01-01", column="text", frame=FRAME) == "2024-01-01"


def test_a_bound_that_is_no_time_is_misuse():
    """Comparing a datetime column with text that is no time is refused, naming both."""
    with pytest.raises(Misuse, match="'soon' is compared with at"):
        as_time("soon", column="at", frame=FRAME)

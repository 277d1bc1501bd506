"""Keys of two tables numbered alike, whatever kind they are."""

import pandas as pd
import pyarrow as pa
import pytest

from pipeline.preprocessing.numbering import groups, numbered

DAYS = pd.to_datetime(["2026-01-01", "2026-01-02"]).date


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (["x", "y"], "str"),
        ([5, 2**53 + 1], "Int64"),
        ([0.5, -0.0], "float64"),
        ([True, False], "boolean"),
        (["2026-01-01", "2026-01-02"], "datetime64[us]"),
        (["2026-01-01T01:00Z", "2026-01-02T01:00Z"], "datetime64[us, UTC]"),
        (DAYS, pd.ArrowDtype(pa.date32())),
        ([pd.Timedelta(1, "s"), pd.Timedelta(2, "s")], "timedelta64[us]"),
        (["x", "y"], "category"),
    ],
)
def test_equal_keys_have_equal_numbers(values, dtype):
    """Of every kind: the first, the second, neither, none."""
    left = pd.DataFrame({"a": pd.Series([values[1], None, values[0]], dtype=dtype)})
    right = pd.DataFrame({"b": pd.Series([values[1], None, values[1]], dtype=dtype)})
    ours, theirs = numbered(left, right, {"a": "b"}, step="trial")
    assert (ours.tolist(), theirs.tolist()) == ([0, -1, -1], [0, -1, 0])


def test_a_zero_is_a_zero():
    """Minus zero and zero are one number."""
    both = pd.DataFrame({"a": [0.0, 1.0]}), pd.DataFrame({"b": [-0.0]})
    assert numbered(*both, {"a": "b"}, step="trial")[0].tolist() == [0, -1]


def test_groups_number_the_keys_of_one_table():
    """Rows of one key have one number; a null has none."""
    frame = pd.DataFrame({"a": pd.array([1, 1, 2, None, 1], "Int64"), "b": pd.array(list("xyxxx"), "str")})
    assert groups(frame, ["a", "b"], step="trial").tolist() == [0, 1, 2, -1, 0]

"""Any frame is brought to the allowed dtypes or refused."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pipeline.errors import StepRefused
from pipeline.schema import conform, logical, normalised

NANOSECONDS = pd.to_datetime(["2020-01-01", None]).as_unit("ns")


def one(values):
    """A table of one column `a`."""
    return pd.DataFrame({"a": pd.Series(values)}).rename_axis("row")


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (np.array([1, 2], "i1"), "Int64"),
        (np.array([1, 2], "u8"), "Int64"),
        (pd.array([1, None], dtype="Int8"), "Int64"),
        (np.array([1, np.nan], "f4"), "float64"),
        (pd.array([1.5, None], dtype="Float64"), "float64"),
        ([True, False], "boolean"),
        (pd.array(["a", None], dtype="string"), "str"),
        (np.array(["a", None], object), "str"),
        (np.array([None, None], object), "str"),
        (np.array([True, None], object), "boolean"),
        (np.array([1, None], object), "Int64"),
        (np.array([1.5, None], object), "float64"),
        (NANOSECONDS, "datetime64[us]"),
        (NANOSECONDS.tz_localize("Europe/Berlin"), "datetime64[us, Europe/Berlin]"),
        (pd.to_timedelta([1, None], unit="s").as_unit("ns"), "timedelta64[us]"),
        (pd.arrays.SparseArray([1.0, np.nan]), "float64"),
        (np.array([datetime.date(2020, 1, 1), None], object), "date32[day][pyarrow]"),
        (np.array([decimal.Decimal("1.1"), None], object), "decimal128(2, 1)[pyarrow]"),
        (pd.Series([[1], None], dtype=object), "list<item: int64>[pyarrow]"),
        (pd.array([1, None], dtype="int32[pyarrow]"), "Int64"),
        (pd.array(["a", None], dtype="string[pyarrow]"), "str"),
        (pd.array([1, None], dtype=pd.ArrowDtype(pa.timestamp("s"))), "datetime64[us]"),
        (pd.Categorical([1, None], np.array([2, 1], "i1")), "category"),
        (pd.Categorical(np.array(["a", None], object)), "category"),
    ],
)
def test_a_dtype_is_brought_to_the_allowed_one(values, dtype):
    """Each dtype has one place to go, values and nulls stay, and a second time changes nothing."""
    frame = one(values)
    result = normalised(frame)
    assert logical(result) == {"a": dtype}
    assert result["a"].isna().tolist() == frame["a"].isna().tolist()
    assert result["a"].dropna().astype(object).tolist() == frame["a"].dropna().astype(object).tolist()
    assert normalised(result) is result


def test_the_last_null_going_changes_no_dtype():
    """A column of integers is one with and without blanks."""
    full, blank = normalised(one([1, 2])), normalised(one(np.array([1, None], object)))
    assert logical(full) == logical(blank)


@pytest.mark.parametrize(
    "values",
    [
        np.array([1, "a"], object),
        [1j, 2],
        np.array([2**63, 1], "u8"),
        pd.period_range("2020", periods=2, freq="D"),
        pd.cut([1, 2], 2),
        pd.Series(["\udcff", "a"], dtype=object),
        np.array([object(), 1], object),
        np.array([2**70, 1], object),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_column(values):
    """Mixed objects, complex numbers, periods, intervals and text that is no Unicode are named, with an example."""
    with pytest.raises(StepRefused, match="'a'") as caught:
        normalised(one(values))
    assert caught.value.examples and caught.value.next_step


@pytest.mark.parametrize("names", [["a", "a"], [1, "a"], ["row", "a"]])
def test_names_are_unique_texts_and_not_row(names):
    """A column that could not be told from another, or from the index, is refused."""
    with pytest.raises(StepRefused):
        normalised(pd.DataFrame([[1, 2]], columns=names))


def test_a_frame_conforms_to_a_pinned_schema():
    """Columns of nulls and whole numbers take the pinned dtype, and columns their pinned order."""
    frame = normalised(pd.DataFrame({"b": [1, 2], "a": [None, None]}))
    result = conform(frame, {"a": "datetime64[us, UTC]", "b": "float64"})
    assert logical(result) == {"a": "datetime64[us, UTC]", "b": "float64"}


@pytest.mark.parametrize("types", [{"a": "Int64", "b": "str"}, {}, {"a": "Int64"}])
def test_a_frame_that_does_not_conform_is_refused(types):
    """Missing and new columns and other values are named."""
    with pytest.raises(StepRefused, match="a"):
        conform(normalised(one(["x"])), types)

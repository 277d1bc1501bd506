"""Frames and arguments in the plain types that Great Expectations compares correctly."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipeline.errors import Misuse
from pipeline.holding import is_time

ROW = "__headwater_row__"
_EXACT = 2**53


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the frame without nullable types and time zones, its index named `ROW`.

    Nullable columns make the library fail on comparisons with nulls; here a null is NaN or None.
    Integers too large for float64 stay exact. Times are in UTC.
    """
    columns = {column: _plain(frame[column]) for column in frame.columns}
    return pd.DataFrame(columns, index=frame.index).rename_axis(ROW)


def _plain(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column.dt.tz_convert("UTC").dt.tz_localize(None)
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _plain(column.astype(column.cat.categories.dtype)) if _fits(column) else column.astype(object)
    if is_time(column.dtype):
        return column.astype("datetime64[us]")
    if isinstance(column.dtype, pd.ArrowDtype):
        return column.astype(object).where(column.notna(), None)
    if not pd.api.types.is_extension_array_dtype(column.dtype) or column.dtype in ("str", "string"):
        return column
    if not hasattr(column.dtype, "numpy_dtype"):
        return column
    if not column.hasnans:
        return column.astype(column.dtype.numpy_dtype)
    if column.dtype == "boolean" or (column.abs() > _EXACT).any():
        return column.astype(object).where(column.notna(), None)
    return column.astype("float64")


def _fits(column: pd.Series) -> bool:
    """Whether the categories' own type can hold the nulls the column has."""
    kind = column.cat.categories.dtype
    return kind in ("str", "float64", object) or not (column.isna().any() or kind == bool)


def as_time(value: Any, *, column: str, frame: pd.DataFrame) -> Any:
    """Turn ISO text that is compared with a datetime column into a time; anything else stays as it is.

    Text without a time zone is read in the column's. Lists are turned item by item.

    Raises:
        Misuse: the text is no time.
    """
    if column not in frame.columns or not is_time(frame[column].dtype):
        return value
    if isinstance(value, list):
        return [as_time(each, column=column, frame=frame) for each in value]
    if not isinstance(value, str):
        return value
    try:
        time = pd.Timestamp(value)
    except ValueError as error:
        raise Misuse(f"{value!r} is compared with {column}", expected="ISO text: 2024-01-31") from error
    zone = getattr(frame[column].dtype, "tz", None) or "UTC"
    return (time if time.tzinfo else time.tz_localize(zone)).tz_convert("UTC").tz_localize(None).to_pydatetime()

"""What a dataset's columns may be, and how any frame is brought to that or refused.

Dtypes are nullable on purpose, so that the going of a last null changes nothing: Int64, float64
(NaN is null), boolean, str, category, datetime64[us] with or without time zone, timedelta64[us],
and `pandas.ArrowDtype` for anything else Arrow can hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from lineage.tables import ROW
from pipeline.errors import StepRefused

_KEPT = {"Int64", "float64", "boolean", "str", "timedelta64[us]", "datetime64[us]"}
_KEPT_IN_CATEGORIES = {"int64", "float64", "bool", "str", "timedelta64[us]", "datetime64[us]"}
_PLAIN_ARROW = (
    pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_string, pa.types.is_large_string,
    pa.types.is_timestamp, pa.types.is_duration, pa.types.is_dictionary,
)


def normalised(frame: pd.DataFrame) -> pd.DataFrame:
    """Bring every column to an allowed dtype; values stay, times are cut to microseconds, and so does the index.

    Raises:
        StepRefused: a column name is not text, is there twice or is `row`, or a column holds what
            cannot be kept, such as text and numbers mixed.
    """
    _refuse_names(frame)
    if all(_is_kept(dtype) for dtype in frame.dtypes):
        return frame
    columns = {name: column if _is_kept(column.dtype) else _normal(name, column) for name, column in frame.items()}
    return pd.DataFrame(columns, index=frame.index, copy=False)


def logical(frame: pd.DataFrame) -> dict[str, str]:
    """Name the dtype of every column, in order, as text."""
    return {name: str(dtype) for name, dtype in frame.dtypes.items()}


def exact_dtypes(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """The dtype of every column, in order; of a category with its values, in their order and to the sign of a zero."""
    kinds = frame.dtypes
    return [(kind, *(map(repr, kind.categories) if isinstance(kind, pd.CategoricalDtype) else ())) for kind in kinds]


def conform(frame: pd.DataFrame, types: Mapping[str, str]) -> pd.DataFrame:
    """Bring a normalised frame to a pinned schema, as `logical` gave it: its columns, order and dtypes.

    A column of nulls alone takes any dtype; whole numbers become floats where floats are pinned.

    Raises:
        StepRefused: columns are missing or new, or a column's values are not of the pinned dtype.
    """
    missing, new = [c for c in types if c not in frame.columns], [c for c in frame.columns if c not in types]
    if missing or new:
        raise StepRefused(
            "a dataset's columns differ from those pinned",
            found=f"{len(missing)} missing, {len(new)} new",
            examples=[*missing, *new],
        )
    return pd.DataFrame({name: _conformed(frame[name], dtype) for name, dtype in types.items()}, index=frame.index)


def _refuse_names(frame: pd.DataFrame) -> None:
    if wrong := [name for name in frame.columns if not isinstance(name, str)]:
        raise StepRefused("column names", expected="text", examples=map(repr, wrong), count=len(wrong))
    if not frame.columns.is_unique:
        raise StepRefused("columns are there twice", examples=list(frame.columns[frame.columns.duplicated()].unique()))
    if ROW in frame.columns:
        raise StepRefused(
            f"a column is named {ROW!r}, as the index of row ids is",
            next_step="Rename it, or set_index('row') if it holds the ids.",
        )


def _is_kept(dtype: Any) -> bool:
    if isinstance(dtype, pd.CategoricalDtype):
        return str(dtype.categories.dtype) in _KEPT_IN_CATEGORIES
    if isinstance(dtype, pd.DatetimeTZDtype):
        return dtype.unit == "us"
    if isinstance(dtype, pd.ArrowDtype):
        return not _is_plain(dtype.pyarrow_dtype) and not pa.types.is_fixed_size_list(dtype.pyarrow_dtype)
    return str(dtype) in _KEPT


def _is_plain(kind: pa.DataType) -> bool:
    return any(test(kind) for test in _PLAIN_ARROW) and kind != pa.uint64()


def _normal(name: str, column: pd.Series) -> pd.Series:
    try:
        return _converted(column)
    except (TypeError, ValueError, OverflowError, pa.ArrowException) as error:
        raise StepRefused(
            f"column {name!r} ({column.dtype}) holds what cannot be kept",
            expected="values of one kind",
            found=str(error),
            examples=_differing(column),
            next_step="Convert it in the step, for example with .astype('str').",
        ) from error


def _differing(column: pd.Series) -> list[str]:
    """Show one row of each Python type in a column."""
    shown: dict[type, str] = {}
    for row, value in column.items():
        shown.setdefault(type(value), f"row {row}: {value!r:.60}")
    return list(shown.values())


def _converted(column: pd.Series) -> pd.Series:
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _converted_category(column)
    if isinstance(dtype, pd.ArrowDtype):
        return _converted_arrow(column, dtype.pyarrow_dtype)
    if isinstance(dtype, pd.SparseDtype):
        return _converted_if_needed(column.sparse.to_dense())
    if dtype == object:
        return _converted_objects(column)
    if isinstance(dtype, (pd.PeriodDtype, pd.IntervalDtype)):
        raise TypeError(f"{dtype} has no lasting form")
    if isinstance(dtype, pd.StringDtype):
        return column.astype("str")
    if dtype.kind in "iu":
        if dtype.kind == "u" and len(column) and column.max() > 2**63 - 1:
            raise OverflowError("numbers beyond 64-bit integers")
        return column.astype("Int64")
    if dtype.kind in "bfmM":
        return column.astype(_target(dtype))
    raise TypeError(f"{dtype} has no lasting form")


def _target(dtype: Any) -> str:
    if isinstance(dtype, pd.DatetimeTZDtype):
        return f"datetime64[us, {dtype.tz}]"
    return {"b": "boolean", "f": "float64", "m": "timedelta64[us]", "M": "datetime64[us]"}[dtype.kind]


def _converted_if_needed(column: pd.Series) -> pd.Series:
    return column if _is_kept(column.dtype) else _converted(column)


def _converted_category(column: pd.Series) -> pd.Series:
    """Bring the values of a category to a plain dtype; they keep their order."""
    values = _converted_if_needed(column.cat.categories.to_series(index=range(len(column.cat.categories))))
    plain = {"Int64": "int64", "boolean": "bool"}.get(str(values.dtype), values.dtype)
    if str(plain) not in _KEPT_IN_CATEGORIES:
        raise TypeError(f"a category of {values.dtype} has no lasting form; give its values names")
    return column.cat.rename_categories(pd.Index(values.astype(plain)))


def _converted_arrow(column: pd.Series, kind: pa.DataType) -> pd.Series:
    if pa.types.is_fixed_size_list(kind):
        return column.astype(pd.ArrowDtype(pa.list_(kind.value_type)))
    if pa.types.is_dictionary(kind):
        return column.astype("category")
    if pa.types.is_timestamp(kind):
        return column.astype(f"datetime64[us, {kind.tz}]" if kind.tz else "datetime64[us]")
    targets = {"boolean": pa.types.is_boolean, "float64": pa.types.is_floating, "Int64": pa.types.is_integer}
    targets["timedelta64[us]"] = pa.types.is_duration
    return column.astype(next((target for target, test in targets.items() if test(kind)), "str"))


def _converted_objects(column: pd.Series) -> pd.Series:
    """Find what Python objects are of one kind; anything else Arrow may hold as lists, dates, decimals."""
    kind = pd.api.types.infer_dtype(column, skipna=True)
    targets = {"string": "str", "empty": "str", "boolean": "boolean", "integer": "Int64", "floating": "float64"}
    if kind in targets:
        return column.astype(targets[kind])
    if kind in ("datetime64", "datetime", "timedelta", "timedelta64"):
        return _converted_if_needed(column.infer_objects())
    array = pa.array(column, from_pandas=True)
    return _converted_if_needed(pd.Series(pd.array(array.to_pandas(types_mapper=pd.ArrowDtype)), index=column.index))


def _conformed(column: pd.Series, dtype: str) -> pd.Series:
    if str(column.dtype) == dtype:
        return column
    if column.isna().all() and not dtype.endswith("[pyarrow]"):
        return pd.Series([None] * len(column), index=column.index, dtype=object).astype(dtype)
    if str(column.dtype) == "Int64" and dtype == "float64":
        floats = column.astype("float64")
        if (floats.dropna().abs() <= 2**53).all():
            return floats
    raise StepRefused(f"column {column.name!r}", expected=dtype, found=str(column.dtype))

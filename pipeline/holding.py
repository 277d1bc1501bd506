"""Which rows a condition holds for: yes, no, or not known where a value it compares is missing."""

from __future__ import annotations

import operator
from functools import reduce
from typing import Any

import pandas as pd
import pyarrow as pa

from pipeline.where import Comparison, parse

_COMPARE = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "in": lambda column, values: column.isin(values), "not in": lambda column, values: ~column.isin(values),
}


def columns_of(condition: str) -> list[str]:
    """Name the columns a condition reads, each once, in its order.

    Raises:
        Misuse: the text is no condition.
    """
    return list(dict.fromkeys(each.column for group in parse(condition) for each in group))


def incomparable(condition: str, frame: pd.DataFrame) -> str:
    """Say which comparison no value of its column can meet ("" if none): numbers with text, or text with numbers.

    Such a condition would hold for no row, and so pass unseen. Its columns must be in `frame`.
    """
    compared = [each for group in parse(condition) for each in group]
    odd = [each for each in compared if not _comparable(each, frame[each.column].dtype)]
    return f"{odd[0].column} ({frame[odd[0].column].dtype}) is compared with {odd[0].value!r}" if odd else ""


def holds(condition: str, frame: pd.DataFrame) -> pd.Series:
    """Ask a condition of every row: a nullable boolean, by the frame's index, null where it is not known.

    A null is neither equal to a constant nor different from it; `unknown or true` is true all the same.
    `frame` must have the columns, in types that can be compared (see `incomparable`).

    Raises:
        Misuse: the text is no condition.
        ValueError: a column of times is compared with text that is no time.
    """
    groups = [[_asked(each, frame[each.column]) for each in group] for group in parse(condition)]
    return reduce(operator.or_, [reduce(operator.and_, group) for group in groups])


def is_time(dtype: Any) -> bool:
    """Whether the column holds times or days."""
    if isinstance(dtype, pd.ArrowDtype):
        return pa.types.is_date(dtype.pyarrow_dtype) or pa.types.is_timestamp(dtype.pyarrow_dtype)
    return pd.api.types.is_datetime64_any_dtype(dtype)


def _asked(comparison: Comparison, column: pd.Series) -> pd.Series:
    missing = column.isna()
    if comparison.operator in ("is", "is not"):
        return (missing if comparison.operator == "is" else ~missing).astype("boolean")
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype if not missing.any() else object)
    known = column[~missing] if missing.any() else column
    answer = _COMPARE[comparison.operator](known, _as_time(comparison.value, known)).astype("boolean")
    return answer if known is column else answer.reindex(column.index)


def _as_time(value: Any, column: pd.Series) -> Any:
    if not is_time(column.dtype) or not isinstance(value, (str, list)):
        return value
    if isinstance(value, list):
        return [_as_time(each, column) for each in value]
    time, zone = pd.Timestamp(value), getattr(column.dtype, "tz", None)
    if zone is None or time.tzinfo is not None:
        return time
    return time.tz_localize(zone)


def _comparable(comparison: Comparison, dtype: object) -> bool:
    value = comparison.value
    if value is None or is_time(dtype):
        return True
    dtype = dtype.categories.dtype if isinstance(dtype, pd.CategoricalDtype) else dtype
    numbers = pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype)
    if not numbers and not pd.api.types.is_string_dtype(dtype):
        return True
    return all(isinstance(each, str) != numbers for each in (value if isinstance(value, list) else [value]))

"""Which rows a condition holds for: yes, no, or not known where a value it needs is missing."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pipeline.condition import Absence, Arithmetic, Column, Comparison, Condition, Constant, Junction, Membership
from pipeline.condition import Negation, Value
from pipeline.errors import Misuse
from pipeline.keys import plain
from pipeline.schema import ROW
from pipeline.where import columns_of, parse

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}
_COMPUTE: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul,
    "/": operator.truediv, "//": operator.floordiv, "%": operator.mod,
}
_JOIN: Mapping[str, Callable[[Any, Any], Any]] = {"and": operator.and_, "or": operator.or_}
_NUMBER, _TEXT, _TIME, _SPAN, _OTHER = "number", "text", "time", "span of time", ""
_SHOWN = 40


def holds(condition: str, frame: pd.DataFrame) -> pd.Series:
    """Ask a condition of every row: a nullable boolean, by the frame's index, null where it is not known.

    A null is neither equal to anything nor different from it; `unknown or true` is true all the same. Text
    beside times is read as ISO 8601, without a zone in the column's. An ordered category is compared in its order.

    Raises:
        Misuse: the text is no condition, or cannot be asked of these rows; `found` says why.
    """
    if why := unaskable(condition, frame):
        raise _misuse(condition, frame, found=why)
    try:
        return _asked(parse(condition), frame)
    except (TypeError, ValueError, ArithmeticError, NotImplementedError, RecursionError) as error:
        raise _misuse(condition, frame, found=str(error)) from error


def holding(condition: str, frame: pd.DataFrame) -> np.ndarray:
    """Say of every row whether a condition is known to hold, shape (n_rows,), bool.

    Raises: what `holds` raises.
    """
    return holds(condition, frame).fillna(False).to_numpy(dtype=bool)


def unaskable(condition: str, frame: pd.DataFrame) -> str:
    """Say which column is not there, or is compared with what it never equals ("" if none): numbers with text.

    Such a condition would hold for no row, and so pass unseen.

    Raises:
        Misuse: the text is no condition.
    """
    for column in columns_of(condition):
        if column not in frame.columns and column != ROW:
            near = get_close_matches(column, [str(each) for each in frame.columns], n=1)
            return f"there is no column {column!r}" + (f"; did you mean {near[0]!r}?" if near else "")
    return next(_odd(parse(condition), frame), "")


def is_time(dtype: Any) -> bool:
    """Whether the column holds times or days."""
    if isinstance(dtype, pd.ArrowDtype):
        return pa.types.is_date(dtype.pyarrow_dtype) or pa.types.is_timestamp(dtype.pyarrow_dtype)
    return pd.api.types.is_datetime64_any_dtype(dtype)


def _odd(node: Condition | Value, frame: pd.DataFrame, *, asked: bool = True) -> Iterator[str]:
    """What cannot be asked of these columns, in words; a column is `asked` where it must be true or false."""
    match node:
        case Column() if asked and not _is_truth(node, frame):
            yield f"{_told(node, frame)} is neither true nor false"
        case Negation(part):
            yield from _odd(part, frame)
        case Junction(_, parts):
            for part in parts:
                yield from _odd(part, frame)
        case Absence(value):
            yield from _odd(value, frame, asked=False)
        case Arithmetic(left, _, right):
            sides = [side for side in (left, right) if _kind(side, frame) not in (_NUMBER, _OTHER)]
            yield from (f"{_told(side, frame)} is no number" for side in sides)
            yield from (each for side in (left, right) for each in _odd(side, frame, asked=False))
        case Comparison(left, _, right):
            yield from (each for side in (left, right) for each in _odd(side, frame, asked=False))
            if not _comparable(left, right, frame):
                yield f"{_told(left, frame)} is compared with {_told(right, frame)}"
        case Membership(value, among):
            yield from _odd(value, frame, asked=False)
            if not all(_comparable(value, Constant(each), frame) for each in among):
                yield f"{_told(value, frame)} is compared with {list(among)!r}"


def _comparable(left: Value, right: Value, frame: pd.DataFrame) -> bool:
    kinds = {_kind(left, frame), _kind(right, frame)}
    written = any(isinstance(side, Constant) and isinstance(side.value, str) for side in (left, right))
    return len(kinds) == 1 or _OTHER in kinds or (written and kinds in ({_TEXT, _TIME}, {_TEXT, _SPAN}))


def _kind(node: Value, frame: pd.DataFrame) -> str:
    """What the values are, as far as they can be compared with one another; truths count as numbers."""
    if not isinstance(node, Column):
        return _TEXT if isinstance(node, Constant) and isinstance(node.value, str) else _NUMBER
    column = _column(node.name, frame)
    dtype = _dtype(column)
    if dtype == object:
        return _TEXT if pd.api.types.infer_dtype(column, skipna=True) == "string" else _OTHER
    if pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype):
        return _NUMBER
    if is_time(dtype):
        return _TIME
    return _TEXT if pd.api.types.is_string_dtype(dtype) else _SPAN if dtype.kind == "m" else _OTHER


def _is_truth(node: Column, frame: pd.DataFrame) -> bool:
    column = _column(node.name, frame)
    dtype = _dtype(column)
    if dtype == object:
        return pd.api.types.infer_dtype(column, skipna=True) in ("boolean", "empty")
    return pd.api.types.is_bool_dtype(dtype)


def _column(name: str, frame: pd.DataFrame) -> pd.Series:
    return frame[name] if name in frame.columns else frame.index.to_series(name=ROW)


def _dtype(column: pd.Series) -> Any:
    return column.cat.categories.dtype if isinstance(column.dtype, pd.CategoricalDtype) else column.dtype


def _told(node: Value, frame: pd.DataFrame) -> str:
    match node:
        case Column(name):
            return f"{name} ({_column(name, frame).dtype})"
        case Arithmetic(left, sign, right):
            return f"{_told(left, frame)} {sign} {_told(right, frame)}"
    return repr(node.value)


def _asked(node: Condition, frame: pd.DataFrame) -> pd.Series:
    match node:
        case Junction(joined_by, parts):
            return reduce(_JOIN[joined_by], [_asked(part, frame) for part in parts])
        case Negation(part):
            return ~_asked(part, frame)
        case Absence(value):
            return _values(value, frame).isna().astype("boolean")
        case Membership(value, among):
            column = _values(value, frame)
            return _compared(pd.Series.isin, column, [_like(each, column) for each in among])
        case Comparison(left, sign, right):
            ours, theirs = _values(left, frame), _values(right, frame)
            return _compared(_COMPARE[sign], _like(ours, theirs), _like(theirs, ours))
    return _values(node, frame).astype("boolean")


def _compared(compare: Callable[[Any, Any], Any], left: Any, right: Any) -> pd.Series:
    """The answers where both sides have a value, null elsewhere."""
    missing = reduce(operator.or_, [side.isna() for side in (left, right) if isinstance(side, pd.Series)])
    if not missing.any():
        return compare(left, right).astype("boolean")
    known = [side[~missing] if isinstance(side, pd.Series) else side for side in (left, right)]
    return compare(*known).astype("boolean").reindex(missing.index)


def _values(node: Value, frame: pd.DataFrame) -> Any:
    """The values of the rows, as a series that can be compared, or of a constant, itself."""
    match node:
        case Constant(value):
            return value
        case Arithmetic(left, sign, right):
            return _COMPUTE[sign](_values(left, frame), _values(right, frame))
    column = _column(node.name, frame)
    if getattr(column.dtype, "ordered", False) and not column.cat.categories.is_monotonic_increasing:
        return column
    column = plain(column)
    is_day = isinstance(column.dtype, pd.ArrowDtype) and pa.types.is_date(column.dtype.pyarrow_dtype)
    return column.astype("datetime64[us]") if is_day else column


def _like(value: Any, column: Any) -> Any:
    """Turn text that is compared with times or spans of time into one of them; anything else stays as it is."""
    if not isinstance(value, str) or not isinstance(column, pd.Series):
        return value
    if column.dtype.kind == "m":
        return _read(pd.Timedelta, value, expected="a span of time such as 01:30:00")
    if not is_time(column.dtype):
        return value
    time, zone = _read(pd.Timestamp, value, expected="a time such as 2024-01-31"), getattr(column.dtype, "tz", None)
    return time if zone is None or time.tzinfo is not None else time.tz_localize(zone)


def _read(kind: Callable[[str], Any], text: str, *, expected: str) -> Any:
    try:
        return kind(text)
    except ValueError as error:
        raise ValueError(f"{text!r}, which is not {expected}") from error


def _misuse(condition: str, frame: pd.DataFrame, *, found: str) -> Misuse:
    listed = ", ".join(map(str, frame.columns[:_SHOWN])) + (", …" if len(frame.columns) > _SHOWN else "")
    return Misuse(
        f"the condition {condition!r} cannot be asked",
        expected="columns there are, compared with what they hold",
        found=found[:200],
        next_step=f"The columns are {listed}.",
    )

"""Values of any form under a declared type: 1, 1.0 and "1" are one integer; what does not fit is pointed at.

Declared types are integer, number, text, boolean, datetime and category. A null stays null. Beside
null itself a blank or one of `NULL_WORDS` means null, except in text, where only null does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

DTYPES = {
    "integer": "Int64",
    "number": "float64",
    "text": "str",
    "boolean": "boolean",
    "datetime": "datetime64[us, UTC]",
    "category": "category",
}
NULL_WORDS = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None")
TRUE_WORDS = ("true", "t", "yes", "y", "1", "1.0")
FALSE_WORDS = ("false", "f", "no", "n", "0", "0.0")

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_NUMBER = re.compile(r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf(?:inity)?)", re.IGNORECASE)
_EXACT = 2**53
_LEAST, _MOST = -(2**63), 2**63 - 1
_WRONG = object()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A column under its declared type, and a mask of the rows whose value does not fit (null there)."""

    values: pd.Series
    wrong: np.ndarray


def parsed(column: pd.Series, kind: str) -> Parsed:
    """Read a column of any dtype as the declared type `kind`, a key of `DTYPES`."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype if len(column.cat.categories) else "str")
    fast = _FAST.get(kind, _no_fast_way)(column)
    if fast is not None:
        return Parsed(fast, np.zeros(len(column), bool))
    codes, distinct = pd.factorize(column.astype(object), use_na_sentinel=False)
    cells = [parsed_value(value, kind) for value in distinct]
    wrong = np.fromiter((cell is _WRONG for cell in cells), bool, len(cells))
    found = column_of([None if cell is _WRONG else cell for cell in cells], kind)
    values = found.take(codes) if len(found) else found
    return Parsed(values.set_axis(column.index), wrong[codes] if len(cells) else np.zeros(len(column), bool))


def parsed_value(value: Any, kind: str) -> Any:
    """Read one value as the declared type `kind`: None for null, something `fits` denies if it does not fit."""
    if value is None or value is pd.NA or value is pd.NaT or _is_nan(value):
        return None
    if isinstance(value, np.generic):
        value = pd.Timestamp(value) if isinstance(value, np.datetime64) else value.item()
    if kind not in ("text", "category") and isinstance(value, str):
        value = value.strip()
        if value in NULL_WORDS:
            return None
    return _ONE[kind](value)


def _is_nan(value: Any) -> bool:
    return value != value if isinstance(value, float) else isinstance(value, Decimal) and value.is_nan()


def fits(cell: Any) -> bool:
    """Say whether `parsed_value` could read the value."""
    return cell is not _WRONG


def column_of(cells: Sequence[Any], kind: str) -> pd.Series:
    """Make a column of values that `parsed_value` read; the values of a category are put in order."""
    if kind == "category":
        texts = pd.Series(cells, dtype="str")
        return texts.astype(pd.CategoricalDtype(sorted(texts.dropna().unique())))
    if kind == "datetime":
        instants = pd.to_datetime(pd.Series(cells, dtype=object), utc=True)
        return instants.astype(DTYPES[kind])
    return pd.Series(cells, dtype=DTYPES[kind])


def _no_fast_way(column: pd.Series) -> None:
    return None


def _one_integer(value: Any) -> Any:
    if isinstance(value, bool):
        return _WRONG
    if isinstance(value, str):
        if not _WHOLE.fullmatch(value):
            value = float(value) if _NUMBER.fullmatch(value) else _WRONG
        else:
            value = int(value)
    if isinstance(value, (float, Decimal)):
        whole = abs(value) <= _EXACT and value == int(value)
        value = int(value) if whole else _WRONG
    return value if isinstance(value, int) and _LEAST <= value <= _MOST else _WRONG


def _one_number(value: Any) -> Any:
    if isinstance(value, str) and _NUMBER.fullmatch(value) or isinstance(value, (int, float, Decimal)):
        try:
            return _WRONG if isinstance(value, bool) else float(value)
        except OverflowError:
            return _WRONG
    return _WRONG


def _one_boolean(value: Any) -> Any:
    word = str(value).lower() if isinstance(value, (bool, int, float, str)) else ""
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else _WRONG


def _one_text(value: Any) -> Any:
    if isinstance(value, float) and abs(value) <= _EXACT and value == int(value):
        value = int(value)
    if isinstance(value, (str, int, float, Decimal)) and not isinstance(value, bool):
        return str(value)
    return _WRONG


def _one_datetime(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        instant = pd.Timestamp(value)
    elif isinstance(value, str):
        instant = pd.to_datetime([value], format="ISO8601", utc=True, errors="coerce")[0]
    else:
        return _WRONG
    if instant is pd.NaT:
        return _WRONG
    return (instant.tz_localize("UTC") if instant.tz is None else instant.tz_convert("UTC")).as_unit("us")


_ONE: dict[str, Callable[[Any], Any]] = {
    "integer": _one_integer,
    "number": _one_number,
    "text": _one_text,
    "boolean": _one_boolean,
    "datetime": _one_datetime,
    "category": _one_text,
}


def _is_text(column: pd.Series) -> bool:
    return isinstance(column.dtype, pd.StringDtype)


def _trimmed(column: pd.Series) -> pa.Array:
    texts = pc.utf8_trim_whitespace(pa.array(column, from_pandas=True))
    return pc.if_else(pc.is_in(texts, value_set=pa.array(NULL_WORDS)), None, texts)


def _fast_integers(column: pd.Series) -> pd.Series | None:
    if _is_text(column):
        try:
            texts = _trimmed(column)
            if pc.any(pc.match_substring(texts, "x", ignore_case=True)).as_py():
                return None
            return pd.Series(pd.array(texts.cast(pa.int64()).to_pandas(types_mapper=_as_int64)), index=column.index)
        except pa.ArrowInvalid:
            numbers = _fast_numbers(column)
            return None if numbers is None else _fast_integers(numbers)
    if pd.api.types.is_integer_dtype(column.dtype) and str(column.dtype).lower() != "uint64":
        return column.astype("Int64")
    if not pd.api.types.is_float_dtype(column.dtype):
        return None
    numbers = column.to_numpy("float64", na_value=np.nan)
    null = np.isnan(numbers)
    whole = np.where(null, 0.0, numbers)
    if (np.abs(whole) >= _EXACT).any() or (whole != np.trunc(whole)).any():
        return None
    return pd.Series(pd.arrays.IntegerArray(whole.astype("int64"), null), index=column.index)


def _as_int64(kind: pa.DataType) -> pd.Int64Dtype:
    return pd.Int64Dtype()


def _fast_numbers(column: pd.Series) -> pd.Series | None:
    if _is_text(column):
        try:
            numbers = _trimmed(column).cast(pa.float64())
        except pa.ArrowInvalid:
            return None
        return pd.Series(numbers.to_numpy(zero_copy_only=False), index=column.index)
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        return pd.Series(column.to_numpy("float64", na_value=np.nan), index=column.index)
    return None


def _fast_booleans(column: pd.Series) -> pd.Series | None:
    return column.astype("boolean") if pd.api.types.is_bool_dtype(column.dtype) else None


def _fast_texts(column: pd.Series) -> pd.Series | None:
    return column.astype("str") if _is_text(column) else None


def _fast_datetimes(column: pd.Series) -> pd.Series | None:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column.dt.tz_convert("UTC").astype(DTYPES["datetime"])
    if column.dtype.kind == "M":
        return column.dt.tz_localize("UTC").astype(DTYPES["datetime"])
    return None


def _fast_categories(column: pd.Series) -> pd.Series | None:
    if not _is_text(column):
        return None
    return column.astype(pd.CategoricalDtype(sorted(column.dropna().unique())))


_FAST: dict[str, Callable[[pd.Series], pd.Series | None]] = {
    "integer": _fast_integers,
    "number": _fast_numbers,
    "text": _fast_texts,
    "boolean": _fast_booleans,
    "datetime": _fast_datetimes,
    "category": _fast_categories,
}

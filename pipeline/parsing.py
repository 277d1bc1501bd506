"""One value of any form under a declared type: 1, 1.0 and "1" are one integer; what does not fit is told.

Declared types are integer, number, text, boolean, datetime and category. A null stays null. Beside
null itself a blank or one of `NULL_WORDS` means null, except in text, where only null does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

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
ISO = (
    r"^(?:[1-9][0-9]{3}|0[0-9]{2}[1-9]|0[0-9][1-9][0-9]|0[1-9][0-9]{2})-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)? ?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?$"
)
EXACT = 2**53
_LEAST, _MOST = -(2**63), 2**63 - 1
WRONG = object()


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
    return cell is not WRONG


def column_of(cells: Sequence[Any], kind: str) -> pd.Series:
    """Make a column of values that `parsed_value` read; the values of a category are put in order."""
    if kind == "category":
        texts = pd.Series(cells, dtype="str")
        return texts.astype(pd.CategoricalDtype(sorted(texts.dropna().unique())))
    if kind == "datetime":
        instants = pd.to_datetime(pd.Series(cells, dtype=object), utc=True)
        return instants.astype(DTYPES[kind])
    return pd.Series(cells, dtype=DTYPES[kind])


def _one_integer(value: Any) -> Any:
    if isinstance(value, bool):
        return WRONG
    if isinstance(value, str):
        if not _WHOLE.fullmatch(value):
            value = float(value) if _NUMBER.fullmatch(value) else WRONG
        else:
            value = int(value)
    if isinstance(value, (float, Decimal)):
        whole = abs(value) <= EXACT and value == int(value)
        value = int(value) if whole else WRONG
    return value if isinstance(value, int) and _LEAST <= value <= _MOST else WRONG


def _one_number(value: Any) -> Any:
    if isinstance(value, str) and _NUMBER.fullmatch(value) or isinstance(value, (int, float, Decimal)):
        try:
            return WRONG if isinstance(value, bool) else float(value)
        except OverflowError:
            return WRONG
    return WRONG


def _one_boolean(value: Any) -> Any:
    word = str(value).lower() if isinstance(value, (bool, int, float, str)) else ""
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else WRONG


def _one_text(value: Any) -> Any:
    if isinstance(value, float) and abs(value) <= EXACT and value == int(value):
        value = int(value)
    if isinstance(value, (str, int, float, Decimal)) and not isinstance(value, bool):
        return str(value)
    return WRONG


def _one_datetime(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        instant = pd.Timestamp(value)
    elif isinstance(value, str) and re.fullmatch(ISO, value):
        instant = pd.to_datetime([value], format="ISO8601", utc=True, errors="coerce")[0]
    else:
        return WRONG
    if instant is pd.NaT:
        return WRONG
    return (instant.tz_localize("UTC") if instant.tz is None else instant.tz_convert("UTC")).as_unit("us")


_ONE: dict[str, Callable[[Any], Any]] = {
    "integer": _one_integer,
    "number": _one_number,
    "text": _one_text,
    "boolean": _one_boolean,
    "datetime": _one_datetime,
    "category": _one_text,
}

"""Keys: the values that rows of two tables are matched by, their kinds, and words that are equal where they are.

A kind says what a key is, whatever column it stands in: a category of texts is text. Keys of
different kinds are never matched: 9007199254740993 as a float is another number, and "07" is no 7.
How keys that were recorded are followed, whatever they are, `lineage.keys` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lineage.keys import plain
from pipeline.errors import Misuse
from pipeline.rank import mixed

_EXACT = 2.0**53
_STEP = np.uint64(0x9E3779B97F4A7C15)


def key_kind(dtype: Any) -> str:
    """Name what values of a dtype are as keys.

    One of integer, number, boolean, text, datetime (with a time zone), local datetime (without),
    date and duration; "" for what can be no key, such as lists.
    """
    if isinstance(dtype, pd.CategoricalDtype):
        return key_kind(dtype.categories.dtype)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return "datetime"
    if isinstance(dtype, pd.ArrowDtype):
        return "date" if pa.types.is_date(dtype.pyarrow_dtype) else ""
    if isinstance(dtype, pd.StringDtype):
        return "text"
    kinds = {"i": "integer", "u": "integer", "f": "number", "b": "boolean", "M": "local datetime", "m": "duration"}
    return kinds.get(dtype.kind, "")


def key_kinds(frame: pd.DataFrame, columns: Sequence[str]) -> dict[str, str]:
    """Name the kind of every key column.

    Raises:
        Misuse: a column is not there, or holds what can be no key.
    """
    if absent := [name for name in columns if name not in frame.columns]:
        raise Misuse("key columns that are not there", expected=f"some of {', '.join(frame.columns)}", examples=absent)
    kinds = {name: key_kind(frame[name].dtype) for name in columns}
    if odd := [f"{name} ({frame[name].dtype})" for name, kind in kinds.items() if not kind]:
        raise Misuse("rows cannot be known by these columns", expected="numbers, text, booleans, times", examples=odd)
    return kinds


def same_kinds(left: pd.DataFrame, right: pd.DataFrame, on: Mapping[str, str], *, step: str) -> None:
    """Refuse keys that would lose digits or meaning when compared; `on` maps left columns to right ones.

    Raises:
        Misuse: a column is not there, holds what can be no key, or is matched with one of another kind.
    """
    ours, theirs = key_kinds(left, list(on)), key_kinds(right, list(on.values()))
    if odd := [
        f"{mine} ({left[mine].dtype}) with {other} ({right[other].dtype})"
        for mine, other in on.items()
        if ours[mine] != theirs[other]
    ]:
        raise Misuse(
            f"{step} matches keys of different kinds",
            expected="the same kind on both sides, so that no digit is lost",
            examples=odd,
            next_step='Convert one of them in a step before: .astype("Int64"), .astype("str").',
        )


def numbers(column: pd.Series) -> np.ndarray:
    """Give the values of a key column that is no text as int64, or float64 for numbers; nulls as anything.

    Times are microseconds since 1970, in UTC where there is a time zone.
    """
    column, kind = plain(column), key_kind(column.dtype)
    if kind == "number":
        return column.to_numpy("float64", na_value=np.nan) + 0.0
    if kind == "date":
        column, kind = column.astype("datetime64[us]"), "local datetime"
    if kind == "datetime":
        column, kind = column.dt.tz_convert(None), "local datetime"
    if kind in ("local datetime", "duration"):
        return column.to_numpy("datetime64[us]" if kind == "local datetime" else "timedelta64[us]").view(np.int64)
    return column.to_numpy("int64", na_value=0)


def column_words(column: pd.Series) -> np.ndarray:
    """Give a word of 64 bits for every value, shape (n_rows,), uint64: equal where values are; nulls as anything.

    A whole number has one word, whether as integer or as float.
    """
    if key_kind(column.dtype) == "text":
        return _text_words(column)
    values = numbers(column)
    if values.dtype == np.int64:
        return values.view(np.uint64)
    whole = (np.abs(values) < _EXACT) & (values == np.floor(values))
    return np.where(whole, np.where(whole, values, 0).astype(np.int64).view(np.uint64), values.view(np.uint64))


def key_words(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Give a word of 64 bits for the key of every row, and which rows have a null in it, both shape (n_rows,).

    Equal keys have equal words; that different keys have different ones is all but certain, and
    certain for one column that is no text. The word of a row with a null means nothing.

    Raises:
        Misuse: a column is not there, or holds what can be no key.
    """
    key_kinds(frame, columns)
    words, null = column_words(frame[columns[0]]), frame[columns[0]].isna().to_numpy()
    for name in columns[1:]:
        with np.errstate(over="ignore"):
            words = mixed(words) * _STEP ^ column_words(frame[name])
        null = null | frame[name].isna().to_numpy()
    return words, null


def key_numbers(keys: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Number the rows of a table of key columns without nulls: equal keys alike, from 0, shape (n_rows,).

    Also gives for every number the place of a row that has it, shape (n_keys,).
    """
    numbers, *others = (pd.factorize(column)[0] for _, column in keys.items())
    for codes in others:
        count, more = numbers.max(initial=-1) + 1, codes.max(initial=-1) + 1
        numbers = _without_gaps(numbers * more + codes, count * more)
    places = np.empty(numbers.max(initial=-1) + 1, np.int64)
    places[numbers] = np.arange(len(numbers))
    return numbers, places


def _without_gaps(numbers: np.ndarray, count: int) -> np.ndarray:
    """Number anew the numbers below `count` that are there; by a table of them all, unless that is the longer way."""
    if count > len(numbers):
        return pd.factorize(numbers)[0]
    there = np.zeros(count, bool)
    there[numbers] = True
    return (np.cumsum(there) - 1)[numbers]


def _text_words(column: pd.Series) -> np.ndarray:
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, texts = column.cat.codes.to_numpy(), column.cat.categories
    else:
        codes, texts = pd.factorize(column)
    words = pd.util.hash_array(np.asarray(texts, dtype=object), categorize=False)
    return np.append(words, np.uint64(0))[codes]

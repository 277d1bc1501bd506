"""A column of any dtype under a declared type, all at once, exactly as `parsing` reads its values one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.parsing import (
    DTYPES, EXACT, FALSE_WORDS, ISO, NULL_WORDS, TRUE_WORDS, WRONG, column_of, parsed_value,
)

_EASY_INTEGER = r"^-?[0-9]{1,18}$"
_EASY_NUMBER = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A column under its declared type, and a mask of the rows whose value does not fit (null there)."""

    values: pd.Series
    wrong: np.ndarray


def parsed(column: pd.Series, kind: str) -> Parsed:
    """Read a column of any dtype as the declared type `kind`, a key of `DTYPES`."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype if len(column.cat.categories) else "str")
    fast = _FAST[kind](column)
    return _by_cell(column, kind) if fast is None else fast


def _by_cell(column: pd.Series, kind: str) -> Parsed:
    """Read every distinct value by itself: right for anything, and slow."""
    codes, distinct = pd.factorize(column.astype(object), use_na_sentinel=False)
    cells = [parsed_value(value, kind) for value in distinct]
    wrong = np.fromiter((cell is WRONG for cell in cells), bool, len(cells))
    found = column_of([None if cell is WRONG else cell for cell in cells], kind)
    values = found.take(codes) if len(found) else found
    return Parsed(values.set_axis(column.index), wrong[codes] if len(cells) else np.zeros(len(column), bool))


def _is_text(column: pd.Series) -> bool:
    return isinstance(column.dtype, pd.StringDtype)


def _trimmed(column: pd.Series) -> pa.Array:
    texts = pc.utf8_trim_whitespace(pa.array(column, from_pandas=True))
    return pc.if_else(pc.is_in(texts, value_set=pa.array(NULL_WORDS)), None, texts)


def _all_fit(values: pd.Series) -> Parsed:
    return Parsed(values, np.zeros(len(values), bool))


def _fast_integers(column: pd.Series) -> Parsed | None:
    if _is_text(column):
        return _mostly(column, _EASY_INTEGER, kind="integer")
    if pd.api.types.is_integer_dtype(column.dtype) and str(column.dtype).lower() != "uint64":
        return _all_fit(column.astype("Int64"))
    if not pd.api.types.is_float_dtype(column.dtype):
        return None
    numbers = column.to_numpy("float64", na_value=np.nan)
    null = np.isnan(numbers)
    whole = np.where(null, 0.0, numbers)
    if (np.abs(whole) >= EXACT).any() or (whole != np.trunc(whole)).any():
        return None
    return _all_fit(pd.Series(pd.arrays.IntegerArray(whole.astype("int64"), null), index=column.index))


def _fast_numbers(column: pd.Series) -> Parsed | None:
    if _is_text(column):
        return _mostly(column, _EASY_NUMBER, kind="number")
    if column.dtype == np.float64:
        return _all_fit(column.copy(deep=False))
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        return _all_fit(pd.Series(column.to_numpy("float64", na_value=np.nan), index=column.index))
    return None


def _mostly(column: pd.Series, easy: str, *, kind: str) -> Parsed:
    """Read text of the plainest form all at once, and only the rest cell by cell."""
    texts = _trimmed(column)
    is_easy = pc.match_substring_regex(texts, easy)
    numbers = pc.if_else(is_easy, texts, None).cast(pa.int64() if kind == "integer" else pa.float64())
    rest = pc.fill_null(pc.invert(is_easy), False).to_numpy(zero_copy_only=False)
    values = numbers.to_pandas(types_mapper=_nullable if kind == "integer" else None).set_axis(column.index)
    wrong = np.zeros(len(column), bool)
    if rest.any():
        slow = _by_cell(column[rest], kind)
        values.iloc[np.flatnonzero(rest)] = slow.values.array
        wrong[rest] = slow.wrong
    return Parsed(values, wrong)


def _nullable(kind: pa.DataType) -> pd.Int64Dtype:
    return pd.Int64Dtype()


def _fast_booleans(column: pd.Series) -> Parsed | None:
    if pd.api.types.is_bool_dtype(column.dtype):
        return _all_fit(column.astype("boolean"))
    if not _is_text(column):
        return None
    words = pc.utf8_lower(_trimmed(column))
    null = words.is_null().to_numpy(zero_copy_only=False)
    true, false = (_among(words, known) for known in (TRUE_WORDS, FALSE_WORDS))
    values = pd.Series(pd.arrays.BooleanArray(true, ~(true | false)), index=column.index)
    return Parsed(values, ~(true | false | null))


def _among(words: pa.Array, known: Sequence[str]) -> np.ndarray:
    return pc.is_in(words, value_set=pa.array(known, words.type)).to_numpy(zero_copy_only=False)


def _fast_texts(column: pd.Series) -> Parsed | None:
    return _all_fit(column.astype("str")) if _is_text(column) else None


def _fast_datetimes(column: pd.Series) -> Parsed | None:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return _all_fit(column.dt.tz_convert("UTC").astype(DTYPES["datetime"]))
    if column.dtype.kind == "M":
        return _all_fit(column.dt.tz_localize("UTC").astype(DTYPES["datetime"]))
    if not _is_text(column):
        return None
    texts = _trimmed(column)
    present = texts.is_valid().to_numpy(zero_copy_only=False)
    dates = pd.Series(pc.if_else(pc.match_substring_regex(texts, ISO), texts, None).to_pandas(), dtype="str")
    instants = pd.to_datetime(dates, format="ISO8601", utc=True, errors="coerce").astype(DTYPES["datetime"])
    return Parsed(instants.set_axis(column.index), present & instants.isna().to_numpy())


def _fast_categories(column: pd.Series) -> Parsed | None:
    if not _is_text(column):
        return None
    return _all_fit(column.astype(pd.CategoricalDtype(sorted(column.dropna().unique()))))


_FAST: dict[str, Callable[[pd.Series], Parsed | None]] = {
    "integer": _fast_integers,
    "number": _fast_numbers,
    "text": _fast_texts,
    "boolean": _fast_booleans,
    "datetime": _fast_datetimes,
    "category": _fast_categories,
}

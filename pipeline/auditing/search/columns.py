"""Columns of metadata as codes: each row's value, or its range of values, as a small whole number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.search import Condition

MOST_VALUES = 100
MOST_NUMBERS = 20
FEW_ROWS, FEW_BINS, MANY_BINS = 10_000, 5, 10


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column in codes `(n_rows,)`: 0 where no condition holds, else 1 + the place among `conditions`."""

    name: str
    codes: np.ndarray
    conditions: tuple[Condition, ...]


class Unsearchable(Exception):
    """A column cannot be searched; the text says why, for the report."""


def columns_of(
    rows: pd.DataFrame, *, columns: Sequence[str] = (), exclude: Sequence[str] = (), min_rows: int
) -> tuple[list[Column], dict[str, str]]:
    """Code the columns of `rows` (all, or those named) except the excluded; give the others with the reason.

    Up to 20 different numbers, and up to 100 other values, each make a condition; more numbers, or times, are
    cut into ranges of about equal counts (5, or 10 where there are 10,000 rows). A missing value is a
    condition, too. What holds for fewer than `min_rows` rows makes none.
    """
    coded: list[Column] = []
    left_out: dict[str, str] = {}
    for name in columns or [str(each) for each in rows.columns]:
        try:
            if name in exclude:
                raise Unsearchable("excluded")
            coded.append(_coded(name, rows, min_rows=min_rows))
        except Unsearchable as reason:
            left_out[name] = str(reason)
    return coded, left_out


def _coded(name: str, rows: pd.DataFrame, *, min_rows: int) -> Column:
    if name not in rows.columns:
        near = get_close_matches(name, [str(each) for each in rows.columns], n=1)
        raise Unsearchable("not stored" + (f"; did you mean {near[0]!r}?" if near else ""))
    codes, conditions = _conditions(name, rows[name])
    missing = codes < 0
    codes = np.where(missing, len(conditions), codes)
    conditions = [*conditions, Condition(column=name, missing=True)]
    counts = np.bincount(codes, minlength=len(conditions))
    kept = np.flatnonzero(counts >= min_rows)
    if len(kept) == 1 and counts[kept[0]] == len(codes):
        raise Unsearchable("the same in every row")
    if not len(kept):
        raise Unsearchable(f"no value has {min_rows} rows")
    place = np.zeros(len(conditions), dtype=np.int16)
    place[kept] = np.arange(1, len(kept) + 1)
    return Column(name, place[codes], tuple(conditions[each] for each in kept))


def _conditions(name: str, values: pd.Series) -> tuple[np.ndarray, list[Condition]]:
    """Give a code per row, -1 where the value is missing, and the condition of each code."""
    if _is_number(values.dtype) or pd.api.types.is_datetime64_any_dtype(values.dtype):
        return _of_numbers(name, values)
    try:
        codes, uniques = pd.factorize(values, sort=str(values.dtype) != "object")
    except TypeError as error:
        raise Unsearchable("its values cannot be compared") from error
    if len(uniques) > MOST_VALUES:
        raise Unsearchable(f"{len(uniques):,} different values, an identifier or free text (at most {MOST_VALUES})")
    return codes, [Condition(column=name, value=_plain(value)) for value in uniques]


def _is_number(dtype: Any) -> bool:
    return pd.api.types.is_any_real_numeric_dtype(dtype) and str(dtype) != "category"


def _of_numbers(name: str, values: pd.Series) -> tuple[np.ndarray, list[Condition]]:
    numbers = _as_floats(values)
    there = np.isfinite(numbers)
    uniques = np.unique(numbers[there])
    whole = pd.api.types.is_integer_dtype(values.dtype)
    if whole and len(uniques) > MOST_VALUES and len(uniques) == there.sum():
        raise Unsearchable(f"{len(uniques):,} whole numbers, no two alike: an identifier")
    codes = np.full(len(numbers), -1, dtype=np.int64)
    if len(uniques) <= MOST_NUMBERS and _is_number(values.dtype):
        codes[there] = np.searchsorted(uniques, numbers[there])
        return codes, [Condition(column=name, value=_value(each, whole)) for each in uniques.tolist()]
    cuts = _cuts(numbers[there], bins=MANY_BINS if len(numbers) >= FEW_ROWS else FEW_BINS)
    codes[there] = np.searchsorted(cuts, numbers[there], side="right")
    ends = [None, *(_end(cut, values) for cut in cuts), None]
    return codes, [Condition(column=name, low=low, high=high) for low, high in zip(ends, ends[1:], strict=False)]


def _cuts(numbers: np.ndarray, *, bins: int) -> np.ndarray:
    """Cut at quantiles; where the lowest number (0, mostly) fills a range by itself, that and the others apart."""
    if not len(numbers):
        return numbers
    lowest = numbers.min()
    above = numbers[numbers > lowest]
    alone = len(numbers) - len(above) >= len(numbers) / bins and len(above) > 0
    shares = np.arange(0 if alone else 1, bins) / bins
    cuts = np.unique(np.quantile(above if alone else numbers, shares, method="higher"))
    return cuts[cuts > lowest]


def _as_floats(values: pd.Series) -> np.ndarray:
    if _is_number(values.dtype):
        return values.to_numpy("float64", na_value=np.nan)
    since = values.dt.tz_localize(None) if values.dt.tz is not None else values
    micros = since.astype("datetime64[us]").to_numpy().astype("int64").astype("float64")
    return np.where(values.isna().to_numpy(), np.nan, micros)


def _end(cut: float, values: pd.Series) -> float | str:
    if _is_number(values.dtype):
        return float(cut)
    return pd.Timestamp(int(cut), unit="us").isoformat(sep=" ")


def _value(number: float, whole: bool) -> float | int:
    return int(number) if whole or number.is_integer() else number


def _plain(value: Any) -> Any:
    plain = value.item() if hasattr(value, "item") else value
    return plain if isinstance(plain, (str, int, float, bool)) else str(plain)


def reveals(column: Column, truth: np.ndarray) -> bool:
    """Whether each of the column's values stands for one class of the truth: then it says what the answer is."""
    there = column.codes > 0
    classes = pd.factorize(truth)[0]
    pairs = np.unique(column.codes[there].astype(np.int64) * (classes.max() + 1) + classes[there])
    return len(column.conditions) > 1 and len(pairs) == len(column.conditions)

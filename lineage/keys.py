"""Rows found by their keys: the values of some columns, in one table, that another table has too.

What was recorded is followed, whatever types its columns have: numbers meet as numbers, and what cannot be
compared is taken to match. What a step may match, and what would lose digits, `pipeline.keys` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from pandas.api import types


class Keys:
    """Some keys, each a value in every one of `n_columns` columns. A key with a null is none."""

    def __init__(self, frames: Iterable[pd.DataFrame], columns: Sequence[str]) -> None:
        """Take the keys that the rows of `frames` have in `columns`."""
        found = [frame[columns].dropna() for frame in frames]
        frames = [frame.set_axis(range(len(columns)), axis="columns") for frame in found if len(frame)]
        parts = [[plain(frame[place]) for frame in frames] for place in range(len(columns))]
        self._columns = [_stacked(part) for part in parts] if frames else []

    def __bool__(self) -> bool:
        """Whether there is any key."""
        return bool(self._columns)

    def of(self, frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
        """Say of each row of a table whether it has one of the keys in `columns`; shape `(len(frame),)`, bool.

        Where a column's values and the keys' are of kinds that cannot be compared, every value is taken to match.
        """
        if not self or not len(frame):
            return np.zeros(len(frame), dtype=bool)
        mask = np.ones(len(frame), dtype=bool)
        for name, values in zip(columns, self._columns, strict=True):
            mask &= _has(frame[name], values)
        return mask if len(columns) == 1 or not mask.any() else self._exactly(frame, columns, mask)

    def are_all_in(self, frames: Iterable[tuple[pd.DataFrame, Sequence[str]]]) -> bool:
        """Whether each key is that of some row of the tables, given with their key columns."""
        if not self:
            return True
        own = pd.DataFrame(dict(enumerate(self._columns)))
        found = np.zeros(len(own), dtype=bool)
        for frame, columns in frames:
            found |= Keys([frame], columns).of(own, range(len(self._columns)))
        return bool(found.all())

    def _exactly(self, frame: pd.DataFrame, columns: Sequence[str], mask: np.ndarray) -> np.ndarray:
        """Keep of the rows whose every column has a key's value those that have all values of one key."""
        places = np.flatnonzero(mask)
        some = frame.take(places)
        codes = np.zeros(len(places) + len(self._columns[0]), dtype=np.int64)
        for name, values in zip(columns, self._columns, strict=True):
            column, known = _comparable(plain(some[name]), values)
            if known is None:
                continue
            column_codes, distinct = pd.factorize(_stacked([column, known]))
            codes = pd.factorize(codes * len(distinct) + column_codes)[0]
        exact = np.zeros(len(frame), dtype=bool)
        exact[places] = np.isin(codes[: len(places)], codes[len(places) :])
        return exact


def numbered(
    one: pd.DataFrame, columns: Sequence[str], other: pd.DataFrame, others: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Number the keys of two tables, equal ones alike, -1 where a key has a null; shapes as the tables are long.

    Where a column's values are of kinds that cannot be compared, every value is taken to match.
    """
    codes, null = np.zeros(len(one) + len(other), dtype=np.int64), np.zeros(len(one) + len(other), dtype=bool)
    for name, its in zip(columns, others, strict=True):
        column, values = _comparable(plain(one[name]), plain(other[its]))
        if values is not None:
            found, distinct = pd.factorize(_stacked([column, values]))
            null |= found < 0
            codes = pd.factorize(codes * (len(distinct) + 1) + found)[0]
    codes[null] = -1
    return codes[: len(one)], codes[len(one) :]


def plain(column: pd.Series) -> pd.Series:
    """Give a category's values themselves, in a nullable dtype; any other column as it is."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column
    values = column.cat.categories.to_series()
    nullable = {"i": "Int64", "u": "Int64", "b": "boolean"}.get(values.dtype.kind, values.dtype)
    taken = values.astype(nullable).array.take(column.cat.codes.to_numpy(), allow_fill=True)
    return pd.Series(taken, index=column.index, name=column.name)


def _has(column: pd.Series, values: pd.Series) -> np.ndarray:
    """Say which cells are among `values`; a category's values are looked at once each."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        held = _has(column.cat.categories.to_series(), values)
        return np.append(held, False)[column.cat.codes.to_numpy()]
    column, known = _comparable(column, values)
    if known is None:
        found = column.notna()
    else:
        found = column == known.iloc[0] if len(known) == 1 else column.isin(known)
    return found.to_numpy(dtype=bool, na_value=False)


def _stacked(columns: Sequence[pd.Series]) -> pd.Series:
    kinds = {_kind(column) for column in columns}
    if kinds == {"whole", "real"}:
        columns = [column.astype("float64") for column in columns]
    elif kinds == {"instant"}:
        columns = [column.dt.tz_convert("UTC") for column in columns]
    elif len(kinds) > 1:
        columns = [column.astype(object) for column in columns]
    return pd.concat(columns, ignore_index=True)


def _comparable(column: pd.Series, values: pd.Series) -> tuple[pd.Series, pd.Series | None]:
    """Bring a column and values to one type; no values where there is none."""
    kinds = {_kind(column), _kind(values)}
    if kinds == {"whole", "real"}:
        return column.astype("float64"), values.astype("float64")
    if kinds == {"instant"}:
        return column.dt.tz_convert("UTC"), values.dt.tz_convert("UTC")
    return column, values if len(kinds) == 1 else None


def _kind(column: pd.Series) -> str:
    tests = {
        "truth": types.is_bool_dtype,
        "whole": types.is_integer_dtype,
        "real": types.is_float_dtype,
        "text": types.is_string_dtype,
    }
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return "instant"
    return next((kind for kind, test in tests.items() if test(column.dtype)), str(column.dtype))

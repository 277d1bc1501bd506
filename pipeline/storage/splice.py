"""Putting rows made anew into a table in place of those that are gone, column by column."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lineage.cells import each_column, in_one_piece

SHORTEST_RUN = 32
"""Rows in a row, on average, from which on texts are copied run by run; below that they are picked one by one."""


def spliced(
    old: pd.DataFrame, fresh: pd.DataFrame, *, gone: np.ndarray, passed: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Give the rows of `old` but those at the places `gone`, and the `fresh` ones, in order of their ids.

    Both are in that order already, have the same columns and dtypes, and no id that stays is a fresh one.
    A pairs table has the rows of the output it belongs to, in the same order. Columns in `passed` are
    taken over, where they can be.
    """
    kept = np.delete(np.arange(len(old)), gone)
    between = np.searchsorted(old.index.to_numpy()[kept], fresh.index.to_numpy())
    order = _Order(np.insert(kept, between, np.arange(len(old), len(old) + len(fresh))), len(old), gone)
    index = pd.Index(np.concatenate([old.index, fresh.index])[order.places], name=old.index.name)
    ready = taken_over(passed, index=index, like=old)
    pairs = [(column.array, fresh[name].array, order) for name, column in old.items() if name not in ready]
    made = iter(each_column(_taken, pairs, rows=len(index)))
    columns = {name: ready[name].array if name in ready else next(made) for name in old}
    return pd.DataFrame(columns, index=index, columns=old.columns, copy=False)


def taken_over(passed: pd.DataFrame | None, *, index: pd.Index, like: pd.DataFrame) -> pd.DataFrame:
    """Give the columns that are, as they stand, those of a table of these rows and of the dtypes of `like`."""
    if passed is None or not passed.index.equals(index):
        return like.iloc[:0, :0]
    return passed[[name for name in passed if name in like and passed[name].dtype == like[name].dtype]]


@dataclass(frozen=True)
class _Order:
    """Where every row comes from: `places` in the old rows, or, from `rows` on, in the fresh ones after them."""

    places: np.ndarray
    rows: int
    gone: np.ndarray

    @cached_property
    def in_place(self) -> bool:
        """Whether every fresh row is where one was that is gone."""
        return len(self.places) == self.rows and np.array_equal(self.fresh, self.gone)

    @cached_property
    def fresh(self) -> np.ndarray:
        """Where the fresh rows go, in their order."""
        return np.flatnonzero(self.places >= self.rows)

    @cached_property
    def old(self) -> np.ndarray:
        """The places of the old rows; a fresh row has that of any old one."""
        return np.where(self.places < self.rows, self.places, 0)

    @cached_property
    def runs(self) -> list[tuple[int, int]]:
        """The places in runs without a gap, each by its first place and its length."""
        starts = np.flatnonzero((np.diff(self.places, prepend=-2) != 1) | (self.places == self.rows))
        lengths = np.diff(starts, append=len(self.places))
        return list(zip(self.places[starts].tolist(), lengths.tolist(), strict=True))


def _taken(old: Any, fresh: Any, order: _Order) -> Any:
    """The values of both in an order; the old ones themselves where no value is another."""
    if order.in_place and _tells_all(old.dtype) and old.take(order.gone).equals(fresh):
        return old
    if isinstance(old.dtype, pd.StringDtype):
        texts = [in_one_piece(pa.array(each)).cast(pa.large_string()) for each in (old, fresh)]
        return pd.array(_texts(*texts, order), dtype=old.dtype)
    if not len(old) or isinstance(old.dtype, pd.ArrowDtype):
        return pd.concat([pd.Series(old), pd.Series(fresh)], ignore_index=True).array.take(order.places)
    taken = old.copy() if order.in_place else old.take(order.old)
    taken[order.fresh] = fresh
    return taken


def _tells_all(dtype: Any) -> bool:
    """Whether equal values are the same values: 0.0 and -0.0 are equal, on their own or within lists."""
    return dtype.kind != "f" and not isinstance(dtype, pd.ArrowDtype)


def _texts(old: pa.Array, fresh: pa.Array, order: _Order) -> pa.Array:
    if len(order.runs) * SHORTEST_RUN >= len(order.places):
        return pa.concat_arrays([old, fresh]).take(pa.array(order.places))
    return pa.concat_arrays(
        old.slice(first, rows) if first < order.rows else fresh.slice(first - order.rows, rows)
        for first, rows in order.runs
    )

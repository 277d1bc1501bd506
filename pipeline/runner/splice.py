"""Putting rows made anew into a table in place of those that are gone, column by column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lineage.cells import each_column, in_one_piece


def spliced(old: pd.DataFrame, fresh: pd.DataFrame, *, gone: np.ndarray) -> pd.DataFrame:
    """Give the rows of `old` but those at the places `gone`, and the `fresh` ones, in order of their ids.

    Both are in that order already, have the same columns and dtypes, and no id that stays is a fresh one.
    A pairs table has the rows of the output it belongs to, in the same order.
    """
    kept = np.delete(np.arange(len(old)), gone)
    between = np.searchsorted(old.index.to_numpy()[kept], fresh.index.to_numpy())
    order = np.insert(kept, between, np.arange(len(old), len(old) + len(fresh)))
    pairs = ((column.array, fresh[name].array, order) for name, column in old.items())
    columns = each_column(_taken, pairs, rows=len(order))
    index = pd.Index(np.concatenate([old.index, fresh.index])[order], name=old.index.name)
    return pd.DataFrame(dict(zip(old.columns, columns, strict=True)), index=index, copy=False)


def _taken(old: Any, fresh: Any, order: np.ndarray) -> Any:
    """The values of both in an order; texts in one piece first, as they are slow to pick from several."""
    if not isinstance(old.dtype, pd.StringDtype):
        return pd.concat([pd.Series(old), pd.Series(fresh)], ignore_index=True).array.take(order)
    texts = [in_one_piece(pa.array(each)).cast(pa.large_string()) for each in (old, fresh)]
    return pd.array(pa.concat_arrays(texts).take(pa.array(order)), dtype=old.dtype)

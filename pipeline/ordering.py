"""Rows into the order of their ids, which as hashes are in none of the data's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lineage.cells import in_one_piece
from pipeline.texts import reordered


def in_id_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Bring a frame's rows into the order of its index, ascending; no id is there twice.

    One thread moves all columns: several would wait for the same memory, and take no less time.
    """
    if frame.index.is_monotonic_increasing or not len(frame.columns):
        return frame.sort_index()
    order = np.argsort(frame.index.to_numpy())
    columns = {name: _taken(column, order) for name, column in frame.items()}
    return pd.DataFrame(columns, index=frame.index.take(order), copy=False)


def _taken(column: pd.Series, order: np.ndarray) -> Any:
    if not isinstance(column.dtype, pd.StringDtype):
        return column.array.take(order)
    return pd.array(reordered(in_one_piece(pa.array(column)), order), dtype=column.dtype)

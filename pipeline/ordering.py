"""Rows into the order of their ids, which as hashes are in none of the data's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lineage.cells import each_column, in_one_piece

_SAMPLE, _FEW = 4_096, 1_024


def in_id_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Bring a frame's rows into the order of its index, ascending; no id is there twice.

    Long columns are moved on several threads, as most of the time goes into waiting for memory.
    """
    if frame.index.is_monotonic_increasing or not len(frame.columns):
        return frame.sort_index()
    order = np.argsort(frame.index.to_numpy())
    columns = each_column(_taken, ((column, order) for _, column in frame.items()), rows=len(frame))
    return pd.DataFrame(dict(zip(frame.columns, columns, strict=True)), index=frame.index.take(order), copy=False)


def _taken(column: pd.Series, order: np.ndarray) -> Any:
    """The values in another order; texts of few kinds by their numbers, which are faster to move."""
    if not isinstance(column.dtype, pd.StringDtype) or len(column) < _SAMPLE:
        return column.array.take(order)
    texts = in_one_piece(pa.array(column))
    sample = texts.take(np.linspace(0, len(texts) - 1, _SAMPLE, dtype=np.int64))
    if pc.count_distinct(sample).as_py() > _FEW:
        return column.array.take(order)
    numbered = texts.dictionary_encode()
    return pd.array(numbered.dictionary.take(numbered.indices.take(order)), dtype=column.dtype)

"""Numbering the keys of two tables alike: by their values, so that no two keys are ever taken for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.keys import key_kind, numbers, plain, same_kinds

NONE = -1
"""The number of a key that has a null, or that the other table lacks."""


def numbered(
    left: pd.DataFrame, right: pd.DataFrame, on: Mapping[str, str], *, step: str
) -> tuple[np.ndarray, np.ndarray]:
    """Number the key of every row of both tables; `on` maps the left's columns to the right's.

    The right's keys are numbered from 0; a key with a null, and a left key that the right lacks, has -1.

    Returns the numbers of the left's rows and of the right's, each shape (n_rows,), int64.

    Raises:
        Misuse: a column is not there, or is matched with one of another kind.
    """
    same_kinds(left, right, on, step=step)
    ours, theirs = np.zeros(len(left), dtype=np.int64), np.zeros(len(right), dtype=np.int64)
    for place, (mine, other) in enumerate(on.items()):
        codes, known, count = _column(left[mine], right[other])
        if not place:
            ours, theirs = codes, known
            continue
        ours = np.where((ours < 0) | (codes < 0), NONE, ours * count + codes)
        theirs = np.where((theirs < 0) | (known < 0), NONE, theirs * count + known)
        ours, theirs = _dense(ours, theirs)
    return ours, theirs


def groups(frame: pd.DataFrame, by: Sequence[str], *, step: str) -> np.ndarray:
    """Number the key of every row of one table from 0; -1 for a key with a null.

    Raises:
        Misuse: a column is not there, or can be no key.
    """
    return numbered(frame[:0], frame, {name: name for name in by}, step=step)[1] if by else np.zeros(len(frame), int)


def _column(left: pd.Series, right: pd.Series) -> tuple[np.ndarray, np.ndarray, int]:
    if key_kind(right.dtype) == "text":
        known, texts = pd.factorize(plain(right))
        codes = pc.index_in(_arrow(plain(left)), value_set=_arrow(pd.Series(texts)), skip_nulls=True)
        return codes.fill_null(NONE).to_numpy(zero_copy_only=False).astype(np.int64), known, len(texts)
    null, values = right.isna().to_numpy(), numbers(right)
    known, distinct = pd.factorize(values)
    codes = pd.Index(distinct).get_indexer(pd.Index(numbers(left))) if len(left) else np.empty(0, np.int64)
    return np.where(left.isna().to_numpy(), NONE, codes), np.where(null, NONE, known), len(distinct)


def _arrow(texts: pd.Series) -> pa.Array:
    array = pa.array(texts.astype("str"), type=pa.large_string(), from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _dense(ours: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number anew from 0 what the right has, so that numbers stay small."""
    there = theirs >= 0
    codes, distinct = pd.factorize(theirs[there])
    dense = np.full(len(theirs), NONE, dtype=np.int64)
    dense[there] = codes
    return np.where(ours < 0, NONE, pd.Index(distinct).get_indexer(ours)) if len(ours) else ours, dense

"""Whether two results for the same rows are one: equal, equal but for the last bits, or different."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from lineage.cells import in_one_piece
from lineage.comparison import unequal

RELATIVE, ABSOLUTE = 1e-9, 1e-12


@dataclass(frozen=True, slots=True)
class Unlike:
    """How a result differs from what was expected: `broken` in words, "" where only the last bits do.

    `raised` says that there is no result.
    """

    broken: str = ""
    batch_sensitive: bool = False
    examples: tuple[str, ...] = ()
    raised: bool = False


def differs(got: pd.DataFrame, expected: pd.DataFrame) -> Unlike | None:
    """Compare two frames, ids, columns, dtypes and values; None where they are equal.

    A column of nulls alone has any dtype: few rows may have lost it.
    """
    if got.equals(expected):
        return None
    if not got.index.equals(expected.index):
        odd = got.index.symmetric_difference(expected.index)
        return Unlike("other rows stay when a sample runs alone", examples=tuple(f"row {row}" for row in odd))
    if list(got.columns) != list(expected.columns):
        odd = got.columns.symmetric_difference(expected.columns)
        return Unlike("other columns come out when a sample runs alone", examples=tuple(map(str, odd)))
    got = _typed_like(got, expected)
    return None if got.equals(expected) else _unequal(got, expected)


def _unequal(got: pd.DataFrame, expected: pd.DataFrame) -> Unlike | None:
    worst, examples = True, []
    for column in expected.columns:
        if got[column].dtype != expected[column].dtype:
            worst = False
            examples.append(f"{column}: {got[column].dtype} alone, {expected[column].dtype} among all")
        elif not got[column].equals(expected[column]):
            close, example = _close(got[column], expected[column])
            worst &= close
            examples.append(f"{column}: {example}")
    if worst:
        return Unlike(batch_sensitive=True, examples=tuple(examples))
    return Unlike("values differ when a sample runs alone", examples=tuple(examples))


def _typed_like(got: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    """Give `got` the dtypes of `expected`: a sample of nulls alone may have lost them."""
    other = {
        c: expected[c].dtype for c in expected.columns if got[c].dtype != expected[c].dtype and got[c].isna().all()
    }
    nulls = {name: pd.array([None] * len(got), dtype=dtype) for name, dtype in other.items()}
    return got.assign(**nulls) if nulls else got


def _close(got: pd.Series, expected: pd.Series) -> tuple[bool, str]:
    """Whether two columns differ in the last bits at most, and the first difference in words."""
    same = _same(got, expected) | (got.isna() & expected.isna()).to_numpy()
    place = int(np.argmin(same))
    words = f"row {expected.index[place]} gives {got.iloc[place]!r} alone, {expected.iloc[place]!r} among all"
    if not pd.api.types.is_float_dtype(expected.dtype):
        return False, words
    numbers = got.to_numpy(float, na_value=np.nan), expected.to_numpy(float, na_value=np.nan)
    return bool(np.allclose(*numbers, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True)), words


def _same(got: pd.Series, expected: pd.Series) -> np.ndarray:
    """Say which values are equal; lists and the like one by one, as they are not compared as columns."""
    if isinstance(got.dtype, pd.ArrowDtype):
        return ~unequal(*(in_one_piece(pa.array(each)) for each in (got, expected)))
    return (got == expected).fillna(False).to_numpy(bool)

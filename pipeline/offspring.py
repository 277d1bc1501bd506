"""The ids of rows that are made of others: of one parent, or of a left and a right row.

They follow from the parents' ids and the row's own element alone, so no other row's coming or
going renumbers them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.errors import StepRefused
from pipeline.keys import column_words, key_kind
from pipeline.rank import mixed

_NULL, _LEFT, _OCCURRENCE = np.uint64(0xA0761D6478BD642F), np.uint64(0xE7037ED1A0B428DB), np.uint64(0x8EBC6AF09C88C6E3)


def child_ids(parents: np.ndarray, elements: pd.DataFrame) -> np.ndarray:
    """Name rows by their parents' ids, their elements and, for equal ones of one parent, the number of the occurrence.

    `parents` has shape (n_rows,), int64; `elements` are the columns that tell a parent's rows apart,
    in the order in which its equal rows are counted.

    Raises:
        StepRefused: two different rows come to one id.
    """
    words = mixed(parents.view(np.uint64) ^ _LEFT)
    for name in sorted(elements.columns):
        words = mixed(words ^ _any_words(elements[name]))
    codes, _ = pd.factorize(words)
    occurrence = pd.Series(codes).groupby(codes).cumcount().to_numpy().astype(np.uint64)
    with np.errstate(over="ignore"):
        return _distinct(np.where(occurrence > 0, mixed(words + occurrence * _OCCURRENCE), words))


def pair_ids(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Name rows by the ids of their left and their right row, both shape (n_rows,), int64; no pair is there twice.

    Raises:
        StepRefused: two different pairs come to one id.
    """
    return _distinct(mixed(mixed(left.view(np.uint64) ^ _LEFT) ^ right.view(np.uint64)))


def pairs_table(ids: np.ndarray, sides: dict[str, np.ndarray]) -> pd.DataFrame:
    """List for every row, by id ascending, the ids of the rows that it was made of, in one Int64 column a side."""
    frame = pd.DataFrame({side: pd.array(parents, dtype="Int64") for side, parents in sides.items()})
    return frame.set_axis(pd.Index(ids, name="row")).sort_index()


def _any_words(column: pd.Series) -> np.ndarray:
    """A word for every value: of what can be no key by its text, of a null its own."""
    column = column if key_kind(column.dtype) else column.astype("str")
    return np.where(column.isna().to_numpy(), _NULL, column_words(column))


def _distinct(words: np.ndarray) -> np.ndarray:
    if len(twice := _repeated(words)):
        raise StepRefused(
            "different rows come to one id",
            examples=twice.view(np.int64),
            next_step="Tell the rows apart by another column.",
        )
    return words.view(np.int64)


def _repeated(words: np.ndarray) -> np.ndarray:
    known = pd.Index(words)
    return known[known.duplicated()].to_numpy() if not known.is_unique else known[:0].to_numpy()

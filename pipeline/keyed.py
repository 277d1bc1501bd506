"""A table whose rows are found by key: indexed once, asked many times for a few rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.errors import StepRefused
from pipeline.keys import key_words

NOWHERE = -1
"""The place of a key that no row has."""


class Keyed:
    """A table with at most one row for each key in the columns `by`; rows with a null there are never found."""

    def __init__(self, frame: pd.DataFrame, *, by: Sequence[str]) -> None:
        """Index a table.

        Raises:
            Misuse: a column is not there, or can be no key.
            StepRefused: a key is there twice.
        """
        self.frame = frame
        words, null = key_words(frame, list(by))
        whole = np.flatnonzero(~null)
        self._places = whole[np.argsort(words[whole], kind="stable")]
        self._words = words[self._places]
        if len(twice := self._places[1:][self._words[1:] == self._words[:-1]]):
            raise StepRefused(
                "a table to look up in has keys more than once",
                expected=f"one row for each {', '.join(by)}",
                examples=[str(key) for key in frame[list(by)].iloc[twice[:5]].to_dict("records")],
                count=len(twice),
            )

    def places(self, asked: pd.DataFrame, *, by: Sequence[str]) -> np.ndarray:
        """Give for each row of `asked` the place of the row with its key, shape (n_rows,); `NOWHERE` without one."""
        words, null = key_words(asked, list(by))
        if not len(self._words):
            return np.full(len(asked), NOWHERE)
        found = np.searchsorted(self._words, words).clip(max=len(self._words) - 1)
        return np.where((self._words[found] == words) & ~null, self._places[found], NOWHERE)

    def rows(self, places: np.ndarray) -> pd.DataFrame:
        """Give the rows at these places, each once, in the table's order."""
        return self.frame.take(np.unique(places[places != NOWHERE]))

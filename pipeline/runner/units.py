"""What a claim is about, row by row: the row itself, its group, or its parent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.keys import key_numbers, key_words
from pipeline.step import Claim, Rule

NONE = -1
"""The number of a row that is in no unit."""


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a table's rows: their `words` of 64 bits, ascending, each once, and for every row the number of one.

    A row in no unit has the number `NONE`. Without `numbers` row and unit are one, in the order of the words.
    """

    words: np.ndarray
    numbers: np.ndarray | None = None

    def places(self, chosen: np.ndarray) -> np.ndarray:
        """Where the rows of the chosen units are, ascending; `chosen` are words, ascending, each once."""
        found = _places(self.words, chosen)
        if self.numbers is None:
            return found
        wanted = np.zeros(len(self.words) + 1, bool)
        wanted[found] = True
        return np.flatnonzero(wanted[self.numbers])

    def take(self, places: np.ndarray) -> Units:
        """The units of the rows at these places."""
        return units_by(self.words[places if self.numbers is None else self.numbers[places]])


def units_of(claim: Claim, frame: pd.DataFrame) -> Units:
    """Say of every row of the input to which unit it belongs: its own id, but for a keyed function its key.

    A row with a null in the key is in none.
    """
    if claim.rule is not Rule.SAME_KEY:
        return units_by(frame.index.to_numpy())
    keys = frame[list(claim.by)]
    null = keys.isna().to_numpy().any(axis=1)
    if not null.any():
        return _units_by_key(keys)
    there = _units_by_key(keys[~null])
    numbers = np.full(len(frame), NONE)
    numbers[~null] = there.numbers
    return Units(there.words, numbers)


def units_by(words: np.ndarray) -> Units:
    """The units of rows that are in the unit of these words, shape (n_rows,)."""
    if (words[1:] > words[:-1]).all():
        return Units(words)
    numbers, distinct = pd.factorize(words, sort=True)
    return Units(distinct, numbers)


def _units_by_key(keys: pd.DataFrame) -> Units:
    """The units of rows without nulls, one for each key; only one row of a key is asked for its word."""
    numbers, places = key_numbers(keys)
    words, _ = key_words(keys.take(places), list(keys.columns))
    order = np.argsort(words)
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    return Units(words[order], ranks[numbers])


def _places(words: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Where in ascending words those of the chosen ones are that are there."""
    places = np.searchsorted(words, chosen)
    inside = places < len(words)
    places, chosen = places[inside], chosen[inside]
    return places[words[places] == chosen]

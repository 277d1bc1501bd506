"""Drawing what a claim is tested on: rows, groups or parents, by default some of them, on demand every one.

What a sample can catch is what it shows. With the usual one in a hundred (32 at least, 10,000 at
most) a function that looks at its neighbours, at a mean or at the clock is found at once. A branch
on the column's maximum that no row takes yet is found by none. That a function drops the second of
ten duplicated pairs in 100,000 rows shows only where a second is drawn without its first: a sample
of one in a hundred misses it nine times in ten. Drawing every row (`sample="all"` on a claim, or
HEADWATER_CLAIM_SAMPLE=all for a whole project) deals all of them by hash into up to 64 batches, each
of which runs alone: a pair stays together once in 64 times, ten of them all but never.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.rank import ranks

SMALLEST_SAMPLE, LARGEST_SAMPLE = 32, 10_000
MOST_BATCHES = 64
_SEED = 403


@dataclass(frozen=True, slots=True)
class Tables:
    """What a step was given and what it made, with the unit every row belongs to: its id, its group, its parent.

    `units` holds for each role that is parted a word of 64 bits per row; the other roles are given whole.
    `output_units` does so for the output.
    """

    inputs: Mapping[str, Any]
    units: Mapping[str, np.ndarray]
    output: pd.DataFrame
    output_units: np.ndarray

    def only(self, chosen: np.ndarray) -> Tables:
        """The rows of these units alone, in the order they are in."""
        places = {role: _places(words, chosen) for role, words in self.units.items()}
        at = _places(self.output_units, chosen)
        return Tables(
            inputs={**self.inputs, **{role: self.inputs[role].take(where) for role, where in places.items()}},
            units={role: self.units[role][where] for role, where in places.items()},
            output=self.output.take(at),
            output_units=self.output_units[at],
        )

    def all_units(self) -> np.ndarray:
        """Every unit once, ascending."""
        listed = list(self.units.values())
        words = listed[0] if len(listed) == 1 else np.concatenate(listed)
        return words if _ascending(words) else np.sort(pd.unique(words))


def drawn(units: np.ndarray, *, share: float) -> list[np.ndarray]:
    """Choose what runs alone: one sample of the units, or with a `share` of 1 all of them in batches.

    `units` are ascending, each once. A share (0 to 1) raises the usual sample and never lowers it. The
    same units give the same draw.
    """
    if not len(units):
        return []
    if share >= 1:
        dealt = units[np.argsort(ranks(units.view(np.int64), seed=_SEED), kind="stable")]
        batches = min(MOST_BATCHES, len(units))
        return [np.sort(dealt[first::batches]) for first in range(batches)]
    seed = int(np.bitwise_xor.reduce(units.view(np.int64))) & 0x7FFFFFFFFFFFFFFF
    return [np.sort(np.random.default_rng(seed).choice(units, size=_wanted(len(units), share), replace=False))]


def _wanted(count: int, share: float) -> int:
    usual = min(max(SMALLEST_SAMPLE, count // 100), LARGEST_SAMPLE, max(1, count // 2))
    return min(max(usual, int(np.ceil(share * count))), max(1, count - 1))


def _places(words: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Where the rows of the chosen units are; ascending words, as row ids are, are searched and not compared."""
    if len(words) and _ascending(words):
        places = np.searchsorted(words, chosen)
        inside = places < len(words)
        places, chosen = places[inside], chosen[inside]
        return places[words[places] == chosen]
    return np.flatnonzero(pd.Index(chosen).get_indexer(words) >= 0)


def _ascending(words: np.ndarray) -> bool:
    return bool((words[1:] > words[:-1]).all())

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
from pipeline.runner.units import Units, units_by, units_of
from pipeline.step import Claim, Made, Rule

SMALLEST_SAMPLE, LARGEST_SAMPLE = 32, 10_000
MOST_BATCHES = 64
_SEED = 403


@dataclass(frozen=True, slots=True)
class Tables:
    """What a step was given and what it made, with the units of the rows: their ids, their groups, their parents.

    `units` are those of the input `role`, which is parted by them; other inputs are given whole.
    """

    inputs: Mapping[str, Any]
    role: str
    units: Units
    output: pd.DataFrame
    output_units: Units

    def only(self, chosen: np.ndarray) -> Tables:
        """The rows of these units alone, in the order they are in."""
        places, at = self.units.places(chosen), self.output_units.places(chosen)
        return Tables(
            inputs={**self.inputs, self.role: self.inputs[self.role].take(places)},
            role=self.role,
            units=self.units.take(places),
            output=self.output.take(at),
            output_units=self.output_units.take(at),
        )


def tables_of(claim: Claim, values: Mapping[str, Any], made: Mapping[str, Made], *, role: str, units: Units) -> Tables:
    """What was given and made, with the `units` of the rows of the input `role`, and those of the output."""
    output = next(one.value for one in made.values() if one.kind == "dataset")
    is_paired = claim.rule is Rule.PAIRS
    of_output = units_by(made["pairs"].value["parent"].to_numpy("int64")) if is_paired else units_of(claim, output)
    return Tables(values, role, units, output, of_output)


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

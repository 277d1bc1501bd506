"""What a claim is about, row by row: the row itself, its group, or its parent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.keys import key_words
from pipeline.runner.sample import Tables
from pipeline.step import Claim, Made, Rule


@dataclass(frozen=True, slots=True)
class Units:
    """The unit of every row of a claim's input, as words of 64 bits, shape (n_rows,).

    `none` are the rows that are in no unit, None where there are none: those with a null in the key.
    """

    words: np.ndarray
    none: np.ndarray | None = None


def units_of(claim: Claim, frame: pd.DataFrame) -> Units:
    """Say of every row of the input to which unit it belongs: its own id, but for a keyed function its key."""
    if claim.rule is not Rule.SAME_KEY:
        return Units(frame.index.to_numpy())
    words, null = key_words(frame, claim.by)
    return Units(words, null if null.any() else None)


def tables_of(claim: Claim, values: Mapping[str, Any], made: Mapping[str, Made], *, role: str, units: Units) -> Tables:
    """What was given and made, with the units of the rows of the input `role` and of the output."""
    output = next(one.value for one in made.values() if one.kind == "dataset")
    if claim.rule is Rule.SAME_KEY:
        of_output = key_words(output, claim.by)[0]
    else:
        ids = made["pairs"].value["parent"] if claim.rule is Rule.PAIRS else output.index
        of_output = ids.to_numpy("int64")
    if units.none is None:
        return Tables(values, {role: units.words}, output, of_output)
    return Tables({**values, role: values[role][~units.none]}, {role: units.words[~units.none]}, output, of_output)

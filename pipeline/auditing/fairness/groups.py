"""Groups of people: which test row belongs to which group of an attribute, or of a crossing of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.auditing.fairness.policy import CROSS
from pipeline.auditing.slice import Slice
from pipeline.auditing.slicing import positions_by_label


@dataclass(frozen=True, slots=True, eq=False)
class Parting:
    """Rows parted into groups: `codes` `(n_rows,)` point into `labels`. Every row is in exactly one."""

    labels: tuple[str, ...]
    codes: np.ndarray

    def named(self) -> np.ndarray:
        """Give the label of each row, `(n_rows,)`, as objects."""
        return np.array(self.labels, dtype=object)[self.codes]


def parted(columns: Sequence[str], rows: pd.DataFrame) -> Parting:
    """Part `rows` by one column, or by several crossed. Rows with no value are "not stated".

    Raises:
        Unsliceable: a column is not stored, or has too many values.
    """
    asked = Slice(CROSS.join(columns), columns=tuple(columns))
    pieces: dict[str, Any] = positions_by_label(asked, rows)
    codes = np.zeros(len(rows), dtype="int64")
    for code, positions in enumerate(pieces.values()):
        codes[positions] = code
    return Parting(tuple(pieces), codes)

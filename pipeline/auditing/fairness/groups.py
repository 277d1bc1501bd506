"""Groups of people: which test row belongs to which group of an attribute, or of a crossing of several."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pipeline.auditing import slicing
from pipeline.auditing.fairness.policy import CROSS
from pipeline.auditing.slice import Slice
from pipeline.auditing.slicing import Parts


def parted(columns: Sequence[str], rows: pd.DataFrame) -> Parts:
    """Part `rows` by one column, or by several crossed. Rows with no value are "not stated".

    Raises:
        Unsliceable: a column is not stored, or has too many values.
    """
    found = slicing.parted(Slice(CROSS.join(columns), columns=tuple(columns)), rows)
    return Parts(found.labels, found.codes.astype("int64"))

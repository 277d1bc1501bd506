"""The ids that rows have by their key, whether or not a source has such a row."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lineage.records import SourceRecord
from pipeline.rows import row_ids


def ids_by_key(frame: pd.DataFrame, record: SourceRecord) -> dict[int, int]:
    """Compute the id of every row of `frame` that has a whole key in the record's key columns, by the row's label.

    Raises:
        SourceRejected: a value does not fit its declared type.
    """
    names = list(record.key)
    null = np.any([frame[name].isna().to_numpy() for name in names], axis=0)
    whole = frame[~null] if null.any() else frame
    once = whole.drop_duplicates(names) if len(whole) > 1 else whole
    if not len(once):
        return {}
    ids = row_ids(once, source=record.name, secret=record.secret, key=names, types=record.schema).tolist()
    if len(once) == len(whole):
        return dict(zip(whole.index, ids, strict=True))
    known = dict(zip(once[names].itertuples(index=False, name=None), ids, strict=True))
    return dict(zip(whole.index, map(known.get, whole[names].itertuples(index=False, name=None)), strict=True))

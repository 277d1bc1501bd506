"""Logged inputs as they would be stated on corrected rows.

What a request stated as the row had it is stated as the row has it now. What it stated otherwise was
no matter of the row, and stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lineage.difference import difference
from lineage.idsets import NO_IDS, Ids, ids_of, without
from pipeline.cell import to_json


@dataclass(frozen=True, slots=True)
class Restated:
    """What became of logged inputs: `inputs` by place, where they are others, and the places whose row is `gone`."""

    inputs: Mapping[int, Mapping[str, Any]]
    gone: frozenset[int]


def restated(
    inputs: Sequence[Mapping[str, Any]],
    typed: pd.DataFrame,
    rows: Sequence[int | None],
    *,
    before: pd.DataFrame,
    after: pd.DataFrame,
) -> Restated:
    """State inputs again on corrected rows.

    `typed` are the inputs as a frame, numbered from 0; `rows` the ids of the rows they are about, None
    where they are about none. `before` and `after` are these rows as far as there are any.
    """
    places = {place: row for place, row in enumerate(rows) if row is not None and row in before.index}
    gone = frozenset(place for place, row in places.items() if row not in after.index)
    stay = {place: row for place, row in places.items() if place not in gone}
    names = [name for name in before.columns if name in after.columns and name in typed.columns]
    old, new = (_placed(table[names], stay) for table in (before, after))
    moved, otherwise = (difference(old, other).changed for other in (new, typed.loc[list(stay), names]))
    found: dict[int, dict[str, Any]] = {}
    for name, others in moved.items():
        for place in without(others, otherwise.get(name, NO_IDS)).tolist():
            if name in inputs[place]:
                found.setdefault(place, dict(inputs[place]))[name] = to_json(new.at[place, name])
    return Restated(found, gone)


def asked_rows(rows: Sequence[int | None]) -> Ids:
    """Give the ids of the rows that inputs are about, each once."""
    return ids_of(np.array(sorted({row for row in rows if row is not None}), dtype=np.int64))


def _placed(table: pd.DataFrame, rows: Mapping[int, int]) -> pd.DataFrame:
    """The row of each place, numbered by place."""
    places = table.index.get_indexer(list(rows.values()))
    return table.take(places).set_axis(pd.Index(list(rows), dtype="int64", name="row"))

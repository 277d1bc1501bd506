"""Sets of row ids: ascending int64 arrays, each id once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import pandas as pd

Ids: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int64]]"
"""Ascending row ids, each once; shape `(n,)`."""

NO_IDS: Ids = np.empty(0, np.int64)
NO_IDS.flags.writeable = False


def ids_of(values: Iterable[int]) -> Ids:
    """Make a set of any row ids, in any order and as often as they come; an index remembers that it is one."""
    if isinstance(values, pd.Index) and values.is_monotonic_increasing and values.is_unique:
        return values.to_numpy(np.int64)
    given = values if isinstance(values, np.ndarray | pd.Index) else list(values)
    found = np.asarray(given, dtype=np.int64)
    return found if _is_set(found) else _distinct(found)


def joined(*sets: Ids) -> Ids:
    """Give the ids that are in any of the sets."""
    distinct = list({id(one): one for one in sets if len(one)}.values())
    if not distinct:
        return NO_IDS
    return distinct[0] if len(distinct) == 1 else _distinct(np.concatenate(distinct))


def is_in(ids: Ids, known: Ids) -> np.ndarray:
    """Say of each of `ids` (in any order) whether the set `known` holds it; shape `(len(ids),)`, bool."""
    if not len(known):
        return np.zeros(len(ids), dtype=bool)
    places = np.searchsorted(known, ids)
    places[places == len(known)] = 0
    return known[places] == ids


def shared(ids: Ids, known: Ids) -> Ids:
    """Give those of `ids` that `known` holds."""
    return ids[is_in(ids, known)]


def without(ids: Ids, known: Ids) -> Ids:
    """Give those of `ids` that `known` does not hold."""
    return ids[~is_in(ids, known)]


def rows_among(frame: pd.DataFrame, ids: Ids) -> pd.DataFrame:
    """Give the rows of a table whose id is in the set, in the order of the table."""
    return frame.take(places_among(frame.index, ids))


def places_among(index: pd.Index, ids: Ids) -> np.ndarray:
    """Say where in an index of row ids those of the set are: places from 0, ascending."""
    if not index.is_monotonic_increasing:
        return np.flatnonzero(is_in(index.to_numpy(), ids))
    places = np.searchsorted(index.to_numpy(), ids)
    within = places < len(index)
    places, wanted = places[within], ids[within]
    return places[index.to_numpy()[places] == wanted]


def _distinct(ids: np.ndarray) -> Ids:
    """Sort ids and keep each once; np.unique hashes whole numbers, which takes a hundred times as long."""
    ordered = np.sort(ids)
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def _is_set(ids: np.ndarray) -> bool:
    return bool((ids[1:] > ids[:-1]).all())

"""Rows as people name them: by a condition on any columns, by id, or by key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lineage.errors import MOST_EXAMPLES
from lineage.idsets import Ids, ids_of
from pipeline.errors import Misuse, SourceRejected
from pipeline.holding import holding
from pipeline.rows import row_id

if TYPE_CHECKING:
    from lineage.records import SourceRecord


def rows_where(table: pd.DataFrame, condition: str) -> Ids:
    """Find the rows for which a condition holds: `income > 1000 and race == "a"`, `ip is None`.

    See `pipeline.where`.

    Raises:
        Misuse: it is none, cannot be asked of the table, or holds for no row.
    """
    holds = holding(condition, table)
    if not holds.any():
        raise Misuse(f"{condition!r} holds for none of {len(table)} rows", expected="at least one")
    return ids_of(np.sort(table.index.to_numpy()[holds]))


def rows_named(table: pd.DataFrame, names: Iterable[str], *, record: SourceRecord | None) -> Ids:
    """Find rows by id (`-7301…`) or by key (`ip=10.0.0.1`, or `origin=EWR,hour=7` where it has several columns).

    Raises:
        Misuse: one is neither, or the source's rows are not known by key.
        SourceRejected: a key does not fit its type, or the table has no such row.
    """
    ids = ids_named(names, record=record)
    absent = [name for name, row in ids.items() if row not in table.index]
    if absent:
        raise SourceRejected("there are no such rows", examples=absent[:MOST_EXAMPLES], count=len(absent))
    return ids_of(np.array(sorted(set(ids.values())), dtype=np.int64))


def ids_named(names: Iterable[str], *, record: SourceRecord | None) -> dict[str, int]:
    """Give the id that each name means, whether or not there is such a row.

    Raises:
        Misuse: one is neither id nor key, or the source's rows are not known by key.
        SourceRejected: a key does not fit its type.
    """
    return {name: _id(name, record) for name in names}


def keys_named(names: Iterable[str], *, record: SourceRecord | None) -> list[dict[str, str]]:
    """Give the key, by column, of each name that is one."""
    return [dict(_pairs(name, record.key)) for name in names if record is not None and "=" in name]


def _id(name: str, record: SourceRecord | None) -> int:
    if re.fullmatch(r"[+-]?\d{1,19}", name):
        return int(name)
    if "=" not in name:
        raise Misuse(f"{name!r} names no row", expected="an id, or column=value of its key")
    if record is None:
        raise Misuse(f"{name!r} is a key", expected="ids, as these are no rows of a source")
    values = dict(_pairs(name, record.key))
    return row_id(values, source=record.name, secret=record.secret, key=record.key, types=record.schema)


def _pairs(name: str, key: Sequence[str]) -> list[tuple[str, str]]:
    """The columns and values of a key; a comma parts them only where there are several."""
    parts = [name] if len(key) == 1 else name.split(",")
    return [(column.strip(), value) for column, _, value in (part.partition("=") for part in parts)]

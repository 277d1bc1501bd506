"""Recalls as they are kept: rows of the tables become records, and records rows. Used inside a transaction.

A recall is known by `r` and a number. The ids of its rows are one compressed block of 64-bit
numbers, the lowest byte first.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lineage.encoding import json_text, json_value, legible, microseconds, moment, now_us
from lineage.errors import NotRecorded
from lineage.records import JSON, Recall, RecallEvent
from lineage.schema import recall_events, recalls
from lineage.statements import among, members

NEVER_US = 2**63 - 1
"""Later than any time."""

_FASTEST = 1

_ADD = recalls.insert().returning(recalls.c.number)
_ADD_EVENT = recall_events.insert()
_UNTIL = sa.bindparam("until")
_BY_NUMBER = sa.select(recalls).where(recalls.c.number == sa.bindparam("number"), recalls.c.recorded_us <= _UNTIL)
_EVENTS = (
    sa.select(recall_events)
    .where(among(recall_events.c.recall, sa.bindparam("numbers")), recall_events.c.recorded_us <= _UNTIL)
    .order_by(recall_events.c.number)
)


def added(connection: Connection, *, rows: array[int], since: datetime | None, **stated: Any) -> int:
    """Add what a recall states; its number. `stated` are the other columns, texts and JSON values."""
    values = {name: legible(value) if isinstance(value, str) else json_text(value) for name, value in stated.items()}
    since_us = None if since is None else microseconds(since)
    given = {**values, "rows": packed(rows), "since_us": since_us, "recorded_us": now_us()}
    return int(connection.execute(_ADD, given).scalar_one())


def append(
    connection: Connection, recall_id: str, *, event: str, by: str, note: str, facts: Mapping[str, JSON]
) -> None:
    """Append an event to a recall that there is."""
    values = {"recall": _number(recall_id), "event": str(event), "by": legible(by), "note": legible(note)}
    connection.execute(_ADD_EVENT, {**values, "facts": json_text(facts), "recorded_us": now_us()})


def found(connection: Connection, recall_id: str, *, until: int = NEVER_US) -> Recall:
    """Read one recall with its events until a time, in microseconds.

    Raises:
        NotRecorded: there is no such recall, or there was none yet.
    """
    rows = connection.execute(_BY_NUMBER, {"number": _number(recall_id), "until": until}).all()
    if not rows:
        raise NotRecorded(f"there is no recall {recall_id!r}", next_step="See `headwater recalls`.")
    return read(connection, rows, until=until)[0]


def read(connection: Connection, rows: Sequence[Any], *, until: int = NEVER_US) -> list[Recall]:
    """Read rows of the table of recalls, with their events until a time, in microseconds."""
    followed: dict[int, list[RecallEvent]] = {row.number: [] for row in rows}
    for row in connection.execute(_EVENTS, {"numbers": members(followed), "until": until}) if rows else ():
        followed[row.recall].append(_event(row))
    return [_recall(row, events=tuple(followed[row.number])) for row in rows]


def packed(ids: array[int]) -> bytes:
    """Write ids as one block."""
    return zlib.compress(_lowest_first(ids).tobytes(), _FASTEST)


def unpacked(content: bytes) -> array[int]:
    """Read the block that `packed` wrote."""
    return _lowest_first(array("q", zlib.decompress(content)))


def _lowest_first(ids: array[int]) -> array[int]:
    if sys.byteorder == "little":
        return ids
    turned = ids[:]
    turned.byteswap()
    return turned


def _number(recall_id: str) -> int:
    digits = recall_id.removeprefix("r")
    return int(digits) if digits.isdecimal() and len(digits) < 19 else -1


def _event(row: Any) -> RecallEvent:
    at, facts = moment(row.recorded_us), json_value(row.facts)
    return RecallEvent(event=row.event, at=at, by=row.by, note=row.note, facts=facts)


def _recall(row: Any, *, events: tuple[RecallEvent, ...]) -> Recall:
    return Recall(
        id=f"r{row.number}",
        source=row.source,
        version=row.version,
        corrected=row.corrected,
        rows=unpacked(row.rows),
        columns=tuple(json_value(row.columns)),
        where=row.where,
        reason=row.reason,
        by=row.by,
        since=None if row.since_us is None else moment(row.since_us),
        recorded_at=moment(row.recorded_us),
        events=events,
        facts=json_value(row.facts),
    )

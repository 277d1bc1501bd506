"""Recalls: what was stated stands as it was stated, and all that becomes of it is appended."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lineage import recalled
from lineage.artifacts import resolved
from lineage.digest import digest_bytes, digest_json
from lineage.encoding import microseconds
from lineage.errors import Conflict, NotRecorded
from lineage.part import Part
from lineage.records import ALERTED, ERASED, ERASURE, JSON, OVERRIDE, Recall, RecallState
from lineage.schema import names, recalls

_OPEN, _REBUILT, _CLOSED, _WITHDRAWN, _SUPERSEDED = RecallState
_STANDING = tuple(state for state in RecallState if state.stands)
_LEGAL = {
    _REBUILT: _STANDING,
    _CLOSED: (_REBUILT,),
    _WITHDRAWN: _STANDING,
    _SUPERSEDED: _STANDING,
    OVERRIDE: _STANDING,
    ALERTED: tuple(RecallState),
    ERASED: _STANDING,
}
"""What may become of a recall, and in which states."""

_TOLD = {_SUPERSEDED: "recall", OVERRIDE: "model"}
"""What the facts of an event have to name."""

_SELECT = sa.select(recalls).where(recalls.c.recorded_us <= sa.bindparam("until")).order_by(recalls.c.number)
_BY_STATEMENT = sa.select(recalls).where(recalls.c.statement == sa.bindparam("statement"))
_KNOWN = sa.select(names.c.id).where(names.c.kind == "dataset", names.c.name == sa.bindparam("source"))


class Recalls(Part):
    """Recalls: opened, then followed by events, never changed."""

    def open_recall(
        self,
        *,
        source: str,
        rows: Iterable[int],
        reason: str,
        by: str,
        version: str = "",
        corrected: str = "",
        columns: Sequence[str] = (),
        where: str = "",
        since: datetime | None = None,
        facts: Mapping[str, JSON] | None = None,
    ) -> Recall:
        """Record that `rows` of the dataset `source` are wrong, as `Recall` describes it.

        A statement that stands already (same source, version, corrected version, rows and columns, both
        or neither an erasure) is not made twice: the first is the answer.

        Raises:
            Conflict: no rows are given, or no reason, or nobody who says so.
            NotRecorded: there is no such dataset, or no such version of it.
            StoreUnreachable: the database cannot be written.
        """
        ids = _ids(rows)
        _require(source, rows=ids, reason=reason, by=by)
        with self.database.writing() as connection:
            _alone(connection)
            _require_known(connection, source)
            stated = {
                "source": source,
                "version": _whole(connection, version),
                "corrected": _whole(connection, corrected),
                "columns": sorted(columns),
            }
            erasing = {ERASURE: True} if facts and facts.get(ERASURE) else {}
            statement = digest_json({**stated, **erasing, "rows": digest_bytes(ids.tobytes())})
            if known := _standing(connection, statement):
                return known
            told = {"where": where, "reason": reason, "by": by, "facts": facts or {}}
            number = recalled.added(connection, rows=ids, since=since, statement=statement, **stated, **told)
            recalled.append(connection, f"r{number}", event=_OPEN, by=by, note=reason, facts={})
            return recalled.found(connection, f"r{number}")

    def recall(self, recall_id: str, as_of: datetime | None = None) -> Recall:
        """Read one recall, with its events until `as_of` (None: all of them).

        Raises:
            NotRecorded: there is no such recall, or there was none yet.
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            return recalled.found(connection, recall_id, until=_us(as_of))

    def recalls(
        self, source: str | None = None, state: RecallState | str | None = None, *, as_of: datetime | None = None
    ) -> list[Recall]:
        """List the recalls of one source or all, in one state or any, oldest first, as they stood at `as_of`.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        statement = _SELECT if source is None else _SELECT.where(recalls.c.source == source)
        until = _us(as_of)
        with self.database.reading() as connection:
            listed = recalled.read(connection, connection.execute(statement, {"until": until}).all(), until=until)
        return [one for one in listed if state is None or one.state == state]

    def recall_event(
        self, recall_id: str, event: str, *, by: str, note: str = "", facts: Mapping[str, JSON] | None = None
    ) -> Recall:
        """Append what became of a recall: `rebuilt`, `closed`, `withdrawn`, or `alerted` or `erased` beside these.

        Raises:
            NotRecorded: there is no such recall.
            Conflict: that cannot become of it in the state it is in, or nobody says so.
            StoreUnreachable: the database cannot be written.
        """
        with self.database.writing() as connection:
            return _follow(connection, recall_id, event=event, by=by, note=note, facts=facts)

    def supersede_recall(self, recall_id: str, *, with_recall: str, by: str, note: str = "") -> Recall:
        """Let another recall of the same source stand for this one.

        Raises:
            NotRecorded: there is no such recall.
            Conflict: either has ended, they are one or of two sources, or nobody says so.
            StoreUnreachable: the database cannot be written.
        """
        with self.database.writing() as connection:
            one, other = (recalled.found(connection, each) for each in (recall_id, with_recall))
            if one.id == other.id or one.source != other.source or not other.state.stands:
                raise Conflict(
                    f"recall {one.id} cannot be superseded by {other.id}",
                    expected=f"another recall of {one.source}, open or rebuilt",
                    found="the same recall" if one.id == other.id else f"one of {other.source}, {other.state}",
                )
            facts = {"recall": other.id}
            return _follow(connection, one.id, event=_SUPERSEDED, by=by, note=note, facts=facts)

    def override_recall(self, recall_id: str, *, model: str, by: str, reason: str) -> Recall:
        """Let a named person answer for it that `model` is released although the recall stands.

        Raises:
            NotRecorded: there is no such recall, or no such model.
            Ambiguous: several artifacts answer to `model`.
            Conflict: the recall has ended, or nobody, or no reason, is given.
            StoreUnreachable: the database cannot be written.
        """
        if not reason.strip():
            raise Conflict(f"recall {recall_id} cannot be overridden", expected="a reason", found="none")
        with self.database.writing() as connection:
            facts = {"model": _whole(connection, model)}
            return _follow(connection, recall_id, event=OVERRIDE, by=by, note=reason, facts=facts)


def _ids(rows: Iterable[int]) -> array[int]:
    from lineage.idsets import ids_of  # loads pandas, which reading recalls does not need

    return array("q", ids_of(rows).tobytes())


def _require(source: str, *, rows: Sequence[int], reason: str, by: str) -> None:
    given = {"rows": rows, "reason": reason.strip(), "name": by.strip()}
    if absent := [f"no {name}" for name, value in given.items() if not value]:
        raise Conflict(
            f"a recall of {source} cannot be opened",
            expected="the rows that are wrong, a reason, and the name of who says so",
            found=", ".join(absent),
        )


def _require_known(connection: Connection, source: str) -> None:
    if connection.execute(_KNOWN, {"source": source}).first() is None:
        raise NotRecorded(f"no dataset is recorded as {source!r}", next_step="See `headwater runs`.")


def _whole(connection: Connection, name: str) -> str:
    """The whole reference of what `name` means; "" for ""."""
    if not name:
        return ""
    row = resolved(connection, name)
    return f"{row.kind}/{row.name}@{row.digest}"


def _standing(connection: Connection, statement: str) -> Recall | None:
    rows = connection.execute(_BY_STATEMENT, {"statement": statement}).all()
    return next((one for one in recalled.read(connection, rows) if one.state.stands), None)


def _follow(
    connection: Connection, recall_id: str, *, event: str, by: str, note: str, facts: Mapping[str, JSON] | None
) -> Recall:
    _alone(connection)
    one = recalled.found(connection, recall_id)
    told = facts or {}
    _require_legal(one, event=event, by=by, told=told)
    recalled.append(connection, one.id, event=event, by=by, note=note, facts=told)
    return recalled.found(connection, one.id)


def _require_legal(one: Recall, *, event: str, by: str, told: Mapping[str, JSON]) -> None:
    legal = _LEGAL.get(event, ())
    said = f"recall {one.id} cannot be {'overridden' if event == OVERRIDE else event}"
    if one.state not in legal:
        last = [each for each in one.events if each.event == one.state][-1]
        raise Conflict(
            said,
            expected="one that is " + " or ".join(legal) if legal else "an event that recalls have",
            found=f"one that is {one.state}, by {last.by} at {last.at:%Y-%m-%d %H:%M} UTC",
            next_step=f"See `headwater recalls show {one.id}`.",
        )
    absent = "the name of who says so" if not by.strip() else _TOLD.get(event, "")
    if absent and absent not in told:
        raise Conflict(said, expected=absent, found="none")


def _alone(connection: Connection) -> None:
    """Let nobody else open or follow a recall before this transaction ends (a SQLite writer is alone already)."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("LOCK TABLE recalls IN SHARE ROW EXCLUSIVE MODE"))


def _us(as_of: datetime | None) -> int:
    return recalled.NEVER_US if as_of is None else microseconds(as_of)

"""The ledger of releases: which model answers at which endpoint, from when, why, and what it replaced."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lineage.artifacts import resolved
from lineage.encoding import json_text, json_value, legible, moment, now_us
from lineage.errors import Conflict, NotRecorded
from lineage.part import Part
from lineage.records import JSON, Release
from lineage.schema import names, releases
from lineage.schema import artifacts as made
from lineage.statements import among, members

LIVE = "live"

_OF_ONE_ENTRY = ("rolled_back", "restored", "reinstated", "recall_override")
"""Facts that say how an entry came about: they do not come back with its model."""

_ADD = releases.insert()
_LAST = sa.select(sa.func.max(releases.c.number)).where(releases.c.endpoint == sa.bindparam("endpoint"))
_SELECT = (
    sa.select(*releases.c, names.c.kind, names.c.name, made.c.digest)
    .join_from(releases, made, made.c.id == releases.c.model)
    .join(names, names.c.id == made.c.name)
)
_NEWEST = (releases.c.since_us.desc(), releases.c.endpoint, releases.c.number.desc())
_OF_ENDPOINT = _SELECT.where(releases.c.endpoint == sa.bindparam("endpoint"))
_LIVE = _OF_ENDPOINT.where(releases.c.role == LIVE).order_by(releases.c.number.desc()).limit(1)
_OF_ROLE = _OF_ENDPOINT.where(releases.c.role == sa.bindparam("role")).order_by(releases.c.number.desc()).limit(1)
_NUMBERED = _OF_ENDPOINT.where(releases.c.number == sa.bindparam("number"))
_later = releases.alias("later")
_NOW_LIVE = (
    sa.select(sa.func.max(_later.c.number)).where(_later.c.endpoint == releases.c.endpoint, _later.c.role == LIVE)
).scalar_subquery()
_ANSWERING = _SELECT.add_columns((releases.c.number == _NOW_LIVE).label("answers")).order_by(*_NEWEST)
_OF_MODELS = _ANSWERING.where(among(releases.c.model, sa.bindparam("models")))
_OF_AUDITS = _ANSWERING.where(among(releases.c.audit, sa.bindparam("audits")))


class Releases(Part):
    """Releases: entries are added, never changed; the latest live one answers."""

    def release(self, release: Release, *, once: bool = False) -> Release:
        """Add an entry; its number is the endpoint's next, its time is now.

        With `once`, the last entry of that role is given back instead where it says the same already: two who
        decide the same at the same time make one release.

        Raises:
            NotRecorded: the model is not recorded.
            StoreUnreachable: the database cannot be written.
        """
        with self.database.writing() as connection:
            _alone(connection)
            if once and (last := _last(connection, release)) and _says(last) == _says(release):
                return last
            now = connection.execute(_LIVE, {"endpoint": release.endpoint}).first()
            return _added(connection, release, before=None if now is None or release.role != LIVE else now.number)

    def live(self, endpoint: str) -> Release | None:
        """Find the entry whose model answers at `endpoint` now; None before the first.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            row = connection.execute(_LIVE, {"endpoint": endpoint}).first()
            return None if row is None else _release(row)

    def releases(self, endpoint: str | None = None) -> list[Release]:
        """List the entries of one endpoint or all, newest first.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        statement = _SELECT if endpoint is None else _SELECT.where(releases.c.endpoint == endpoint)
        with self.database.reading() as connection:
            return [_release(row) for row in connection.execute(statement.order_by(*_NEWEST))]

    def released_before(self, endpoint: str) -> Release:
        """Find the entry that a rollback of the live one goes back to.

        Raises:
            NotRecorded: nothing is live, or no other model was live before.
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            return _release(_before(connection, endpoint)[1])

    def rollback(
        self, endpoint: str, *, by: str, reason: str, to: int | None = None, facts: Mapping[str, JSON] | None = None
    ) -> Release:
        """Add an entry for the model that was live before the current one; `facts` are kept with it.

        A second rollback in a row goes further back, never to a model that was rolled back. `to` is
        the number of the entry that the caller expects to go back to.

        Raises:
            NotRecorded: nothing is live, or no other model was live before.
            Conflict: the entry to go back to is not `to` any more.
            StoreUnreachable: the database cannot be written.
        """
        with self.database.writing() as connection:
            _alone(connection)
            now, back = _before(connection, endpoint)
            if to not in (None, back.number):
                raise Conflict(
                    f"{endpoint} was released to meanwhile",
                    expected=f"release {to} to be the one to go back to",
                    found=f"release {back.number}",
                    next_step="Look at `headwater releases` and try again.",
                )
            entry = _again(back, over=now, by=by, reason=reason, facts=facts or {})
            return _added(connection, entry, before=back.before)


def released(connection: Connection, *, models: Collection[int], audits: Collection[str]) -> list[tuple[Release, bool]]:
    """Find the entries of models, by number, or passed by audits, by reference; each with whether it answers now.

    Those that answer come first, then the newest.
    """
    rows = [*connection.execute(_OF_MODELS, {"models": members(models)})]
    if audits:
        rows += connection.execute(_OF_AUDITS, {"audits": members(audits)})
    entries = {(row.endpoint, row.number): (_release(row), bool(row.answers)) for row in rows}
    return sorted(entries.values(), key=lambda entry: (not entry[1], -entry[0].since.timestamp(), entry[0].endpoint))


def _before(connection: Connection, endpoint: str) -> tuple[Any, Any]:
    """The live entry, and the one that a rollback of it goes back to."""
    now = connection.execute(_LIVE, {"endpoint": endpoint}).first()
    back = now
    while back is not None and back.model == now.model:
        back = connection.execute(_NUMBERED, {"endpoint": endpoint, "number": back.before}).first()
    if back is None:
        found = "no live release" if now is None else f"{_release(now).model} and no other model before it"
        raise NotRecorded(
            f"{endpoint} cannot be rolled back", expected="a model live before the current one", found=found
        )
    return now, back


def _last(connection: Connection, release: Release) -> Release | None:
    """The last entry of the same role at the same endpoint."""
    row = connection.execute(_OF_ROLE, {"endpoint": release.endpoint, "role": release.role}).first()
    return None if row is None else _release(row)


def _says(release: Release) -> tuple[Any, ...]:
    return release.model, release.audit, json_text(release.facts)


def _alone(connection: Connection) -> None:
    """Let nobody else number an entry before this transaction ends (a SQLite writer is alone already)."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("LOCK TABLE releases IN SHARE ROW EXCLUSIVE MODE"))


def _again(back: Any, *, over: Any, by: str, reason: str, facts: Mapping[str, JSON]) -> Release:
    restored = _release(back)
    kept = {name: fact for name, fact in restored.facts.items() if name not in _OF_ONE_ENTRY}
    return Release(
        endpoint=restored.endpoint,
        model=restored.model,
        role=LIVE,
        audit=restored.audit,
        verdict=restored.verdict,
        by=by,
        reason=reason,
        run=restored.run,
        facts={**kept, **facts, "rolled_back": over.number, "restored": restored.number},
    )


def _added(connection: Connection, release: Release, *, before: int | None) -> Release:
    model = resolved(connection, release.model)
    number = (connection.execute(_LAST, {"endpoint": release.endpoint}).scalar() or 0) + 1
    values = {
        "endpoint": release.endpoint,
        "number": number,
        "model": model.id,
        "role": release.role,
        "audit": release.audit,
        "verdict": release.verdict,
        "by": release.by,
        "reason": legible(release.reason),
        "run": release.run,
        "since_us": now_us(),
        "facts": json_text(release.facts),
        "before": before,
    }
    connection.execute(_ADD, values)
    return _release(connection.execute(_NUMBERED, {"endpoint": release.endpoint, "number": number}).one())


def _release(row: Any) -> Release:
    return Release(
        endpoint=row.endpoint,
        model=f"{row.kind}/{row.name}@{row.digest}",
        role=row.role,
        number=row.number,
        audit=row.audit,
        verdict=row.verdict,
        by=row.by,
        reason=row.reason,
        run=row.run,
        since=moment(row.since_us),
        facts=json_value(row.facts),
    )

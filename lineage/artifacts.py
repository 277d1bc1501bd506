"""Artifacts, asked by reference, by name, by the beginning of a digest, by who made or read them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lineage import reading
from lineage.catalogue import Identity
from lineage.encoding import now_us
from lineage.errors import MOST_EXAMPLES, Ambiguous, NotRecorded
from lineage.part import Part
from lineage.records import Artifact, Run
from lineage.schema import artifacts, inputs, names, outputs, runs, tombstones
from lineage.statements import begins, span

_RECORDED = artifacts.c.recorded_us.is_not(None)
_SELECT = sa.select(*reading.ARTIFACT, artifacts.c.id, artifacts.c.recorded_us).select_from(reading.NAMED)
_BY_IDENTITY = _SELECT.where(
    artifacts.c.digest == sa.bindparam("d"), names.c.name == sa.bindparam("n"), names.c.kind == sa.bindparam("k")
)
_PUBLISHED = (
    sa.select(sa.func.max(outputs.c.number)).where(outputs.c.artifact == artifacts.c.id).correlate(artifacts)
).scalar_subquery()
_LATEST_OF_NAME = (
    sa.select(outputs.c.artifact)
    .where(outputs.c.name == names.c.id)
    .order_by(outputs.c.number.desc())
    .limit(1)
    .correlate(names)
).scalar_subquery()
_LATEST = _SELECT.where(artifacts.c.id == _LATEST_OF_NAME, names.c.name == sa.bindparam("n"))
_LATEST_OF_KIND = _LATEST.where(names.c.kind == sa.bindparam("k"))
_OF_NAME = sa.select(outputs.c.artifact).where(outputs.c.name == names.c.id).correlate(names)
_VERSIONS = (
    _SELECT.where(artifacts.c.id.in_(_OF_NAME), names.c.name == sa.bindparam("n"), names.c.kind == sa.bindparam("k"))
    .order_by(_PUBLISHED.desc())
)
_DIGESTS = _SELECT.where(_RECORDED, begins(artifacts.c.digest))
_ALL = _SELECT.where(_RECORDED, ~reading.gone(artifacts.c.id)).order_by(artifacts.c.id)
_MADE_BY = sa.select(artifacts.c.made_by).where(artifacts.c.id == sa.bindparam("a")).scalar_subquery()
_PRODUCER = sa.select(*reading.RUN).where(runs.c.number == _MADE_BY)
_CONSUMERS = (
    sa.select(*reading.RUN)
    .where(runs.c.number.in_(sa.select(inputs.c.run).where(inputs.c.artifact == sa.bindparam("a"))))
    .order_by(runs.c.number.desc())
)
_BURY = tombstones.insert()


class Artifacts(Part):
    """Artifacts, read; and marked deleted."""

    def artifact(self, reference: str) -> Artifact:
        """Find one artifact by `kind/name@digest`, `kind/name`, `name@digest`, `name` or a digest.

        A digest may be cut short while it stays unique; a name alone means its latest version.

        Raises:
            NotRecorded: nothing answers to the reference.
            Ambiguous: several artifacts do.
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            return reading.artifact(resolved(connection, reference))

    def artifacts(self, kind: str | None = None) -> list[Artifact]:
        """List every artifact, of one kind or all, that is recorded and not deleted, oldest first.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        statement = _ALL if kind is None else _ALL.where(names.c.kind == kind)
        with self.database.reading() as connection:
            return [reading.artifact(row) for row in connection.execute(statement)]

    def latest(self, kind: str, name: str) -> Artifact | None:
        """Find the version of a name that was published last; None when there is none.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            row = connection.execute(_LATEST_OF_KIND, {"k": kind, "n": name}).first()
            return None if row is None else reading.artifact(row)

    def versions(self, kind: str, name: str, *, deleted: bool = False) -> list[Artifact]:
        """List the versions of a name, the last published first; those that were deleted only if asked for.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        statement = _VERSIONS if deleted else _VERSIONS.where(~reading.gone(artifacts.c.id))
        with self.database.reading() as connection:
            return [reading.artifact(row) for row in connection.execute(statement, {"k": kind, "n": name})]

    def producer(self, reference: str) -> Run | None:
        """Find the run that first made an artifact; None when it was only read, never made.

        Raises:
            NotRecorded: nothing answers to the reference.
            Ambiguous: several artifacts do.
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            number = resolved(connection, reference, mentions=True).id
            return next(iter(reading.whole(connection, connection.execute(_PRODUCER, {"a": number}))), None)

    def consumers(self, reference: str) -> list[Run]:
        """List the runs that read an artifact, however they ended, newest first.

        Raises:
            NotRecorded: nothing answers to the reference.
            Ambiguous: several artifacts do.
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            number = resolved(connection, reference, mentions=True).id
            return reading.whole(connection, connection.execute(_CONSUMERS, {"a": number}))

    def forgotten(self, reference: str, reason: str) -> None:
        """Mark an artifact as deleted, until a run makes it again.

        Raises:
            NotRecorded: nothing answers to the reference.
            Ambiguous: several artifacts do.
            StoreUnreachable: the database cannot be written.
        """
        with self.database.writing() as connection:
            number = resolved(connection, reference).id
            last = sa.select(sa.func.max(outputs.c.number)).where(outputs.c.artifact == number)
            after = connection.execute(last).scalar_one()
            grave = {"artifact": number, "after_output": after, "reason": reason, "recorded_us": now_us()}
            connection.execute(_BURY, grave)


def resolved(connection: Connection, reference: str, *, mentions: bool = False) -> Any:
    """Find the one row of an artifact that `reference` means, as `Artifacts.artifact` reads it.

    With `mentions`, a whole reference may be to an artifact that runs read but none is known to have made.

    Raises:
        NotRecorded: nothing answers to the reference.
        Ambiguous: several artifacts do.
    """
    if "@" not in reference:
        rows = _by_name(connection, reference) or _by_digest(connection, name="", digest=reference)
    else:
        rows = _whole(connection, reference)
        if rows and rows[0].recorded_us is None and not mentions:
            raise NotRecorded(f"{reference} was read by a run but never recorded by one that made it")
        name, _, digest = reference.rpartition("@")
        rows = rows or _by_digest(connection, name=name, digest=digest)
    if not rows:
        raise NotRecorded(f"nothing is recorded as {reference!r}", next_step="See `headwater runs`.")
    if len(rows) > 1:
        raise Ambiguous(
            f"{reference!r} can mean several artifacts",
            examples=[reading.artifact(row).reference for row in rows[:MOST_EXAMPLES]],
            count=len(rows),
            next_step="Give the kind, or more of the digest.",
        )
    return rows[0]


def _whole(connection: Connection, reference: str) -> list[Any]:
    try:
        k, n, d = Identity.of(reference)
    except NotRecorded:
        return []
    return list(connection.execute(_BY_IDENTITY, {"k": k, "n": n, "d": d}))


def _by_name(connection: Connection, name: str) -> list[Any]:
    rows = list(connection.execute(_LATEST, {"n": name}))
    kind, slash, rest = name.partition("/")
    return rows or (list(connection.execute(_LATEST_OF_KIND, {"k": kind, "n": rest})) if slash else [])


def _by_digest(connection: Connection, *, name: str, digest: str) -> list[Any]:
    if not digest:
        return []
    rows = list(connection.execute(_DIGESTS, span(digest)))
    return [row for row in rows if name in ("", row.name, f"{row.kind}/{row.name}")]

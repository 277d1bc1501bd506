"""Which number each artifact has: finding it, making it, publishing it. Used inside a writer's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert  # SQLite spells ON CONFLICT the same way
from sqlalchemy.engine import Connection

from lineage.encoding import json_text, now_us
from lineage.errors import NotRecorded
from lineage.records import Artifact, Use
from lineage.schema import artifacts, names, outputs
from lineage.statements import plain_rows


class Identity(NamedTuple):
    """The three texts of a reference, `kind/name@digest`."""

    kind: str
    name: str
    digest: str

    @classmethod
    def of(cls, reference: str) -> Identity:
        """Take a whole reference apart.

        Raises:
            NotRecorded: the text is not a whole reference.
        """
        kind, slash, rest = reference.partition("/")
        name, at, digest = rest.rpartition("@")
        if not (slash and at and kind and name and digest):
            raise NotRecorded("this is not a reference to an artifact", expected="kind/name@digest", found=reference)
        return cls(kind, name, digest)


_NAMED = (names.c.name == sa.bindparam("n"), names.c.kind == sa.bindparam("k"))
_FIND = (
    sa.select(artifacts.c.id)
    .join(names, names.c.id == artifacts.c.name)
    .where(artifacts.c.digest == sa.bindparam("d"), *_NAMED)
)
_NAME = sa.select(names.c.id).where(*_NAMED)


def _upsert() -> sa.Insert:
    new = insert(artifacts).values({column: sa.bindparam(column) for column in _WRITTEN})
    given, kept = new.excluded, artifacts.c
    first = {name: sa.func.coalesce(kept[name], given[name]) for name in ("rows", "made_by", "recorded_us")}
    facts = sa.case((kept.recorded_us.is_(None), given.facts), else_=kept.facts)
    newest = {name: given[name] for name in ("place", "checksum", "size_bytes")}
    return new.on_conflict_do_update(index_elements=["digest", "name"], set_={**newest, **first, "facts": facts})


_WRITTEN = ("name", "digest", "place", "checksum", "size_bytes", "rows", "facts", "made_by", "recorded_us")
ADD = _upsert()
"""Record an artifact. Its first record stands, except that its bytes are where they were written last."""

_ADD = ADD.returning(artifacts.c.id)
ADD_NAME = insert(names).on_conflict_do_nothing(index_elements=["name", "kind"])
MENTION = insert(artifacts).on_conflict_do_nothing(index_elements=["digest", "name"])
"""Give an artifact its number without recording it: somebody read it, nobody we know made it."""

_PUBLISH = outputs.insert()


def found(connection: Connection, identity: Identity) -> int | None:
    """Look up the number of an artifact, recorded or only mentioned."""
    k, n, d = identity
    return next((number for number, in plain_rows(connection, _FIND, k=k, n=n, d=d)), None)


def name_number(connection: Connection, *, kind: str, name: str) -> int:
    """Look up the number of a name, giving it one when it is new."""
    for _ in range(2):
        for (known,) in plain_rows(connection, _NAME, k=kind, n=name):
            return int(known)
        connection.execute(ADD_NAME, {"kind": kind, "name": name})
    raise AssertionError(f"the name {kind}/{name} was just added")


def written(artifact: Artifact, run: int, *, name: int, at_us: int) -> dict[str, object]:
    """Write an artifact that `run` made as values for `ADD`."""
    return {
        "name": name,
        "digest": artifact.digest,
        "place": artifact.place,
        "checksum": artifact.checksum,
        "size_bytes": artifact.size_bytes,
        "rows": artifact.rows,
        "facts": json_text(artifact.facts),
        "made_by": run,
        "recorded_us": at_us,
    }


def mention(name: int, digest: str) -> dict[str, object]:
    """Write an artifact of which only the reference is known as values for `MENTION`."""
    return {"name": name, "digest": digest, "place": "", "checksum": "", "size_bytes": 0, "facts": "{}"}


def mentioned(connection: Connection, references: Iterable[str]) -> dict[str, int]:
    """Look up the number of each reference, giving a number to those never seen.

    New ones are added in one order everywhere, so that two writers never wait for each other.

    Raises:
        NotRecorded: a text is not a whole reference.
    """
    numbers = {}
    for reference in sorted(set(references)):
        identity = Identity.of(reference)
        number = found(connection, identity)
        if number is None:
            name = name_number(connection, kind=identity.kind, name=identity.name)
            connection.execute(MENTION, mention(name, identity.digest))
            number = found(connection, identity)
        numbers[reference] = int(number or 0)
    return numbers


def made(connection: Connection, uses: Sequence[Use], *, run: int) -> dict[str, int]:
    """Record what `run` made and publish it under its names; the number of each reference."""
    at_us = now_us()
    numbers, named = {}, {}
    for artifact in sorted((use.artifact for use in uses), key=lambda artifact: artifact.reference):
        name = name_number(connection, kind=artifact.kind, name=artifact.name)
        named[artifact.reference] = name
        values = written(artifact, run, name=name, at_us=at_us)
        numbers[artifact.reference] = connection.execute(_ADD, values).scalar_one()
    for use in uses:
        reference = use.artifact.reference
        publish(
            connection,
            run=run,
            role=use.role,
            position=use.position,
            artifact=numbers[reference],
            name=named[reference],
        )
    return numbers


def publish(connection: Connection, *, run: int, role: str, position: int, artifact: int, name: int) -> None:
    """Make an artifact the latest of its name, as an output of `run`."""
    values = {"run": run, "role": role, "position": position, "artifact": artifact, "name": name}
    connection.execute(_PUBLISH, values)

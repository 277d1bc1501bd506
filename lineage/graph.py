"""Up and down the graph of artifact versions: what one rests on, and what rests on it.

An answer holds the records of what was met, says what could not be followed, and how weakly
its weakest edge is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lineage import dependencies as edges
from lineage import reading
from lineage.artifacts import resolved
from lineage.part import Part
from lineage.records import Closure, Dependency, Known, Outcome
from lineage.schema import artifacts, dependencies, inputs, names, runs
from lineage.statements import among, members, plain_rows
from lineage.walk import DOWN, UP, Walk, walked

_ABOUT = (artifacts.c.id, artifacts.c.made_by, artifacts.c.recorded_us, reading.gone(artifacts.c.id).label("gone"))
_ARTIFACTS = sa.select(*reading.ARTIFACT, *_ABOUT).where(
    artifacts.c.name == names.c.id, among(artifacts.c.id, sa.bindparam("numbers"))
)
_ID, _MADE_BY, _RECORDED_US, _GONE = range(len(reading.ARTIFACT), len(reading.ARTIFACT) + len(_ABOUT))
_REFERENCES = sa.select(artifacts.c.id, names.c.kind, names.c.name, artifacts.c.digest).where(
    artifacts.c.name == names.c.id, among(artifacts.c.id, sa.bindparam("numbers"))
)
_RUNS = sa.select(*reading.RUN).where(among(runs.c.number, sa.bindparam("numbers"))).order_by(runs.c.number)
_AT_WORK = (
    sa.select(runs.c.id, inputs.c.artifact)
    .join(inputs, inputs.c.run == runs.c.number)
    .where(runs.c.outcome == Outcome.RUNNING.value)
)


class Graph(Part):
    """The graph, asked."""

    def upstream(self, reference: str, depth: int | None = None) -> Closure:
        """Find all that an artifact rests on, at most `depth` edges away, nearest first, and the runs that made it.

        The artifact itself is not among the answers; the run that made it is. Runs come
        without what they used and made.

        Raises:
            NotRecorded: nothing answers to the reference.
            Ambiguous: several artifacts do.
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            return _closure(connection, walked(connection, reference, direction=UP, depth=depth), up=True)

    def downstream(self, reference: str, depth: int | None = None) -> Closure:
        """Find all that rests on an artifact, at most `depth` edges away, nearest first, and the runs that made it.

        Neither the artifact itself nor the run that made it is among the answers. Runs come
        without what they used and made.

        Raises:
            NotRecorded: nothing answers to the reference.
            Ambiguous: several artifacts do.
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            return _closure(connection, walked(connection, reference, direction=DOWN, depth=depth), up=False)

    def ancestors(self, reference: str, depth: int | None = None) -> list[str]:
        """Name all that an artifact rests on, nearest first: references alone, where records would be too much.

        What `upstream` says about completeness holds here unsaid: ask it where that matters.

        Raises:
            NotRecorded: nothing answers to the reference.
            Ambiguous: several artifacts do.
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            return _named(connection, walked(connection, reference, direction=UP, depth=depth))

    def descendants(self, reference: str, depth: int | None = None) -> list[str]:
        """Name all that rests on an artifact, nearest first: references alone, where records would be too much.

        What `downstream` says about completeness holds here unsaid: ask it where that matters.

        Raises:
            NotRecorded: nothing answers to the reference.
            Ambiguous: several artifacts do.
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            return _named(connection, walked(connection, reference, direction=DOWN, depth=depth))

    def dependencies(self, reference: str) -> list[Dependency]:
        """List what an artifact directly rested on, whichever runs made it.

        Raises:
            NotRecorded: nothing answers to the reference.
            Ambiguous: several artifacts do.
            StoreUnreachable: the database cannot be read.
        """
        return self._touching(dependencies.c.output, reference)

    def dependents(self, reference: str) -> list[Dependency]:
        """List what directly rested on an artifact.

        Raises:
            NotRecorded: nothing answers to the reference.
            Ambiguous: several artifacts do.
            StoreUnreachable: the database cannot be read.
        """
        return self._touching(dependencies.c.input, reference)

    def _touching(self, end: Any, reference: str) -> list[Dependency]:
        with self.database.reading() as connection:
            number = resolved(connection, reference, mentions=True).id
            rows = connection.execute(edges.SELECT.where(end == number).order_by(*edges.ORDER))
            return [edges.dependency(row) for row in rows]


def _named(connection: Connection, walk: Walk) -> list[str]:
    rows = plain_rows(connection, _REFERENCES, numbers=members(walk.nodes))
    named = {number: f"{kind}/{name}@{digest}" for number, kind, name, digest in rows}
    return [named[node] for node in walk.nodes if node != walk.start]


def _closure(connection: Connection, walk: Walk, *, up: bool) -> Closure:
    found = {row[_ID]: row for row in plain_rows(connection, _ARTIFACTS, numbers=members(walk.nodes))}
    made_by = {row[_MADE_BY] for number, row in found.items() if row[_MADE_BY] and (up or number != walk.start)}
    makers = plain_rows(connection, _RUNS, numbers=members(walk.runs | made_by))
    missing = [sentence for node in walk.nodes for sentence in _missing(found[node])]
    if not up:
        missing += (untold(run, _reference(found[number])) for run, number in unfinished(connection) if number in found)
    return Closure(
        artifacts=tuple(reading.artifact(found[node]) for node in walk.nodes if node != walk.start),
        runs=tuple(map(reading.run, makers)),
        complete=not missing,
        missing=tuple(missing),
        weakest=max(map(Known, walk.known), key=edges.STRENGTHS.__getitem__, default=Known.BY_CONSTRUCTION),
    )


def _missing(row: Sequence[Any]) -> Iterator[str]:
    reference = _reference(row)
    if row[_RECORDED_US] is None:
        yield unexplained(reference)
    elif row[_GONE]:
        yield f"{reference} was deleted: its record stands, its content does not"


def unexplained(reference: str) -> str:
    """Say that no run is recorded that made an artifact."""
    return f"{reference} was read but never recorded by a run that made it: what it rests on is unknown"


def unfinished(connection: Connection) -> Iterator[tuple[str, int]]:
    """Give the id of every run at work, with the number of each artifact it read."""
    yield from plain_rows(connection, _AT_WORK)


def untold(run: str, reference: str) -> str:
    """Say that what a run at work will make of an artifact is not in an answer."""
    return f"run {run} has not ended: what it makes of {reference} is unknown yet"


def _reference(row: Sequence[Any]) -> str:
    kind, name, digest, *_ = row
    return f"{kind}/{name}@{digest}"

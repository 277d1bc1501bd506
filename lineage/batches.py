"""Many ended runs at once, from elsewhere or from another store: one transaction a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lineage import catalogue, dependencies, reading
from lineage.catalogue import Identity
from lineage.encoding import now_us
from lineage.errors import Conflict
from lineage.part import Part
from lineage.records import Artifact, Dependency, Outcome, Run
from lineage.schema import artifacts, inputs, names, outputs, runs
from lineage.statements import add_rows, among, members, plain_rows

BATCH = 1_000
"""How many runs are written in one transaction."""

_NUMBERS = sa.select(runs.c.id, runs.c.number).where(among(runs.c.id, sa.bindparam("ids")))
_FOUND = (
    sa.select(names.c.kind, names.c.name, artifacts.c.digest, artifacts.c.id, names.c.id)
    .join(artifacts, artifacts.c.name == names.c.id)
    .where(among(artifacts.c.digest, sa.bindparam("digests")))
)


_ADD_RUN, _ADD_INPUT, _ADD_OUTPUT = runs.insert(), inputs.insert(), outputs.insert()
_RUNS = " ".join(column.name for column in runs.c if column is not runs.c.number)
_ARTIFACTS = "name digest place checksum size_bytes rows facts made_by recorded_us"
_MENTIONS = "name digest place checksum size_bytes facts"
_INPUTS = "run ordinal role position artifact"
_OUTPUTS = "run role position artifact name"


class Batches(Part):
    """Runs that ended before they are recorded."""

    def record(self, runs: Iterable[Run]) -> None:
        """Record ended runs with all they used, made and rested on, in the order given.

        Each thousand are kept whole or not at all.

        Raises:
            Conflict: a run has not ended or is recorded already; then nothing of its batch is kept.
            NotRecorded: a dependency is on something that is not a whole reference.
            StoreUnreachable: the database cannot be written.
        """
        remaining = iter(runs)
        while batch := list(islice(remaining, BATCH)):
            unended = [run.id for run in batch if run.outcome is Outcome.RUNNING or run.ended_at is None]
            if unended:
                raise Conflict("runs that have not ended cannot be recorded at once", examples=unended)
            with self.database.writing() as connection:
                _recorded(connection, batch)


def _recorded(connection: Connection, batch: Sequence[Run]) -> None:
    _add_runs(connection, batch)
    run_numbers: dict[str, int] = dict(plain_rows(connection, _NUMBERS, ids=members(run.id for run in batch)))
    linked = [_Linked.of(run, number=run_numbers[run.id]) for run in batch]
    made, seen = _references(linked)
    numbers = _numbered(connection, made=made, seen=seen)
    add_rows(connection, _ADD_INPUT, _inputs(linked, numbers), columns=_INPUTS)
    add_rows(connection, _ADD_OUTPUT, _outputs(linked, numbers), columns=_OUTPUTS)
    add_rows(connection, dependencies.ADD, _edges(linked, numbers), columns=dependencies.COLUMNS)


def _add_runs(connection: Connection, batch: Sequence[Run]) -> None:
    at_us = now_us()
    written = (tuple(reading.written(run, recorded_us=at_us).values()) for run in batch)
    try:
        add_rows(connection, _ADD_RUN, written, columns=_RUNS)
    except connection.dialect.loaded_dbapi.IntegrityError:
        raise Conflict("a run of the batch is recorded already, or given twice") from None


@dataclass(frozen=True, slots=True)
class _Linked:
    """A run's number and the references of what it used and made, and what that rested on."""

    number: int
    run: Run
    used: list[str]
    made: list[str]
    rested: list[Dependency]

    @classmethod
    def of(cls, run: Run, *, number: int) -> _Linked:
        used = [use.artifact.reference for use in run.inputs]
        made = [use.artifact.reference for use in run.outputs]
        rests = made if run.outcome is Outcome.SUCCEEDED else ()
        rested = dependencies.complete(run.dependencies, inputs=used, outputs=rests, run=run.id)
        return cls(number, run, used, made, rested)


def _references(linked: Sequence[_Linked]) -> tuple[dict[str, tuple[Artifact, int]], set[str]]:
    """Say which artifacts were made, by the first run of the batch that made each; and which were seen at all."""
    made: dict[str, tuple[Artifact, int]] = {}
    seen: set[str] = set()
    for one in linked:
        seen.update(one.used, one.made, (dependency.input for dependency in one.rested))
        if one.run.outcome is Outcome.SUCCEEDED:
            for reference, use in zip(one.made, one.run.outputs, strict=True):
                made.setdefault(reference, (use.artifact, one.number))
    return made, seen


def _numbered(
    connection: Connection, *, made: Mapping[str, tuple[Artifact, int]], seen: Iterable[str]
) -> dict[str, tuple[int, int]]:
    """Record what was made and mention the rest; the numbers of each artifact and of its name."""
    identities = {reference: Identity.of(reference) for reference in sorted(seen)}
    named = {
        (kind, name): catalogue.name_number(connection, kind=kind, name=name)
        for kind, name in sorted({(kind, name) for kind, name, _ in identities.values()})
    }
    at_us = now_us()
    new = (
        tuple(catalogue.written(*made[reference], name=named[kind, name], at_us=at_us).values())
        for reference, (kind, name, _) in identities.items()
        if reference in made
    )
    add_rows(connection, catalogue.ADD, new, columns=_ARTIFACTS)
    only_read = (
        tuple(catalogue.mention(named[kind, name], digest).values())
        for reference, (kind, name, digest) in identities.items()
        if reference not in made
    )
    add_rows(connection, catalogue.MENTION, only_read, columns=_MENTIONS)
    found = plain_rows(connection, _FOUND, digests=members({digest for _, _, digest in identities.values()}))
    return {f"{kind}/{name}@{digest}": (number, named_as) for kind, name, digest, number, named_as in found}


def _inputs(linked: Iterable[_Linked], numbers: Mapping[str, tuple[int, int]]) -> Iterator[tuple[Any, ...]]:
    for one in linked:
        for ordinal, (reference, use) in enumerate(zip(one.used, one.run.inputs, strict=True)):
            yield one.number, ordinal, use.role, use.position, numbers[reference][0]


def _outputs(linked: Iterable[_Linked], numbers: Mapping[str, tuple[int, int]]) -> Iterator[tuple[Any, ...]]:
    for one in linked:
        for reference, use in zip(one.made, one.run.outputs, strict=True):
            yield one.number, use.role, use.position, *numbers[reference]


def _edges(linked: Iterable[_Linked], numbers: Mapping[str, tuple[int, int]]) -> Iterator[tuple[Any, ...]]:
    for one in linked:
        for dependency in one.rested:
            output, input_ = numbers[dependency.output][0], numbers[dependency.input][0]
            yield dependencies.written(dependency, run=one.number, output=output, input=input_)

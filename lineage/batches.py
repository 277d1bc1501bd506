"""Many ended runs at once, from elsewhere or from another store: one transaction a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from lineage import catalogue, dependencies, reading
from lineage.catalogue import Identity
from lineage.database import add_rows, among, members
from lineage.encoding import now_us
from lineage.errors import Conflict
from lineage.part import Part
from lineage.records import Artifact, Dependency, Outcome, Run, Use
from lineage.schema import artifacts, inputs, names, outputs, runs

BATCH = 10_000
"""How many runs are written in one transaction."""

_NUMBERS = sa.select(runs.c.id, runs.c.number).where(among(runs.c.id, sa.bindparam("ids")))
_FOUND = (
    sa.select(names.c.kind, names.c.name, artifacts.c.digest, artifacts.c.id, names.c.id)
    .join(artifacts, artifacts.c.name == names.c.id)
    .where(among(artifacts.c.digest, sa.bindparam("digests")))
)


class Batches(Part):
    """Runs that ended before they are recorded."""

    def record(self, runs: Iterable[Run]) -> None:
        """Record ended runs with all they used, made and rested on, in the order given.

        Each ten thousand are kept whole or not at all.

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
            with self._database.writing() as connection:
                _recorded(connection, batch)


def _recorded(connection: Connection, batch: Sequence[Run]) -> None:
    try:
        add_rows(connection, runs.insert(), [reading.written(run) for run in batch])
    except IntegrityError:
        raise Conflict("a run of the batch is recorded already, or given twice") from None
    listed = connection.execute(_NUMBERS, {"ids": members(run.id for run in batch)})
    run_numbers = {run_id: number for run_id, number in listed}
    made = {use.artifact.reference: (use.artifact, run_numbers[run.id]) for run in batch[::-1] for use in _made(run)}
    rested = [_rested(run) for run in batch]
    used = {use.artifact.reference for run in batch for use in (*run.inputs, *run.outputs)}
    seen = used | {dependency.input for said in rested for dependency in said}
    numbers = _numbered(connection, {reference: Identity.of(reference) for reference in seen}, made=made)
    _linked(connection, batch, rested=rested, run_numbers=run_numbers, numbers=numbers)


def _made(run: Run) -> tuple[Use, ...]:
    return run.outputs if run.outcome is Outcome.SUCCEEDED else ()


def _rested(run: Run) -> list[Dependency]:
    used = {use.artifact.reference for use in run.inputs}
    return dependencies.complete(
        run.dependencies, inputs=used, outputs={use.artifact.reference for use in _made(run)}, run=run.id
    )


def _numbered(
    connection: Connection, seen: Mapping[str, Identity], *, made: Mapping[str, tuple[Artifact, int]]
) -> dict[str, tuple[int, int]]:
    """Record what was made and mention the rest; the numbers of each artifact and of its name."""
    at_us = now_us()
    named = {
        (kind, name): catalogue.name_number(connection, kind=kind, name=name)
        for kind, name in sorted({(identity.kind, identity.name) for identity in seen.values()})
    }
    new = [
        catalogue.written(artifact, name=named[artifact.kind, artifact.name], run=run, at_us=at_us)
        for _, (artifact, run) in sorted(made.items())
    ]
    unmade = [seen[reference] for reference in sorted(seen.keys() - made.keys())]
    add_rows(connection, catalogue.ADD, new)
    only_read = [catalogue.mention(named[one.kind, one.name], one.digest) for one in unmade]
    add_rows(connection, catalogue.MENTION, only_read)
    digests = members({identity.digest for identity in seen.values()})
    found = connection.execute(_FOUND, {"digests": digests})
    return {f"{kind}/{name}@{digest}": (number, named_as) for kind, name, digest, number, named_as in found}


def _linked(
    connection: Connection,
    batch: Sequence[Run],
    *,
    rested: Sequence[Sequence[Dependency]],
    run_numbers: Mapping[str, int],
    numbers: Mapping[str, tuple[int, int]],
) -> None:
    read, published, edges = [], [], []
    artifacts_only = {reference: number for reference, (number, _) in numbers.items()}
    for run, said in zip(batch, rested, strict=True):
        number = run_numbers[run.id]
        for ordinal, use in enumerate(run.inputs):
            artifact, _ = numbers[use.artifact.reference]
            read.append(_use(use, run=number, artifact=artifact, ordinal=ordinal))
        for use in run.outputs:
            artifact, name = numbers[use.artifact.reference]
            published.append(_use(use, run=number, artifact=artifact, name=name))
        edges += [dependencies.written(one, run=number, numbers=artifacts_only) for one in said]
    add_rows(connection, inputs.insert(), read)
    add_rows(connection, outputs.insert(), published)
    add_rows(connection, dependencies.ADD, edges)


def _use(use: Use, **numbers: int) -> dict[str, object]:
    return {"role": use.role, "position": use.position, **numbers}

"""A run is written as it happens: begun, then ended once, as a success, a failure or a reuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from lineage import catalogue, dependencies, reading
from lineage.encoding import json_text, json_value, legible, microseconds, now_us
from lineage.errors import Conflict, NotRecorded
from lineage.part import Part
from lineage.records import JSON, Dependency, Outcome, Run, Use
from lineage.schema import artifacts, inputs, names, outputs, runs
from lineage.statements import add_rows

_ADD = runs.insert().returning(runs.c.number)
_ADD_INPUT = inputs.insert()
_STATE = sa.select(runs.c.number, runs.c.outcome, runs.c.facts).where(runs.c.id == sa.bindparam("run_id"))
_END = (
    runs.update()
    .where(runs.c.id == sa.bindparam("run_id"), runs.c.outcome == Outcome.RUNNING.value)
    .values(
        outcome=sa.bindparam("ended"),
        ended_us=sa.bindparam("at_us"),
        error=sa.bindparam("said"),
        facts=sa.func.coalesce(sa.bindparam("new_facts"), runs.c.facts),
    )
    .returning(runs.c.number)
)
_TO_AMEND = _STATE.with_for_update()
_AMEND = (
    runs.update()
    .where(runs.c.number == sa.bindparam("run"))
    .values(mlflow_run_id=sa.func.coalesce(sa.bindparam("mlflow"), runs.c.mlflow_run_id), facts=sa.bindparam("now"))
)
_READ = (
    sa.select(names.c.kind, names.c.name, artifacts.c.digest, artifacts.c.id)
    .join_from(inputs, artifacts, artifacts.c.id == inputs.c.artifact)
    .join(names, names.c.id == artifacts.c.name)
    .where(inputs.c.run == sa.bindparam("run"))
)
_MADE = (
    sa.select(outputs.c.role, outputs.c.position, outputs.c.artifact, outputs.c.name)
    .where(outputs.c.run == sa.bindparam("run"))
    .order_by(outputs.c.number)
)
_RUNNING = sa.select(runs.c.id, runs.c.host, runs.c.process).where(runs.c.outcome == Outcome.RUNNING.value)


class Recording(Part):
    """Runs, as they begin and end. Every method is one transaction."""

    def begin(self, run: Run) -> None:
        """Record that `run` has begun, with its inputs.

        Raises:
            Conflict: the run is recorded already, or is not running.
            StoreUnreachable: the database cannot be written.
        """
        if run.outcome is not Outcome.RUNNING:
            raise Conflict(f"run {run.id} cannot begin", expected="a running run", found=run.outcome.value)
        with self.database.writing() as connection:
            _begun(connection, run)

    def succeed(
        self,
        run_id: str,
        *,
        ended_at: datetime,
        outputs: Sequence[Use],
        dependencies: Sequence[Dependency] = (),
        facts: Mapping[str, JSON] | None = None,
    ) -> None:
        """Record that a run made `outputs`, what they rested on, and publish them.

        Of an artifact recorded before, the first record stands; only the place of its bytes is
        the newest. What `dependencies` leave unsaid is recorded as resting on every row, assumed.

        Raises:
            NotRecorded: no run has this id.
            Conflict: the run has ended already; a dependency is on an output it did not make.
            StoreUnreachable: the database cannot be written.
        """
        with self.database.writing() as connection:
            number = _ended(connection, run_id, outcome=Outcome.SUCCEEDED, ended_at=ended_at, facts=facts)
            _kept(connection, number, run_id=run_id, made=outputs, rested=dependencies)

    def fail(self, run_id: str, *, ended_at: datetime, error: str, outcome: Outcome = Outcome.FAILED) -> None:
        """Record that a run ended without outputs, and why.

        Raises:
            NotRecorded: no run has this id.
            Conflict: the run has ended already, or `outcome` is not a way to fail.
            StoreUnreachable: the database cannot be written.
        """
        if outcome not in (Outcome.FAILED, Outcome.INTERRUPTED):
            raise Conflict(f"run {run_id} cannot fail", expected="failed or interrupted", found=outcome.value)
        with self.database.writing() as connection:
            _ended(connection, run_id, outcome=outcome, ended_at=ended_at, error=error)

    def reuse(self, run: Run, *, of: Run) -> None:
        """Record that `run` took over the outputs of the succeeded run `of`, and publish them again.

        A reused run adds no dependencies: its outputs rest on what they rested on when they were made.

        Raises:
            NotRecorded: `of` is not recorded.
            Conflict: `of` did not succeed, or `run` is recorded already.
            StoreUnreachable: the database cannot be written.
        """
        with self.database.writing() as connection:
            number, outcome, _ = _state(connection, of.id)
            if outcome != Outcome.SUCCEEDED.value:
                raise Conflict(f"run {of.id} cannot be reused", expected="a run that succeeded", found=outcome)
            again = _begun(connection, run, outcome=Outcome.REUSED.value, reused_from=of.id)
            for use in connection.execute(_MADE, {"run": number}).all():
                catalogue.publish(
                    connection,
                    role=use.role,
                    position=use.position,
                    run=again,
                    artifact=use.artifact,
                    name=use.name,
                )

    def annotate(
        self, run_id: str, *, mlflow_run_id: str | None = None, facts: Mapping[str, JSON] | None = None
    ) -> None:
        """Add to a run, ended or not, its MLflow run or further facts (by key; a key given again is replaced).

        Raises:
            NotRecorded: no run has this id.
            StoreUnreachable: the database cannot be written.
        """
        with self.database.writing() as connection:
            number, _, stored = _state(connection, run_id, statement=_TO_AMEND)
            merged = json_text({**json_value(stored), **(facts or {})})
            connection.execute(_AMEND, {"run": number, "mlflow": mlflow_run_id, "now": merged})

    def interrupted(self, alive: Callable[[str, str], bool]) -> list[str]:
        """Mark running runs as interrupted where `alive(host, process)` says that the process is gone.

        Returns:
            The ids of the runs that were marked.

        Raises:
            StoreUnreachable: the database cannot be read or written.
        """
        with self.database.reading() as connection:
            running = connection.execute(_RUNNING).all()
        gone = [run.id for run in running if not alive(run.host, run.process)]
        return [run_id for run_id in gone if self._interrupt(run_id)]

    def _interrupt(self, run_id: str) -> bool:
        with self.database.writing() as connection:
            values = {"run_id": run_id, "at_us": now_us(), "said": "its process is gone", "new_facts": None}
            return connection.execute(_END, {**values, "ended": Outcome.INTERRUPTED.value}).first() is not None


def _begun(connection: Connection, run: Run, **changed: Any) -> int:
    values = reading.written(run, recorded_us=now_us()) | changed
    if changed.get("outcome") and values["ended_us"] is None:
        values["ended_us"] = values["recorded_us"]
    try:
        number: int = connection.execute(_ADD, values).scalar_one()
    except IntegrityError:
        raise Conflict(f"run {run.id} is recorded already", next_step="A run needs an id of its own.") from None
    numbers = catalogue.mentioned(connection, (use.artifact.reference for use in run.inputs))
    for ordinal, use in enumerate(run.inputs):
        where = {"run": number, "ordinal": ordinal, "role": use.role, "position": use.position}
        connection.execute(_ADD_INPUT, {**where, "artifact": numbers[use.artifact.reference]})
    return number


def _ended(
    connection: Connection,
    run_id: str,
    *,
    outcome: Outcome,
    ended_at: datetime,
    error: str = "",
    facts: Mapping[str, JSON] | None = None,
) -> int:
    values = {"run_id": run_id, "ended": outcome.value, "at_us": microseconds(ended_at), "said": legible(error)}
    new_facts = None if facts is None else json_text(facts)
    number = connection.execute(_END, {**values, "new_facts": new_facts}).scalar()
    if number is None:
        found = _state(connection, run_id).outcome
        raise Conflict(f"run {run_id} has ended already", expected="a running run", found=found)
    return int(number)


def _state(connection: Connection, run_id: str, *, statement: sa.Select[Any] = _STATE) -> Any:
    row = connection.execute(statement, {"run_id": run_id}).first()
    if row is None:
        raise NotRecorded(f"no run is recorded as {run_id}", next_step="See `headwater runs`.")
    return row


def _kept(
    connection: Connection, number: int, *, run_id: str, made: Sequence[Use], rested: Sequence[Dependency]
) -> None:
    read = {f"{row.kind}/{row.name}@{row.digest}": row.id for row in connection.execute(_READ, {"run": number})}
    published = catalogue.made(connection, made, run=number)
    said = dependencies.complete(rested, inputs=read, outputs=published, run=run_id)
    unseen = {one.input for one in said} - read.keys() - published.keys()
    numbers = {**read, **published, **catalogue.mentioned(connection, unseen)}
    edges = (
        dependencies.written(one, run=number, output=numbers[one.output], input=numbers[one.input]) for one in said
    )
    add_rows(connection, dependencies.ADD, edges, columns=dependencies.COLUMNS)

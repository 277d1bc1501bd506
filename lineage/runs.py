"""Runs, asked by id, by DAG run, by outcome, or by memo key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lineage import reading
from lineage.errors import MOST_EXAMPLES, Ambiguous, NotRecorded
from lineage.part import Part
from lineage.records import Outcome, Run
from lineage.schema import REUSABLE, SUCCEEDED, artifacts, names, outputs, runs
from lineage.statements import among, begins, members, plain_rows, span

_SELECT = sa.select(*reading.RUN)
_BY_ID = _SELECT.where(runs.c.id == sa.bindparam("id"))
_BEGINS = begins(runs.c.id)
_BY_PREFIX = _SELECT.where(_BEGINS).order_by(runs.c.id).limit(MOST_EXAMPLES + 1)
_COUNT = sa.select(sa.func.count()).where(_BEGINS)
_LOST = sa.exists().where(outputs.c.run == runs.c.number, reading.gone(outputs.c.artifact))
_REUSABLE = (
    _SELECT.where(runs.c.memo_key == sa.bindparam("memo_key"), REUSABLE, ~_LOST).order_by(runs.c.number.desc()).limit(1)
)
_MADE = (
    sa.select(runs.c.id, names.c.kind, names.c.name, artifacts.c.digest)
    .join_from(runs, outputs, outputs.c.run == runs.c.number)
    .join(artifacts, artifacts.c.id == outputs.c.artifact)
    .join(names, names.c.id == artifacts.c.name)
    .where(among(runs.c.id, sa.bindparam("ids")))
    .order_by(outputs.c.number)
)
_OF_STEP = (runs.c.dag == sa.bindparam("dag"), runs.c.step == sa.bindparam("step"))
_SUCCEEDED = _SELECT.where(*_OF_STEP, SUCCEEDED).order_by(runs.c.number.desc()).limit(1)
_OF_DAG_RUN = (
    sa.select(sa.case((runs.c.outcome == Outcome.REUSED.value, runs.c.reused_from), else_=runs.c.id))
    .where(*_OF_STEP, runs.c.dag_run == sa.bindparam("dag_run"))
    .where(runs.c.outcome.in_([Outcome.SUCCEEDED.value, Outcome.REUSED.value]))
    .order_by(runs.c.number.desc())
    .limit(1)
)


class Runs(Part):
    """Runs, read."""

    def run(self, run_id: str) -> Run:
        """Read one run, by its id or the beginning of its id.

        Raises:
            NotRecorded: no run's id begins so.
            Ambiguous: several runs' ids begin so.
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            row = connection.execute(_BY_ID, {"id": run_id}).first() or _only(connection, run_id)
            return reading.whole(connection, [row])[0]

    def runs(
        self, dag: str | None = None, dag_run: str | None = None, *, outcome: Outcome | None = None, limit: int = 50
    ) -> list[Run]:
        """List runs, newest first, at most `limit`.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        newest = _SELECT.order_by(runs.c.number.desc()).limit(limit)
        statement = _narrowed(newest, dag=dag, dag_run=dag_run, outcome=None if outcome is None else outcome.value)
        with self.database.reading() as connection:
            return reading.whole(connection, connection.execute(statement))

    def made(self, run_ids: Iterable[str]) -> dict[str, list[str]]:
        """Name what runs made, as references, by the id of the run; those that made nothing are left out.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        found: dict[str, list[str]] = {}
        with self.database.reading() as connection:
            for run_id, kind, name, digest in plain_rows(connection, _MADE, ids=members(run_ids)):
                found.setdefault(run_id, []).append(f"{kind}/{name}@{digest}")
        return found

    def reusable(self, memo_key: str) -> Run | None:
        """Find the latest succeeded run with this memo key, none of whose outputs was deleted since.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            row = connection.execute(_REUSABLE, {"memo_key": memo_key}).first()
            return None if row is None else reading.whole(connection, [row])[0]

    def previous(
        self,
        dag: str,
        step: str,
        *,
        task: str | None = None,
        code_digest: str | None = None,
        dag_run: str | None = None,
    ) -> Run | None:
        """Find the newest succeeded run of a step in a DAG, perhaps of one task, one code, one DAG run alone.

        Where the newest of a DAG run was reused, the answer is the run that it was reused from.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        if dag_run is None:
            statement = _narrowed(_SUCCEEDED, task=task, code_digest=code_digest)
        else:
            newest = _narrowed(_OF_DAG_RUN, task=task).scalar_subquery()
            statement = _narrowed(_SELECT.where(runs.c.id == newest), code_digest=code_digest)
        asked = {"dag": dag, "step": step, "dag_run": dag_run}
        with self.database.reading() as connection:
            return next(iter(reading.whole(connection, connection.execute(statement, asked))), None)


def _narrowed(statement: sa.Select[Any], **asked: str | None) -> sa.Select[Any]:
    return statement.where(*(runs.c[column] == value for column, value in asked.items() if value is not None))


def _only(connection: Connection, prefix: str) -> Any:
    rows = connection.execute(_BY_PREFIX, span(prefix)).all() if prefix else []
    if not rows:
        raise NotRecorded(f"no run is recorded as {prefix!r}", next_step="See `headwater runs`.")
    if len(rows) > 1:
        raise Ambiguous(
            f"several runs begin with {prefix!r}",
            examples=[row.id for row in rows],
            count=connection.execute(_COUNT, span(prefix)).scalar_one(),
            next_step="Give more of the id.",
        )
    return rows[0]

"""Runs, asked by id, by DAG run, by outcome, or by memo key."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lineage import reading
from lineage.errors import MOST_EXAMPLES, Ambiguous, NotRecorded
from lineage.part import Part
from lineage.records import Outcome, Run
from lineage.schema import REUSABLE, outputs, runs
from lineage.statements import begins, span

_SELECT = sa.select(*reading.RUN)
_BY_ID = _SELECT.where(runs.c.id == sa.bindparam("id"))
_BEGINS = begins(runs.c.id)
_BY_PREFIX = _SELECT.where(_BEGINS).order_by(runs.c.id).limit(MOST_EXAMPLES + 1)
_COUNT = sa.select(sa.func.count()).where(_BEGINS)
_LOST = sa.exists().where(outputs.c.run == runs.c.number, reading.gone(outputs.c.artifact))
_REUSABLE = (
    _SELECT.where(runs.c.memo_key == sa.bindparam("memo_key"), REUSABLE, ~_LOST).order_by(runs.c.number.desc()).limit(1)
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
        self,
        dag: str | None = None,
        dag_run: str | None = None,
        *,
        outcome: Outcome | None = None,
        limit: int = 50,
    ) -> list[Run]:
        """List runs, newest first, at most `limit`.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        asked = {"dag": dag, "dag_run": dag_run, "outcome": None if outcome is None else outcome.value}
        statement = _SELECT.order_by(runs.c.number.desc()).limit(limit)
        for column, value in asked.items():
            if value is not None:
                statement = statement.where(runs.c[column] == value)
        with self.database.reading() as connection:
            return reading.whole(connection, connection.execute(statement))

    def reusable(self, memo_key: str) -> Run | None:
        """Find the latest succeeded run with this memo key, none of whose outputs was deleted since.

        Raises:
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            row = connection.execute(_REUSABLE, {"memo_key": memo_key}).first()
            return None if row is None else reading.whole(connection, [row])[0]


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

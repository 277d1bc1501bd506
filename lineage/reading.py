"""Rows of the tables become records again: artifacts, uses, whole runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lineage import dependencies
from lineage.encoding import json_text, json_value, legible, microseconds, moment
from lineage.records import Artifact, Outcome, Run, Use
from lineage.schema import artifacts, inputs, names, outputs, runs, tombstones
from lineage.statements import plain_rows

_PARTS = (artifacts.c.digest, artifacts.c.place, artifacts.c.checksum, artifacts.c.size_bytes, artifacts.c.rows)
ARTIFACT = (names.c.kind, names.c.name, *_PARTS, artifacts.c.facts)
"""The columns that `artifact` reads, in its order."""

NAMED = artifacts.join(names, names.c.id == artifacts.c.name)
"""Artifacts with their names."""


def gone(number: Any) -> sa.ColumnElement[bool]:
    """Whether the artifact `number` was marked deleted and not published again since."""
    grave, later = tombstones.alias("grave"), outputs.alias("later")
    again = sa.exists().where(later.c.artifact == grave.c.artifact, later.c.number > grave.c.after_output)
    return sa.exists().where(grave.c.artifact == number, ~again)


RUN = (*runs.c,)
"""The columns that `run` reads, in its order."""

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}

_BY_RUN = sa.bindparam("run")
_INPUTS = (
    sa.select(inputs.c.role, inputs.c.position, *ARTIFACT)
    .join_from(inputs, artifacts, artifacts.c.id == inputs.c.artifact)
    .join(names, names.c.id == artifacts.c.name)
    .where(inputs.c.run == _BY_RUN)
    .order_by(inputs.c.ordinal)
)
_OUTPUTS = (
    sa.select(outputs.c.role, outputs.c.position, *ARTIFACT)
    .join_from(outputs, artifacts, artifacts.c.id == outputs.c.artifact)
    .join(names, names.c.id == artifacts.c.name)
    .where(outputs.c.run == _BY_RUN)
    .order_by(outputs.c.number)
)


def artifact(row: Sequence[Any]) -> Artifact:
    """Read the columns `ARTIFACT`."""
    return Artifact(
        kind=row[0],
        name=row[1],
        digest=row[2],
        place=row[3],
        checksum=row[4],
        size_bytes=row[5],
        rows=row[6],
        facts=json_value(row[7]),
    )


def run(row: Sequence[Any], **uses: Any) -> Run:
    """Read the columns `RUN`; what it used and made is given in `uses`."""
    _, run_id, step, stage, dag, dag_run, task, phase, outcome, started, ended, *rest = row
    parameters, code, commit, dirty, environment, memo, reused_from, error, host, process, *rest = rest
    airflow, mlflow, recipe, facts, _ = rest
    return Run(
        id=run_id,
        step=step,
        stage=stage,
        dag=dag,
        dag_run=dag_run,
        task=task,
        phase=phase,
        outcome=_OUTCOMES[outcome],
        started_at=moment(started),
        ended_at=None if ended is None else moment(ended),
        parameters=json_value(parameters),
        code_digest=code,
        git_commit=commit,
        git_dirty=bool(dirty),
        environment=environment,
        memo_key=memo,
        reused_from=reused_from,
        error=error,
        host=host,
        process=process,
        airflow=json_value(airflow),
        mlflow_run_id=mlflow,
        recipe=json_value(recipe),
        facts=json_value(facts),
        **uses,
    )


def written(one: Run, *, recorded_us: int) -> dict[str, Any]:
    """Write a run as values for the table of runs, in the order of its columns."""
    started_us = microseconds(one.started_at)
    ended = one.ended_at
    return {
        "id": one.id,
        "step": one.step,
        "stage": one.stage,
        "dag": one.dag,
        "dag_run": one.dag_run,
        "task": one.task,
        "phase": one.phase,
        "outcome": str(one.outcome),
        "started_us": started_us,
        "ended_us": None if ended is None else started_us if ended is one.started_at else microseconds(ended),
        "parameters": json_text(one.parameters),
        "code_digest": one.code_digest,
        "git_commit": one.git_commit,
        "git_dirty": one.git_dirty,
        "environment": one.environment,
        "memo_key": one.memo_key,
        "reused_from": one.reused_from,
        "error": legible(one.error) if one.error else "",
        "host": one.host,
        "process": one.process,
        "airflow": json_text(one.airflow),
        "mlflow_run_id": one.mlflow_run_id,
        "recipe": json_text(one.recipe),
        "facts": json_text(one.facts),
        "recorded_us": recorded_us,
    }


def uses(connection: Connection, number: int) -> dict[str, tuple[Any, ...]]:
    """Read what the run `number` used and made, and what its outputs rested on."""
    return {
        "inputs": _uses(plain_rows(connection, _INPUTS, run=number)),
        "outputs": _uses(plain_rows(connection, _OUTPUTS, run=number)),
        "dependencies": dependencies.of_run(connection, number),
    }


def _uses(rows: Iterable[Any]) -> tuple[Use, ...]:
    return tuple(Use(role=row[0], position=row[1], artifact=artifact(row[2:])) for row in rows)


def whole(connection: Connection, rows: Iterable[Any]) -> list[Run]:
    """Read runs with all they used, made and rested on."""
    return [run(row, **uses(connection, row.number)) for row in list(rows)]

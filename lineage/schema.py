"""The tables: runs and what they read and made, what rests on what, releases, predictions, sources, recalls.

Facts are appended and carry the time they were recorded. Times are whole microseconds since
1970 in UTC (columns that end in `_us`); JSON values are kept as text. An artifact is one row
for all time: the dependency edges between artifacts are pairs of its short number.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

REVISION = "0002"
"""The migration that leads to the tables below."""

METADATA = sa.MetaData(naming_convention={"fk": "%(table_name)s_%(column_0_name)s_fkey", "pk": "%(table_name)s_pkey"})

# Text compares by code point in both databases, so that a prefix is a range of an index.
_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, _TEXT, nullable=False, **options)


def _number(name: str, *constraints: Any, nullable: bool = False, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, _NUMBER, *constraints, nullable=nullable, **options)


def _key(name: str) -> sa.Column[Any]:
    return sa.Column(name, _NUMBER, primary_key=True, autoincrement=True)


runs = sa.Table(
    "runs",
    METADATA,
    _key("number"),
    _text("id"),
    _text("step"),
    _text("stage"),
    _text("dag"),
    _text("dag_run"),
    _text("task"),
    _text("phase"),
    _text("outcome"),
    _number("started_us"),
    _number("ended_us", nullable=True),
    _text("parameters"),
    _text("code_digest"),
    _text("git_commit"),
    sa.Column("git_dirty", sa.Boolean(), nullable=False),
    _text("environment"),
    _text("memo_key"),
    _text("reused_from"),
    _text("error"),
    _text("host"),
    _text("process"),
    _text("airflow"),
    _text("mlflow_run_id"),
    _text("recipe"),
    _text("facts"),
    _number("recorded_us"),
    sa.UniqueConstraint("id", name="runs_id_key"),
)
REUSABLE = sa.and_(runs.c.outcome == sa.literal_column("'succeeded'"), runs.c.memo_key != sa.literal_column("''"))
"""Which runs can stand in for another: said literally, as a partial index wants it."""

SUCCEEDED = runs.c.outcome == sa.literal_column("'succeeded'")
"""Which runs made what they were to make, said literally too."""

sa.Index("runs_reusable", runs.c.memo_key, runs.c.number, sqlite_where=REUSABLE, postgresql_where=REUSABLE)
sa.Index("runs_outcome", runs.c.outcome, runs.c.number)
sa.Index("runs_dag", runs.c.dag, runs.c.number)
sa.Index("runs_dag_run", runs.c.dag_run, runs.c.step, runs.c.dag)
sa.Index("runs_step", runs.c.dag, runs.c.step, runs.c.number, sqlite_where=SUCCEEDED, postgresql_where=SUCCEEDED)

names = sa.Table(
    "names",
    METADATA,
    _key("id"),
    _text("kind"),
    _text("name"),
    sa.UniqueConstraint("name", "kind", name="names_name_key"),
)

# `recorded_us` is null while an artifact is only mentioned: read by a run, made by none we know.
artifacts = sa.Table(
    "artifacts",
    METADATA,
    _key("id"),
    _number("name", sa.ForeignKey("names.id")),
    _text("digest"),
    _text("place"),
    _text("checksum"),
    _number("size_bytes"),
    _number("rows", nullable=True),
    _text("facts"),
    _number("made_by", sa.ForeignKey("runs.number"), nullable=True),
    _number("recorded_us", nullable=True),
    sa.UniqueConstraint("digest", "name", name="artifacts_digest_key"),
)

inputs = sa.Table(
    "inputs",
    METADATA,
    _number("run", sa.ForeignKey("runs.number"), primary_key=True, autoincrement=False),
    _number("ordinal", primary_key=True, autoincrement=False),
    _text("role"),
    _number("position"),
    _number("artifact", sa.ForeignKey("artifacts.id")),
    sa.Index("inputs_artifact", "artifact", "run"),
    sqlite_with_rowid=False,
)

# One row per publication: a run that made an artifact, or reused it. The greatest number is the latest.
outputs = sa.Table(
    "outputs",
    METADATA,
    _key("number"),
    _number("run", sa.ForeignKey("runs.number")),
    _text("role"),
    _number("position"),
    _number("artifact", sa.ForeignKey("artifacts.id")),
    _number("name", sa.ForeignKey("names.id")),
    sa.Index("outputs_run", "run"),
    sa.Index("outputs_artifact", "artifact", "number"),
    sa.Index("outputs_name", "name", "number"),
)

dependencies = sa.Table(
    "dependencies",
    METADATA,
    _number("output", sa.ForeignKey("artifacts.id"), primary_key=True, autoincrement=False),
    _number("run", sa.ForeignKey("runs.number"), primary_key=True, autoincrement=False),
    _number("input", sa.ForeignKey("artifacts.id"), primary_key=True, autoincrement=False),
    _text("rule", primary_key=True),
    _text("effect", primary_key=True),
    _text("known"),
    _text("detail"),
    sa.Index("dependencies_input", "input", "output", "run", "known"),
    sqlite_with_rowid=False,
)

# An artifact is gone when no publication of it is younger than its last tombstone.
tombstones = sa.Table(
    "tombstones",
    METADATA,
    _key("number"),
    _number("artifact", sa.ForeignKey("artifacts.id")),
    _number("after_output"),
    _text("reason"),
    _number("recorded_us"),
    sa.Index("tombstones_artifact", "artifact"),
)

pins = sa.Table(
    "pins",
    METADATA,
    _text("dag", primary_key=True),
    _text("dag_run", primary_key=True),
    _text("source", primary_key=True),
    _text("reference"),
    _number("recorded_us"),
)

sources = sa.Table(
    "sources",
    METADATA,
    _text("name", primary_key=True),
    sa.Column("secret", sa.LargeBinary(), nullable=False),
    _text("schema"),
    _text("key"),
    _number("recorded_us"),
)

# `before` is the number of the live entry that a rollback of this one goes back to.
releases = sa.Table(
    "releases",
    METADATA,
    _text("endpoint", primary_key=True),
    _number("number", primary_key=True, autoincrement=False),
    _number("model", sa.ForeignKey("artifacts.id")),
    _text("role"),
    _text("audit"),
    _text("verdict"),
    _text("by"),
    _text("reason"),
    _text("run"),
    _number("since_us"),
    _text("facts"),
    _number("before", nullable=True),
    sa.Index("releases_role", "endpoint", "role", "number"),
    sa.Index("releases_model", "model"),
)

predictions = sa.Table(
    "predictions",
    METADATA,
    _key("number"),
    _text("id"),
    _number("at_us"),
    _text("endpoint"),
    _number("release"),
    _number("model", sa.ForeignKey("artifacts.id")),
    _text("input"),
    _text("output"),
    _number("recorded_us"),
    _text("looked_up", server_default="[]"),
    sa.UniqueConstraint("id", name="predictions_id_key"),
    sa.Index("predictions_endpoint", "endpoint", "number"),
    sa.Index("predictions_model", "model"),
)

prediction_rows = sa.Table(
    "prediction_rows",
    METADATA,
    _number("prediction", sa.ForeignKey("predictions.number"), primary_key=True, autoincrement=False),
    _number("position", primary_key=True, autoincrement=False),
    _text("source"),
    sa.Column("row", sa.BigInteger(), nullable=False),
    sa.Index("prediction_rows_row", "row", "source", "prediction"),
    sqlite_with_rowid=False,
)

# What a recall states, for good; whatever becomes of it is in its events.
recalls = sa.Table(
    "recalls",
    METADATA,
    _key("number"),
    _text("statement"),
    _text("source"),
    _text("version"),
    _text("corrected"),
    _text("where"),
    _text("columns"),
    sa.Column("rows", sa.LargeBinary(), nullable=False),
    _text("reason"),
    _text("by"),
    _number("since_us", nullable=True),
    _text("facts"),
    _number("recorded_us"),
    sa.Index("recalls_source", "source", "number"),
    sa.Index("recalls_statement", "statement"),
)

recall_events = sa.Table(
    "recall_events",
    METADATA,
    _key("number"),
    _number("recall", sa.ForeignKey("recalls.number")),
    _text("event"),
    _text("by"),
    _text("note"),
    _text("facts"),
    _number("recorded_us"),
    sa.Index("recall_events_recall", "recall", "number"),
)

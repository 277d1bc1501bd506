"""The first tables: runs, artifacts, dependencies, sources, releases, predictions."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_REUSABLE = sa.text("outcome = 'succeeded' AND memo_key != ''")


def _text(name: str) -> sa.Column[Any]:
    kind = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
    return sa.Column(name, kind, nullable=False)


def _number(name: str, *constraints: Any, nullable: bool = False, **options: Any) -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, *constraints, nullable=nullable, **options)


def _key(name: str) -> sa.Column[Any]:
    return _number(name, autoincrement=True)


def upgrade() -> None:
    """Make the first tables."""
    _make_runs()
    _make_artifacts()
    _make_uses()
    _make_sources()
    _make_releases()
    _make_predictions()


def _make_runs() -> None:
    op.create_table(
        "runs",
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
        sa.PrimaryKeyConstraint("number", name="runs_pkey"),
        sa.UniqueConstraint("id", name="runs_id_key"),
    )
    op.create_index("runs_dag", "runs", ["dag", "number"])
    op.create_index("runs_dag_run", "runs", ["dag_run"])
    op.create_index("runs_outcome", "runs", ["outcome", "number"])
    op.create_index("runs_reusable", "runs", ["memo_key", "number"], sqlite_where=_REUSABLE, postgresql_where=_REUSABLE)


def _make_artifacts() -> None:
    op.create_table(
        "names",
        _key("id"),
        _text("kind"),
        _text("name"),
        sa.PrimaryKeyConstraint("id", name="names_pkey"),
        sa.UniqueConstraint("name", "kind", name="names_name_key"),
    )
    op.create_table(
        "artifacts",
        _key("id"),
        _number("name", sa.ForeignKey("names.id", name="artifacts_name_fkey")),
        _text("digest"),
        _text("place"),
        _text("checksum"),
        _number("size_bytes"),
        _number("rows", nullable=True),
        _text("facts"),
        _number("made_by", sa.ForeignKey("runs.number", name="artifacts_made_by_fkey"), nullable=True),
        _number("recorded_us", nullable=True),
        sa.PrimaryKeyConstraint("id", name="artifacts_pkey"),
        sa.UniqueConstraint("digest", "name", name="artifacts_digest_key"),
    )
    op.create_table(
        "tombstones",
        _key("number"),
        _number("artifact", sa.ForeignKey("artifacts.id", name="tombstones_artifact_fkey")),
        _number("after_output"),
        _text("reason"),
        _number("recorded_us"),
        sa.PrimaryKeyConstraint("number", name="tombstones_pkey"),
    )
    op.create_index("tombstones_artifact", "tombstones", ["artifact"])


def _make_uses() -> None:
    op.create_table(
        "inputs",
        _number("run", sa.ForeignKey("runs.number", name="inputs_run_fkey"), autoincrement=False),
        _number("ordinal", autoincrement=False),
        _text("role"),
        _number("position"),
        _number("artifact", sa.ForeignKey("artifacts.id", name="inputs_artifact_fkey")),
        sa.PrimaryKeyConstraint("run", "ordinal", name="inputs_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("inputs_artifact", "inputs", ["artifact", "run"])
    op.create_table(
        "outputs",
        _key("number"),
        _number("run", sa.ForeignKey("runs.number", name="outputs_run_fkey")),
        _text("role"),
        _number("position"),
        _number("artifact", sa.ForeignKey("artifacts.id", name="outputs_artifact_fkey")),
        _number("name", sa.ForeignKey("names.id", name="outputs_name_fkey")),
        sa.PrimaryKeyConstraint("number", name="outputs_pkey"),
    )
    op.create_index("outputs_artifact", "outputs", ["artifact", "number"])
    op.create_index("outputs_name", "outputs", ["name", "number"])
    op.create_index("outputs_run", "outputs", ["run"])
    op.create_table(
        "dependencies",
        _number("output", sa.ForeignKey("artifacts.id", name="dependencies_output_fkey"), autoincrement=False),
        _number("run", sa.ForeignKey("runs.number", name="dependencies_run_fkey"), autoincrement=False),
        _number("input", sa.ForeignKey("artifacts.id", name="dependencies_input_fkey"), autoincrement=False),
        _text("rule"),
        _text("effect"),
        _text("known"),
        _text("detail"),
        sa.PrimaryKeyConstraint("output", "run", "input", "rule", "effect", name="dependencies_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("dependencies_input", "dependencies", ["input", "output", "run", "known"])


def _make_sources() -> None:
    op.create_table(
        "sources",
        _text("name"),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        _text("schema"),
        _text("key"),
        _number("recorded_us"),
        sa.PrimaryKeyConstraint("name", name="sources_pkey"),
    )
    op.create_table(
        "pins",
        _text("dag"),
        _text("dag_run"),
        _text("source"),
        _text("reference"),
        _number("recorded_us"),
        sa.PrimaryKeyConstraint("dag", "dag_run", "source", name="pins_pkey"),
    )


def _make_releases() -> None:
    op.create_table(
        "releases",
        _text("endpoint"),
        _number("number", autoincrement=False),
        _number("model", sa.ForeignKey("artifacts.id", name="releases_model_fkey")),
        _text("role"),
        _text("audit"),
        _text("verdict"),
        _text("by"),
        _text("reason"),
        _text("run"),
        _number("since_us"),
        _text("facts"),
        _number("before", nullable=True),
        sa.PrimaryKeyConstraint("endpoint", "number", name="releases_pkey"),
    )
    op.create_index("releases_model", "releases", ["model"])
    op.create_index("releases_role", "releases", ["endpoint", "role", "number"])


def _make_predictions() -> None:
    op.create_table(
        "predictions",
        _key("number"),
        _text("id"),
        _number("at_us"),
        _text("endpoint"),
        _number("release"),
        _number("model", sa.ForeignKey("artifacts.id", name="predictions_model_fkey")),
        _text("input"),
        _text("output"),
        _number("recorded_us"),
        sa.PrimaryKeyConstraint("number", name="predictions_pkey"),
        sa.UniqueConstraint("id", name="predictions_id_key"),
    )
    op.create_index("predictions_endpoint", "predictions", ["endpoint", "number"])
    op.create_index("predictions_model", "predictions", ["model"])
    op.create_table(
        "prediction_rows",
        _number(
            "prediction",
            sa.ForeignKey("predictions.number", name="prediction_rows_prediction_fkey"),
            autoincrement=False,
        ),
        _number("position", autoincrement=False),
        _text("source"),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("prediction", "position", name="prediction_rows_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("prediction_rows_row", "prediction_rows", ["row", "source", "prediction"])

"""Recalls and what becomes of them; what predictions looked up; the newest run of a step is found at once."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SUCCEEDED = sa.text("outcome = 'succeeded'")


def _text(name: str, **options: Any) -> sa.Column[Any]:
    kind = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
    return sa.Column(name, kind, nullable=False, **options)


def _number(name: str, *constraints: Any, nullable: bool = False, **options: Any) -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, *constraints, nullable=nullable, **options)


def upgrade() -> None:
    """Make the tables of recalls, a column for what predictions looked up, the index that finds a step's last run."""
    _make_recalls()
    _make_recall_events()
    op.add_column("predictions", _text("looked_up", server_default="[]"))
    op.drop_index("runs_dag_run", "runs")
    op.create_index("runs_dag_run", "runs", ["dag_run", "step", "dag"])
    op.create_index(
        "runs_step", "runs", ["dag", "step", "number"], sqlite_where=_SUCCEEDED, postgresql_where=_SUCCEEDED
    )


def _make_recalls() -> None:
    op.create_table(
        "recalls",
        _number("number", autoincrement=True),
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
        sa.PrimaryKeyConstraint("number", name="recalls_pkey"),
    )
    op.create_index("recalls_source", "recalls", ["source", "number"])
    op.create_index("recalls_statement", "recalls", ["statement"])


def _make_recall_events() -> None:
    op.create_table(
        "recall_events",
        _number("number", autoincrement=True),
        _number("recall", sa.ForeignKey("recalls.number", name="recall_events_recall_fkey")),
        _text("event"),
        _text("by"),
        _text("note"),
        _text("facts"),
        _number("recorded_us"),
        sa.PrimaryKeyConstraint("number", name="recall_events_pkey"),
    )
    op.create_index("recall_events_recall", "recall_events", ["recall", "number"])

"""What Alembic runs: the migrations, on the connection that `lineage.migrations.upgrade` was given."""

from __future__ import annotations

from alembic import context

from lineage.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

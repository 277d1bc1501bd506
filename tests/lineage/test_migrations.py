"""The migrations lead from nothing to exactly the tables that are declared."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from lineage import migrations
from lineage.database import Database
from lineage.schema import METADATA, REVISION
from lineage.store import Store


def test_the_constant_names_the_last_migration() -> None:
    """What opening a store compares with is the head of the migrations."""
    assert migrations.head() == REVISION
    assert REVISION in migrations.revisions()


def described(connection: sa.Connection) -> dict[str, object]:
    """Describe every table as the database itself tells it."""
    seen = sa.inspect(connection)
    return {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in seen.get_columns(table)],
            seen.get_pk_constraint(table)["constrained_columns"],
            sorted((key["name"], *key["constrained_columns"], key["referred_table"]) for key in
                   seen.get_foreign_keys(table)),
            sorted((unique["name"], *unique["column_names"]) for unique in seen.get_unique_constraints(table)),
            sorted((index["name"], *index["column_names"], *map(str, index["dialect_options"].values())) for index in
                   seen.get_indexes(table)),
        )
        for table in sorted(METADATA.tables)
    }  # fmt: skip


def test_migrating_an_empty_database_makes_what_is_declared(url: str) -> None:
    """Column by column, key by key, index by index, a migrated store and a new one are the same."""
    database = Database(url)
    if database.is_sqlite:
        Path(str(database.url.database)).parent.mkdir(parents=True)
    with database.writing() as connection:
        migrations.upgrade(connection)
        migrated = described(connection)
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        for table in reversed(METADATA.sorted_tables):
            connection.execute(sa.schema.DropTable(table))
        METADATA.create_all(connection)
        assert described(connection) == migrated
    database.close()


def test_a_migration_that_fails_leaves_the_database_as_it_was(url: str) -> None:
    """The whole way is one transaction."""
    database = Database(url)
    if database.is_sqlite:
        Path(str(database.url.database)).parent.mkdir(parents=True)
    try:
        with database.writing() as connection:
            migrations.upgrade(connection)
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    with database.reading() as connection:
        assert sa.inspect(connection).get_table_names() == []
    database.close()


WORDS = {"outcome": "reused", "rule": "pairs", "effect": "model", "known": "sampled", "reused_from": "r0", "key": "[]"}


def a_row(table: sa.Table) -> dict[str, object]:
    """A row for any table: numbers are 1, so that every reference finds its row; JSON is an empty object."""
    kinds = {column.name: column.type.python_type for column in table.columns}
    values = {int: 1, str: "{}", bytes: b"\x00\xff", bool: True}
    return {name: WORDS.get(name, values[kind]) for name, kind in kinds.items()}


def test_a_store_of_the_first_version_keeps_all_it_holds(url: str) -> None:
    """Opened by today's code, every row of every table is as it was, and can be read and added to."""
    database = Database(url)
    if database.is_sqlite:
        Path(str(database.url.database)).parent.mkdir(parents=True)
    first = sa.MetaData()
    with database.writing() as connection:
        migrations.upgrade(connection, "0001")
        first.reflect(connection)
        old = [table for table in first.sorted_tables if table.name != "alembic_version"]
        for table in old:
            connection.execute(table.insert(), a_row(table))
        before = {table.name: connection.execute(table.select()).all() for table in old}
    database.close()
    store = Store(url)
    with store.database.reading() as connection:
        assert {table.name: connection.execute(table.select()).all() for table in old} == before
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    assert len(before) == 12 and [run.reused_from for run in store.runs()] == ["r0"]
    artifact = store.run("{}").outputs[0].artifact
    assert (artifact.kind, store.releases()[0].model, store.predictions()[0].model) == ("{}", *[artifact.reference] * 2)
    store.close()


def test_the_migrations_are_where_the_package_is(tmp_path: Path) -> None:
    """From any working directory they are found beside the code."""
    code = "from lineage.migrations import head; print(head())"
    root = Path(__file__).parents[2]
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(root)}, capture_output=True, text=True
    )
    assert told.stdout == f"{REVISION}\n", told.stderr

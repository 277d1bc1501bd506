"""A database becomes a store: made at once when it is empty, migrated when it is older, refused otherwise."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from lineage.database import WAIT_S, Database
from lineage.errors import StoreOutdated, StoreUnreachable
from lineage.schema import METADATA, REVISION

_ADVISORY_LOCK = 4853172290


def make_ready(database: Database) -> None:
    """Bring `database` to the tables of this version of Headwater; cheap when it has them already.

    Any number of processes may do this at once: one works, the others wait and find it done.

    Raises:
        StoreUnreachable: the database cannot be opened or written.
        StoreOutdated: another program, or a newer Headwater, made its tables.
    """
    if database.is_sqlite:
        _make_folder(Path(str(database.url.database)), database=database)
    with database.reading() as connection:
        found = _revision(connection)
    if found == REVISION:
        return
    if database.is_sqlite:
        _write_ahead(database)
    with database.writing() as connection:
        _alone(connection)
        found = _revision(connection)
        if found is None:
            _create(connection, database=database)
        elif found != REVISION:
            _migrate(connection, found=found, database=database)


def _make_folder(path: Path, *, database: Database) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnreachable(f"the {database} cannot be made", found=str(error)) from error


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() or ""


def _write_ahead(database: Database) -> None:
    """Switch the file to a write-ahead log, which SQLite does only while nobody else has it open in another mode."""
    patience = time.monotonic() + WAIT_S
    while True:
        with database.translated():
            raw = database.engine.raw_connection()
            try:
                raw.driver_connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > patience:
                    raise OperationalError("PRAGMA journal_mode", None, error) from error
            finally:
                raw.close()
        time.sleep(0.01)


def _alone(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})


def _create(connection: Connection, *, database: Database) -> None:
    strangers = sorted(set(sa.inspect(connection).get_table_names()) & set(METADATA.tables))
    if strangers:
        raise _foreign(database, found="tables of the same names", examples=strangers)
    METADATA.create_all(connection, checkfirst=False)
    connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(sa.text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": REVISION})


def _migrate(connection: Connection, *, found: str, database: Database) -> None:
    from lineage.migrations import revisions, upgrade

    if found not in revisions():
        raise _foreign(database, found=f"version {found!r}")
    upgrade(connection)


def _foreign(database: Database, *, found: str, examples: list[str] | None = None) -> StoreOutdated:
    return StoreOutdated(
        f"the {database} was made by another program or by a newer Headwater",
        expected=f"an empty database, or a store of version {REVISION} or older",
        found=found,
        examples=examples or (),
        next_step="Give Headwater a database of its own (HEADWATER_STORE), or install the newer version.",
    )

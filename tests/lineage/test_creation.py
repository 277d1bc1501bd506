"""An empty database becomes a store, by however many at once; another program's is left alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from lineage.database import Database
from lineage.errors import StoreOutdated, StoreUnreachable
from lineage.schema import METADATA, REVISION
from lineage.store import Store
from tests.lineage.processes import in_processes, register

ROOT = Path(__file__).parents[2]


def executed(url: str, *statements: str) -> None:
    """Execute statements on a database that need not be a store."""
    database = Database(url)
    if database.is_sqlite:
        Path(str(database.url.database)).parent.mkdir(parents=True, exist_ok=True)
    with database.writing() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    database.close()


def test_an_empty_database_gets_every_table_and_the_version(url: str) -> None:
    """Opening makes the tables once; opening again finds them."""
    for _ in range(2):
        store = Store(url)
        with store.database.reading() as connection:
            assert set(sa.inspect(connection).get_table_names()) == {*METADATA.tables, "alembic_version"}
            assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == [REVISION]
        store.close()


def test_sixteen_processes_that_open_a_new_store_at_once_all_succeed(url: str) -> None:
    """One makes the tables, the others wait and find them made; each then writes."""
    assert in_processes(register, [(url, f"s{number:02}") for number in range(16)]) == [0] * 16
    store = Store(url)
    assert [source.name for source in store.sources()] == [f"s{number:02}" for number in range(16)]
    store.close()


def test_a_newer_or_foreign_version_is_refused(url: str) -> None:
    """A database with a version nobody here knows is not touched."""
    version = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"
    executed(url, version, "INSERT INTO alembic_version VALUES ('abcdef')")
    with pytest.raises(StoreOutdated, match="'abcdef'"):
        Store(url)


def test_tables_of_another_program_are_refused(url: str) -> None:
    """A database that has a table of ours, but no version, belongs to someone else."""
    executed(url, "CREATE TABLE runs (a INTEGER)")
    with pytest.raises(StoreOutdated, match="runs"):
        Store(url)


def test_opening_a_current_store_does_not_import_alembic(tmp_path: Path) -> None:
    """What every command does first stays light."""
    url = f"sqlite:///{tmp_path}/lineage.db"
    Store(url).close()
    code = "import sys; from lineage.store import Store; Store(sys.argv[1]); print('alembic' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code, url], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """A text file stays what it is."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    with pytest.raises(StoreUnreachable, match="not a database"):
        Store(f"sqlite:///{path}")
    assert path.read_text().startswith("not a database")


def test_a_folder_that_cannot_be_made_is_unreachable(tmp_path: Path) -> None:
    """Where a file is in the way of the folder, the store says so."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnreachable, match="cannot be made"):
        Store(f"sqlite:///{tmp_path}/file/lineage.db")

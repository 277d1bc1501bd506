"""A store to try things on, once over SQLite and once over PostgreSQL."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from lineage.schema import METADATA
from lineage.store import Store
from tests.lineage.history import History


@pytest.fixture(scope="session")
def postgresql() -> str:
    """The URL of a PostgreSQL database where tests may make schemas; skips where none answers."""
    psycopg = pytest.importorskip("psycopg")
    url = os.environ.get("HEADWATER_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/test")
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL: {error}")
    return url


def schema(server: str) -> Iterator[str]:
    """Make a schema of its own on a PostgreSQL server; its URL, until it is dropped."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield f"{server}?options=-csearch_path%3D{name}"
        connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(scope="session")
def shared(postgresql: str) -> Iterator[Store]:
    """One store on PostgreSQL that all tests of a session use in turn, as making tables is slow there."""
    for url in schema(postgresql):
        store = Store(url)
        yield store
        store.close()


BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.service)]


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new, empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/store/lineage.db"
    else:
        yield from schema(request.getfixturevalue("postgresql"))


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store that holds nothing yet."""
    if request.param == "sqlite":
        opened = Store(f"sqlite:///{tmp_path}/store/lineage.db")
        yield opened
        opened.close()
        return
    shared: Store = request.getfixturevalue("shared")
    yield shared
    with shared.database.writing() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())


@pytest.fixture
def history(store: Store) -> History:
    """A way to tell the store what happened."""
    return History(store)

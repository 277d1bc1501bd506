"""A store to try things on, once over SQLite and once over PostgreSQL."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

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


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new, empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/store/lineage.db"
        return
    import psycopg

    server, schema = request.getfixturevalue("postgresql"), f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        yield f"{server}?options=-csearch_path%3D{schema}"
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A new, empty store."""
    opened = Store(url)
    yield opened
    opened.close()


@pytest.fixture
def history(store: Store) -> History:
    """A way to tell the store what happened."""
    return History(store)

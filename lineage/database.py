"""One database: its connections, its two kinds of transaction, and its errors in our words.

SQLite: write-ahead log, one writer at a time that waits up to 30 s for its turn. PostgreSQL:
psycopg 3. The same statements run on both; what differs between them is in this file.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from lineage.errors import Conflict, StoreUnreachable

WAIT_S = 30
"""How long, in seconds, a writer waits for others before it gives up."""

_SECRETS = ("password", "sslpassword", "passfile")


class Database:
    """The connections of one store, good for many threads, and for a process that forks."""

    def __init__(self, url: str) -> None:
        """Prepare connections to the database at `url`; none is opened yet.

        Raises:
            StoreUnreachable: the URL cannot be read or names a database that is not supported.
        """
        self.url = _understood(url)
        self.engine = _engine(self.url)
        self._writer = self.engine.execution_options(writes=True)
        self._inherited: list[Any] = []
        _FORKING.add(self)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a SQLite file."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the store and changes nothing.

        Raises:
            StoreUnreachable: the database cannot be opened or read.
        """
        with self.translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that is kept whole, or not at all when anything in it raises.

        Raises:
            StoreUnreachable: the database cannot be opened or written.
            Conflict: the database refuses a value because of what already stands.
        """
        with self.translated(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn the driver's errors inside the block into ours, without the password."""
        driver = self.engine.dialect.loaded_dbapi
        unfit = (IntegrityError, DataError, driver.IntegrityError, driver.DataError, UnicodeEncodeError, OverflowError)
        try:
            yield
        except unfit as error:
            raise Conflict(
                f"the {self} refuses what is to be recorded", found=self._reason(error), next_step="Nothing was kept."
            ) from None
        except (DBAPIError, PoolTimeout, driver.Error) as error:
            raise StoreUnreachable(
                f"the {self} cannot be used",
                found=self._reason(error),
                next_step="Nothing was half-recorded; try again when it answers.",
            ) from None

    def _reason(self, error: Exception) -> str:
        text = " ".join(str(getattr(error, "orig", None) or error).split())
        for secret in _secrets(self.url):
            text = text.replace(secret, "***")
        return text.rstrip(".")

    def leave(self) -> None:
        """Give up connections inherited from the parent process without closing them on it."""
        self._inherited.append(self.engine.pool)
        self.engine.dispose(close=False)

    def close(self) -> None:
        """Close every connection; the next use opens new ones."""
        self.engine.dispose()

    def __str__(self) -> str:
        if self.is_sqlite:
            return f"SQLite store at {self.url.database}"
        return f"PostgreSQL store at {self.url.host or 'localhost'}:{self.url.port or 5432}/{self.url.database or ''}"


_FORKING: weakref.WeakSet[Database] = weakref.WeakSet()


def _leave_all() -> None:
    for database in list(_FORKING):
        database.leave()


os.register_at_fork(after_in_child=_leave_all)


def _secrets(url: URL) -> list[str]:
    texts = [str(url.password or ""), *(str(url.query.get(name, "")) for name in _SECRETS)]
    return [form for text in texts if text for form in (text, quote(text, safe=""), quote_plus(text))]


def _understood(url: str) -> URL:
    try:
        parsed = make_url(url)
        parsed.port, parsed.get_backend_name()
    except (ArgumentError, ValueError):
        raise StoreUnreachable(
            "the store's URL cannot be read", expected="sqlite:///path or postgresql://user@host:port/database"
        ) from None
    if "@" in (parsed.host or ""):
        raise StoreUnreachable(
            "the store's URL has more than one @", next_step="In a password write %40 for @ (and %3A for :, %2F for /)."
        )
    backend = parsed.drivername.partition("+")[0]
    if backend == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return parsed.set(drivername="sqlite+pysqlite", database=str(Path(str(parsed.database)).absolute()))
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreUnreachable(
        "the store's URL names a database that cannot hold it",
        expected="sqlite:///path or postgresql://user@host:port/database",
        found=f"{backend} in memory" if backend == "sqlite" else backend,
    )


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        wait = {} if "timeout" in url.query else {"timeout": WAIT_S}
        engine = sa.create_engine(url, hide_parameters=True, connect_args=wait, pool_size=16, max_overflow=-1)
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    patience = {} if "connect_timeout" in url.query else {"connect_timeout": 10}
    return sa.create_engine(
        url,
        hide_parameters=True,
        connect_args=patience,
        pool_pre_ping=True,
        max_overflow=32,
        paramstyle="format",
    )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event alone opens transactions
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=NORMAL")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

"""Connections come and go with processes and threads, errors arrive in our words, secrets in none."""

from __future__ import annotations

import os
import signal
import sqlite3
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from lineage.database import Database
from lineage.errors import Conflict, NotRecorded, StoreUnreachable
from lineage.store import Store
from tests.lineage.history import History, artifact, run
from tests.lineage.processes import in_processes, killed_while_writing, record_25

SECRET = "s3cr/t@x"
QUOTED = "s3cr%2Ft%40x"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:{QUOTED}@127.0.0.1:1/none",
        f"postgresql+psycopg://me@127.0.0.1:1/none?password={QUOTED}",
        f"postgresql://me:{QUOTED}@127.0.0.1:port/none",
        f"mysql://me:{QUOTED}@127.0.0.1/none",
        f"nonsense {QUOTED}",
    ],
)
def test_no_error_and_no_repr_holds_the_password(url: str) -> None:
    """Whatever is wrong with the URL or the server, the password is in no message and no traceback."""
    with pytest.raises(StoreUnreachable) as raised:
        Store(url)
    told = "".join(traceback.format_exception(raised.value)) + repr(raised.value)
    assert SECRET not in told and QUOTED not in told


def test_a_store_shows_where_it_is_and_no_more(tmp_path: Path) -> None:
    """The representation names the place."""
    assert repr(Store(f"sqlite:///{tmp_path}/l.db")) == f"<SQLite store at {tmp_path}/l.db>"
    shown = str(Database(f"postgresql://me:{QUOTED}@db.example:6543/lineage?sslpassword=x"))
    assert shown == "PostgreSQL store at db.example:6543/lineage"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "oracle://x/y", ""])
def test_a_database_that_cannot_hold_a_store_is_refused(url: str) -> None:
    """A store in memory would be gone with its process; other databases are not supported."""
    with pytest.raises(StoreUnreachable, match="expected sqlite:///path or postgresql:"):
        Store(url)


def test_a_transaction_that_raises_leaves_nothing(store: Store) -> None:
    """What was written before the error is taken back."""
    with pytest.raises(RuntimeError), store.database.writing() as connection:
        connection.execute(sa.text("INSERT INTO names (kind, name) VALUES ('a', 'b')"))
        raise RuntimeError
    with store.database.reading() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM names")).scalar() == 0


def test_a_broken_rule_of_the_database_is_a_conflict(store: Store) -> None:
    """The foreign keys of both databases are on."""
    with pytest.raises(Conflict, match="(?i)foreign key"), store.database.writing() as connection:
        connection.execute(sa.text("INSERT INTO outputs (run, role, position, artifact, name) VALUES (9, '', 0, 9, 9)"))


def test_a_locked_database_is_unreachable_and_half_records_nothing(tmp_path: Path) -> None:
    """When another program holds the file for good, the writer gives up with a letter."""
    path = tmp_path / "lineage.db"
    store = Store(f"sqlite:///{path}?timeout=0.1")
    with sqlite3.connect(path) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnreachable, match="locked"):
            store.begin(run("r1"))
        other.rollback()
    store.begin(run("r1"))
    assert [one.id for one in store.runs()] == ["r1"]


def test_a_full_disk_is_unreachable_and_half_records_nothing(tmp_path: Path) -> None:
    """When the file cannot grow, the run is not there, and the store still reads."""
    store = Store(f"sqlite:///{tmp_path}/lineage.db")
    store.begin(run("r1"))
    with store.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreUnreachable, match="full"):
        store.begin(run("r2", facts={"long": "x" * 1_000_000}))
    assert [one.id for one in store.runs()] == ["r1"]


def test_a_forked_child_goes_on_with_the_store(history: History) -> None:
    """Parent and child both write after the fork, on connections of their own."""
    store = history.store
    store.begin(run("before"))
    child = os.fork()
    if child == 0:
        status = 1
        try:
            History(store).made(artifact("x"), by="child")
            status = 0
        finally:
            os._exit(status)
    history.made(artifact("y"), by="parent")
    assert os.waitpid(child, 0)[1] == 0
    assert sorted(one.id for one in store.runs()) == ["before", "child", "parent"]


def test_many_threads_share_a_store(history: History) -> None:
    """Forty threads that record at once through one store lose nothing."""
    with ThreadPoolExecutor(40) as threads:
        made = threads.map(lambda n: history.made(artifact(f"x{n}"), by=f"r{n}", of=[artifact("raw")]), range(80))
        assert len(list(made)) == 80
    assert len(history.store.downstream(artifact("raw").reference).artifacts) == 80


def test_a_process_killed_while_writing_leaves_a_running_run_and_nothing_half(store: Store) -> None:
    """What it had begun is there, what it was writing is not, and the run is found interrupted."""
    url = store.database.url.render_as_string(hide_password=False)
    assert in_processes(killed_while_writing, [(url,)]) == [-signal.SIGKILL]
    assert [one.outcome.value for one in store.runs()] == ["running"]
    with pytest.raises(NotRecorded, match="nothing is recorded"):
        store.artifact(artifact("half").reference)
    assert store.interrupted(lambda host, process: False) == ["killed"]


def test_sixteen_processes_recording_at_once_lose_nothing(store: Store) -> None:
    """Every run, every publication and every edge of all sixteen is there; the shared versions are there once."""
    url = store.database.url.render_as_string(hide_password=False)
    assert in_processes(record_25, [(url, number) for number in range(16)]) == [0] * 16
    with store.database.reading() as connection:
        counted = {
            table: connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar()
            for table in ("runs", "artifacts", "outputs", "inputs", "dependencies")
        }
    assert counted == {"runs": 400, "artifacts": 427, "outputs": 800, "inputs": 800, "dependencies": 1600}
    assert {one.outcome.value for one in store.runs(limit=500)} == {"succeeded"}

"""Work for many processes at once, each with connections of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable
from typing import Any

from lineage import catalogue
from lineage.schema import runs
from lineage.store import Store
from tests.lineage.history import History, artifact, run


def in_processes(work: Callable[..., None], calls: Iterable[tuple[Any, ...]]) -> list[int | None]:
    """Run `work` once for each tuple of arguments, all at the same time; the exit codes."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "psycopg", "sqlalchemy.dialects.postgresql.psycopg"])
    processes = [context.Process(target=work, args=arguments) for arguments in calls]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def killed_while_writing(url: str) -> None:
    """Begin a run, then die as if by the kernel's hand in the middle of the transaction that ends it."""
    store = Store(url)
    store.begin(run("killed", host="here", process="gone"))
    with store.database.writing() as connection:
        catalogue.mentioned(connection, [artifact("half").reference])
        connection.execute(runs.update().values(outcome="succeeded"))
        os.kill(os.getpid(), signal.SIGKILL)


def register(url: str, source: str) -> None:
    """Open a store that may not exist yet, and register a source."""
    store = Store(url)
    store.register_source(source, schema={"a": "text"})
    store.close()


def record_25(url: str, number: int) -> None:
    """Record 25 runs, each making a version that all processes make and one of this process."""
    store = Store(url)
    read = [artifact("raw"), artifact("raw2")]
    for made in range(25):
        shared, own = artifact("shared", f"{made:02}"), artifact(f"own{number}", f"{made:02}")
        History(store).made(shared, own, by=f"{number}-{made}", of=read)
    store.close()

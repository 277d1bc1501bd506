"""The store and the storage that a command reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lineage.errors import NotRecorded
from pipeline.settings import Settings, masked

if TYPE_CHECKING:
    from lineage.store import Store
    from pipeline.runner import Runner
    from pipeline.storage import Storage


def opened_store(settings: Settings | None = None) -> Store:
    """Open the store to read it. A SQLite store that is not there is not made.

    Raises `NotRecorded` where there is none yet, `StoreUnreachable` where it cannot be read.
    """
    url = (settings or Settings.from_environment()).store_url
    scheme, _, path = url.partition(":///")
    if scheme.startswith("sqlite") and not Path(path.partition("?")[0]).exists():
        raise NotRecorded(
            "nothing is recorded here yet",
            expected="a store, such as the first `headwater run DAG` makes",
            found=f"none at {masked(url)}",
            next_step="Go to the project's folder, or set HEADWATER_HOME or HEADWATER_STORE.",
        )
    from lineage.store import Store

    store = Store.open(url)
    _notice_the_dead(store)
    return store


def opened_storage(store: Store, settings: Settings | None = None) -> Storage:
    """Open the storage of artifact bytes that a store tells of."""
    from pipeline.storage import Storage

    return Storage((settings or Settings.from_environment()).storage, store)


def _notice_the_dead(store: Store) -> None:
    """Runs whose process was killed are not shown as running."""
    from pipeline.runner.beginning import is_alive

    store.interrupted(is_alive)


def opened_runner(about: str) -> Runner:
    """Open a runner for work on the records themselves, in a DAG run that is named for what it is `about`.

    Raises `NotRecorded` where there is no store yet, `StoreUnreachable` where it cannot be read.
    """
    from pipeline.artifacts.occasion import Occasion
    from pipeline.runner import Runner

    settings = Settings.from_environment()
    store, occasion = opened_store(settings), Occasion(dag="recall", dag_run=about)
    return Runner(settings=settings, occasion=occasion, store=store, storage=opened_storage(store, settings))

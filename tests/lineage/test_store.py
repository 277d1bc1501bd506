"""One object behind one URL gives everything that is remembered."""

from __future__ import annotations

import inspect

from lineage.store import Store
from tests.lineage.history import History, artifact

SURFACE = """
    above ancestors annotate artifact artifacts begin below blank buried close compact consumers dependencies
    dependents descendants downstream erase_predictions erased fail forgotten interrupted latest live
    log_predictions made made_otherwise open open_recall override_recall pin pinned pinning pins prediction
    predictions predictions_among predictions_asking predictions_on previous producer quoting
    recall recall_event recalls record reduce register_source release released_before releases reusable reuse
    rollback run runs source sources succeed supersede_recall upstream versions
"""


def test_the_surface_is_what_is_promised() -> None:
    """Nothing is added or lost unnoticed."""
    public = {name for name, _ in inspect.getmembers(Store, inspect.isfunction) if not name.startswith("_")}
    assert public | {"open"} == set(SURFACE.split())


def test_what_was_recorded_is_there_after_opening_again(url: str) -> None:
    """A store is its database, not its object."""
    first = Store.open(url)
    History(first).made(artifact("one"), by="r1")
    first.close()
    second = Store(url)
    assert second.artifact("one") == artifact("one")
    second.close()


def test_a_closed_store_opens_itself_again(history: History) -> None:
    """Closing gives back connections, not the use of the store."""
    history.store.close()
    history.made(artifact("one"), by="r1")
    assert history.store.run("r1").id == "r1"

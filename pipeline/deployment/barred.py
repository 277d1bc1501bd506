"""The bar on promotion: a model that stands on rows of a standing recall is not released, unless a person answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.recall.promotion import Bar, bars
from pipeline.storage.tables import StoredTables

OVERRIDE = "recall_override"
"""The fact of a release that says which recalls were overridden for it, and by whom."""


def barred(runner: Any, *, model: str, audit: str = "") -> list[Bar]:
    """Find the recalls that bar a model, overridden or not; `audit` is what lets it pass.

    Raises:
        NotRecorded: nothing is recorded by a reference.
        StoreUnreachable: the store cannot be read.
    """
    return bars(runner.store, StoredTables(runner.store, runner.storage), model, audit=audit)


def told(found: Iterable[Bar]) -> dict[str, str]:
    """What bars and is not overridden: by the id of the recall, who says what."""
    return {bar.recall.id: str(bar) for bar in found if bar.override is None}


def on_record(found: Sequence[Bar]) -> dict[str, Any]:
    """The fact that a release keeps of the overrides it rests on; none without any."""
    overrides = {bar.recall.id: bar.override for bar in found if bar.override is not None}
    if not overrides:
        return {}
    by = dict.fromkeys(one.by for one in overrides.values())
    return {OVERRIDE: {"recalls": list(overrides), "by": ", ".join(by)}}

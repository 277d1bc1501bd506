"""What a recall reaches: its faults followed down, and where each live release that is reached can go back to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lineage.impact import Impact, Tables, TouchedRelease, impact
from lineage.records import Recall, Release
from lineage.store import Store
from pipeline.deployment.retreat import last_untouched
from pipeline.recall.faults import Faults, faults, mended
from pipeline.recall.promotion import bars
from pipeline.recall.replay import Replayed, replay
from pipeline.runner import Runner


@dataclass(frozen=True, slots=True)
class Reached:
    """What the wrong rows of a recall reached.

    `live` are the releases that answer now and that the recall bars from being released again;
    `instead` gives, for each of their endpoints, the last release that no standing recall reaches,
    None where there is none.
    """

    recall: Recall
    faults: Faults
    impact: Impact
    live: Sequence[TouchedRelease]
    instead: Mapping[str, Release | None]
    replayed: Replayed | None = None


def reached(store: Store, tables: Tables, recall: Recall, *, runner: Runner | None = None) -> Reached:
    """Find what the rows of a recall reached, in every version of its source that holds them.

    With a `runner` the corrected rows also take the recorded steps again, in memory, which finds the
    rows that could come, and what truly changes.

    Raises:
        StoreUnreachable: the store cannot be read.
    """
    wrong = faults(store, tables, recall)
    again = replay(runner, mended(tables, wrong)) if runner is not None and wrong.after else None
    after = {**(again.after() if again else {}), **wrong.after}
    found = impact(store, tables, wrong.starts, after)
    unread = [f"the rows of {reference} cannot be read: {why}" for reference, why in wrong.unread.items()]
    if unread:
        found = replace(found, complete=False, missing=tuple(dict.fromkeys([*unread, *found.missing])))
    live = [one for one in found.releases if one.live and _is_barred(store, tables, one.release, recall)]
    instead = {one.release.endpoint: last_untouched(store, tables, one.release.endpoint) for one in live}
    return Reached(recall, wrong, found, live, instead, again)


def _is_barred(store: Store, tables: Tables, release: Release, recall: Recall) -> bool:
    return bool(bars(store, tables, release.model, audit=release.audit, recalls=[recall]))

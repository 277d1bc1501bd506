"""Where to go back to: the last release that no recall reaches."""

from __future__ import annotations

from lineage.impact import Tables
from lineage.records import Release
from lineage.store import Store
from pipeline.deployment.ledger import LIVE, oldest_first, withdrawn
from pipeline.recall.promotion import bars


def last_untouched(store: Store, tables: Tables, endpoint: str) -> Release | None:
    """Find the last live release of another model than the one live now, that no standing recall reaches.

    Models that were taken back are passed over. None where there is no such release.

    Raises:
        StoreUnreachable: the store cannot be read.
    """
    entries = oldest_first(store.releases(endpoint))
    earlier = {one.model: one for one in entries if one.role == LIVE}
    now = store.live(endpoint)
    for model, entry in sorted(earlier.items(), key=lambda pair: -pair[1].number):
        if (now is None or model != now.model) and not withdrawn(entries, model=model):
            if not bars(store, tables, model, audit=entry.audit):
                return entry
    return None

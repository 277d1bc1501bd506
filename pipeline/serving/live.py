"""Which model answers at an endpoint now: what the ledger of releases says, looked up without a restart."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from lineage.errors import LineageError
from lineage.records import Release
from lineage.store import Store
from pipeline.errors import HeadwaterError, ServiceUnavailable
from pipeline.serving.lookup import PINNED
from pipeline.serving.predictor import Predictor
from pipeline.storage import Storage


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """A release and the loaded model that answers for it. One value, so that both change at once."""

    release: Release
    predictor: Predictor


class LiveModel:
    """Keeps the live model of `endpoint` loaded and asks the ledger again at most every `check_every_s` seconds.

    While a new release is being loaded by the request that noticed it, all others are answered by
    the one before. A release that cannot be loaded leaves the one before in place, and `trouble`
    says why. The same goes for a new version of a table that a release looks up in the latest of.
    """

    def __init__(self, *, endpoint: str, store: Store, storage: Storage, check_every_s: float = 1.0) -> None:
        self.endpoint = endpoint
        self.trouble: HeadwaterError | LineageError | None = None
        self._store = store
        self._storage = storage
        self.check_every_s = check_every_s
        self._live: Live | None = None
        self._checked_at = float("-inf")
        self._turn = threading.Lock()

    def current(self) -> Live:
        """Give what is live, having looked at the ledger no longer than the interval ago.

        Raises:
            ServiceUnavailable: no release is live at this endpoint.
            HeadwaterError: the live release's model cannot be loaded, and none was loaded before.
            LineageError: the store cannot be reached, and no model was loaded before.
        """
        if self._due() and self._turn.acquire(blocking=self._live is None):
            try:
                if self._due():
                    self._look()
            finally:
                self._turn.release()
        if live := self._live:
            return live
        if self.trouble:
            raise self.trouble
        raise ServiceUnavailable(
            f"no release is live at endpoint {self.endpoint}",
            next_step=f"Release a model: headwater run {self.endpoint}, or start its DAG in Airflow.",
        )

    @property
    def loaded(self) -> Live | None:
        """What was last loaded, without looking."""
        return self._live

    def _due(self) -> bool:
        return time.monotonic() - self._checked_at >= self.check_every_s

    def _look(self) -> None:
        try:
            release = self._store.live(self.endpoint)
            if release is None:
                self._live = None
            elif self._live is None or self._live.release.number != release.number:
                self._live = self._loaded(release)
            else:
                self._live.predictor.refresh()
            self.trouble = None
        except (HeadwaterError, LineageError) as trouble:
            self.trouble = trouble
        finally:
            self._checked_at = time.monotonic()

    def _loaded(self, release: Release) -> Live:
        lookups = _lookups(release)
        if self._live and (self._live.release.model, _lookups(self._live.release)) == (release.model, lookups):
            return Live(release, self._live.predictor)
        return Live(release, Predictor.load(release.model, store=self._store, storage=self._storage, lookups=lookups))


def _lookups(release: Release) -> str:
    return str(release.facts.get("lookups", PINNED))

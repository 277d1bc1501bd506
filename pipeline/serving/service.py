"""What a request goes through: read, checked, answered by the live model, written to the store, and only then told."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from lineage.records import Prediction
from lineage.store import Store
from pipeline.serving.journal import Journal
from pipeline.serving.live import Live, LiveModel
from pipeline.serving.metrics import Metrics
from pipeline.serving.predictor import Answer
from pipeline.serving.request import Limits, read_rows, take_row_ids
from pipeline.storage import Storage


class Service:
    """Answers requests at one endpoint. Safe to call from many threads at once."""

    def __init__(self, *, endpoint: str, store: Store, storage: Storage, limits: Limits) -> None:
        self.endpoint = endpoint
        self.limits = limits
        self.metrics = Metrics(endpoint=endpoint)
        self.live = LiveModel(endpoint=endpoint, store=store, storage=storage)
        self._store = store
        self._journal = Journal(store.log_predictions)

    def predict(self, body: bytes) -> dict[str, Any]:
        """Answer every row of a request's body, or none: one bad row refuses the request.

        Returns:
            `{"predictions": [...]}` in the order of the rows, each with `id`, `prediction`,
            `probability` by class (null for a number), `release`, `model`, and `row`, the id of
            the source row it stands on (null if it names none).

        Raises:
            RequestRejected: the body or a row does not fit; nothing is answered or logged.
            ServiceUnavailable: no release is live.
            LineageError: the answer could not be logged, so it is not given.
        """
        rows = read_rows(body, limits=self.limits)
        live = self.live.current()
        stated = take_row_ids(rows)
        frame = live.predictor.typed(rows)
        standing = live.predictor.standing(frame, stated)
        answers = live.predictor.predict(frame)
        logged = self._logged(live, rows, answers=answers, standing=standing)
        self._journal.log(logged)
        self.metrics.predicted(len(logged), release=live.release.number)
        return {"predictions": [_told(prediction) for prediction in logged]}

    def _logged(
        self, live: Live, rows: list[dict[str, Any]], *, answers: Sequence[Answer], standing: Sequence[int | None]
    ) -> list[Prediction]:
        now, source = datetime.now(UTC), live.predictor.manifest.source_name
        return [
            Prediction(
                id=str(secrets.randbits(63)), at=now, endpoint=self.endpoint, release=live.release.number,
                model=live.release.model, input=row, output=answer.to_json(),
                rows=((source, row_id),) if row_id is not None else (),
            )
            for row, answer, row_id in zip(rows, answers, standing, strict=True)
        ]

    def health(self) -> dict[str, Any]:
        """Say what answers now, having asked the store.

        Raises:
            ServiceUnavailable: no release is live.
            LineageError: the store does not answer.
            HeadwaterError: the live release's model cannot be loaded.
        """
        self._store.live(self.endpoint)
        live = self.live.current()
        trouble = self.live.trouble
        return {
            "status": "degraded" if trouble else "ok",
            "endpoint": self.endpoint,
            "release": live.release.number,
            "model": live.release.model,
            "since": live.release.since.isoformat() if live.release.since else None,
            "store": "reachable",
            "trouble": str(trouble) if trouble else None,
        }

    def schema(self) -> dict[str, Any]:
        """Say what a row has to look like: columns with their types, those required, and the source's keys."""
        live = self.live.current()
        return {"endpoint": self.endpoint, "release": live.release.number, **live.predictor.schema()}

    def figures(self) -> bytes:
        """Render the figures for Prometheus, with the release that answers now."""
        self.metrics.waiting(self._journal.waiting)
        if live := self.live.loaded:
            self.metrics.serves(release=live.release.number, model=live.release.model)
        return self.metrics.text()


def _told(prediction: Prediction) -> dict[str, Any]:
    return {
        "id": prediction.id,
        **prediction.output,
        "release": prediction.release,
        "model": prediction.model,
        "row": str(prediction.rows[0][1]) if prediction.rows else None,
    }

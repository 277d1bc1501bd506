"""What a request goes through: read, checked, answered by the live model, written to the store, and only then told."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from lineage.records import Prediction
from lineage.store import Store
from pipeline.serving.live import Live, LiveModel
from pipeline.serving.metrics import Metrics
from pipeline.serving.predictor import Answer
from pipeline.serving.request import Limits, read_rows, take_row_ids
from pipeline.serving.together import Together
from pipeline.storage import Storage

MOST_TOGETHER = 200
"""Rows worked on together; a request of more than that works by itself and holds nobody up."""

_Row = tuple[dict[str, Any], int | None]


class Service:
    """Answers requests at one endpoint. Safe to call from many threads at once."""

    def __init__(self, *, endpoint: str, store: Store, storage: Storage, limits: Limits) -> None:
        self.endpoint = endpoint
        self.limits = limits
        self.metrics = Metrics(endpoint=endpoint)
        self.live = LiveModel(endpoint=endpoint, store=store, storage=storage)
        self._store = store
        self._together = Together(self._answered, most=MOST_TOGETHER)

    def predict(self, body: bytes) -> dict[str, Any]:
        """Answer every row of a request's body, or none: one bad row refuses the request.

        Returns:
            `{"predictions": [...]}` in the order of the rows, each with `id`, `prediction`,
            `probability` by class (null for a number), `release`, `model`, and `row`, the id of
            the entry row it is about (null if it names none).

        Raises:
            RequestRejected: the body or a row does not fit; nothing is answered or logged.
            ServiceUnavailable: no release is live.
            LineageError: the answer could not be logged, so it is not given.
        """
        rows = read_rows(body, limits=self.limits)
        asked = list(zip(rows, take_row_ids(rows), strict=True))
        logged = self._together(asked) if len(asked) <= MOST_TOGETHER else self._answered(asked)
        self.metrics.predicted(len(logged), release=logged[0][0].release)
        return {"predictions": [_told(prediction, row) for prediction, row in logged]}

    def _answered(self, asked: Sequence[_Row]) -> list[tuple[Prediction, int | None]]:
        """Answer rows with what is live now, and log all answers in one write; with the entry row each is about."""
        live = self.live.current()
        rows, stated = [row for row, _ in asked], [row_id for _, row_id in asked]
        frame = live.predictor.typed(rows)
        standing = live.predictor.standing(rows, frame, stated)
        answers = live.predictor.predict(frame)
        predictions = self._predictions(live, rows, answers=answers, standing=standing)
        self._store.log_predictions(predictions)
        return list(zip(predictions, standing, strict=True))

    def _predictions(
        self, live: Live, rows: list[dict[str, Any]], *, answers: Sequence[Answer], standing: Sequence[int | None]
    ) -> list[Prediction]:
        now, source = datetime.now(UTC), live.predictor.manifest.source_name
        return [
            Prediction(
                id=str(secrets.randbits(63)), at=now, endpoint=self.endpoint, release=live.release.number,
                model=live.release.model, input=row, output=answer.to_json(),
                rows=(
                    *(((source, row_id),) if row_id is not None else ()),
                    *(row for seen in answer.looked_up for row in seen.standing),
                ),
                looked_up=tuple(seen.to_json() for seen in answer.looked_up),
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
        """Say what a row has to look like: columns with their types, those required, and the source's keys.

        Raises:
            ServiceUnavailable: no release is live.
            LineageError: the store does not answer.
            HeadwaterError: the live release's model cannot be loaded.
        """
        live = self.live.current()
        return {"endpoint": self.endpoint, "release": live.release.number, **live.predictor.schema()}

    def figures(self) -> bytes:
        """Render the figures for Prometheus, with the release that answers now."""
        self.metrics.waiting(self._together.waiting)
        if live := self.live.loaded:
            self.metrics.serves(release=live.release.number, model=live.release.model)
        return self.metrics.text()


def _told(prediction: Prediction, row: int | None) -> dict[str, Any]:
    return {
        "id": prediction.id,
        **prediction.output,
        "release": prediction.release,
        "model": prediction.model,
        "row": None if row is None else str(row),
    }

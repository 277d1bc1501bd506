"""What the inference server tells Prometheus: how long, how many, with what outcome, by which model."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

_BUCKETS_S = (0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The server's own figures in a registry of its own, so that two servers in one process stay apart."""

    def __init__(self, *, endpoint: str) -> None:
        self._endpoint = endpoint
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._latency_s = Histogram(
            "headwater_request_seconds", "Time from a request's arrival to its answer",
            ["endpoint", "path"], buckets=_BUCKETS_S, registry=self._registry,
        )
        self._requests = Counter(
            "headwater_requests", "Requests answered", ["endpoint", "path", "status"], registry=self._registry
        )
        self._rows = Counter(
            "headwater_predictions", "Rows answered and logged", ["endpoint", "release"], registry=self._registry
        )
        self._model = Gauge(
            "headwater_model_info", "1 for the release that answers", ["endpoint", "release", "model"],
            registry=self._registry,
        )
        self._waiting = Gauge(
            "headwater_requests_waiting", "Requests that wait for those before them", ["endpoint"],
            registry=self._registry,
        )

    def answered(self, *, path: str, status: int, duration_s: float) -> None:
        """Count one request and its duration in seconds."""
        self._requests.labels(self._endpoint, path, str(status)).inc()
        self._latency_s.labels(self._endpoint, path).observe(duration_s)

    def predicted(self, rows: int, *, release: int) -> None:
        """Count rows that a release answered."""
        self._rows.labels(self._endpoint, str(release)).inc(rows)

    def waiting(self, requests: int) -> None:
        """State how many requests wait just now."""
        self._waiting.labels(self._endpoint).set(requests)

    def serves(self, *, release: int, model: str) -> None:
        """State which release answers now, in place of the one before."""
        self._model.clear()
        self._model.labels(self._endpoint, str(release), model).set(1)

    def text(self) -> bytes:
        """Render all figures in Prometheus' text format."""
        return generate_latest(self._registry)


class Measured:
    """ASGI middleware that counts every response under its path; unknown paths count as one."""

    def __init__(self, app: Application, *, metrics: Metrics, paths: frozenset[str]) -> None:
        self._app = app
        self._metrics = metrics
        self._paths = paths

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            path = scope["path"] if scope["path"] in self._paths else "other"
            self._metrics.answered(path=path, status=status, duration_s=time.perf_counter() - started)

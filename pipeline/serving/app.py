"""The inference server as a web application: HTTP in, JSON out; what it answers is decided elsewhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from anyio.to_thread import run_sync
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from lineage.errors import Letter
from lineage.store import Store
from pipeline.errors import RequestRejected, RequestTooLarge, RequestUnreadable
from pipeline.serving.metrics import Measured
from pipeline.serving.request import Limits
from pipeline.serving.service import Service
from pipeline.settings import Settings
from pipeline.storage import Storage

PATHS = frozenset({"/predict", "/health", "/metrics", "/schema"})
THREADS = 32
_JSON = "application/json"
_STATUS: tuple[tuple[type[Letter], int], ...] = (
    (RequestTooLarge, 413), (RequestUnreadable, 400), (RequestRejected, 422),
)
_BODY = {
    "requestBody": {
        "required": True,
        "content": {_JSON: {"schema": {"type": "object"}, "example": {"rows": [{"column": "value"}]}}},
    }
}


def create_app(settings: Settings, *, endpoint: str, limits: Limits | None = None) -> FastAPI:
    """Build the server for `endpoint`: `POST /predict`, `GET /health`, `GET /schema`, `GET /metrics`.

    Every error is `{"error": {"what", "expected", "found", "examples", "count", "next"}}`: 400 for
    a body that cannot be read, 413 for one too large, 422 for rows that do not fit, 503 while no
    release is live or the store does not answer.

    Raises:
        LineageError: the store cannot be opened.
    """
    store = Store.open(settings.store_url)
    storage = Storage(settings.storage, store)
    service = Service(endpoint=endpoint, store=store, storage=storage, limits=limits or Limits())
    app = FastAPI(title=f"Headwater: {endpoint}", docs_url=None, redoc_url=None, lifespan=_life)
    app.add_middleware(Measured, metrics=service.metrics, paths=PATHS)
    app.state.service = service
    _add_errors(app)
    _add_routes(app, service)
    return app


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    app.state.turns = anyio.CapacityLimiter(THREADS)
    yield


def _add_routes(app: FastAPI, service: Service) -> None:
    @app.post("/predict", openapi_extra=_BODY)
    async def predict(request: Request) -> Response:
        """Answer one row, or many as {"rows": […]}."""
        body = await _body(request, service.limits)
        return await run_sync(lambda: _json(service.predict(body)), limiter=request.app.state.turns)

    @app.get("/health")
    def health() -> Response:
        """Say which release answers; 503 when none can."""
        return _json(service.health())

    @app.get("/schema")
    def schema() -> Response:
        """Say which columns a row has."""
        return _json(service.schema())

    @app.get("/metrics")
    def metrics() -> Response:
        """Give the server's figures in Prometheus' format."""
        return Response(service.figures(), media_type="text/plain; version=0.0.4; charset=utf-8")


async def _body(request: Request, limits: Limits) -> bytes:
    """Read a JSON body, giving up as soon as it is too long or takes too long."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _JSON:
        raise RequestUnreadable(
            "the request is not declared as JSON", expected=f"Content-Type: {_JSON}", found=kind or "none"
        )
    parts, size = [], 0
    try:
        async with asyncio.timeout(limits.reading_s):
            async for part in request.stream():
                size += len(part)
                if size > limits.size_bytes:
                    raise _too_long(limits)
                parts.append(part)
    except TimeoutError as error:
        raise RequestUnreadable(f"the request did not arrive within {limits.reading_s:g} s") from error
    return b"".join(parts)


def _too_long(limits: Limits) -> RequestTooLarge:
    return RequestTooLarge(
        "the request is too long", expected=f"at most {limits.size_bytes} bytes", next_step="Send it in parts."
    )


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(Letter)
    async def refused(request: Request, error: Letter) -> Response:
        return _json({"error": letter_to_json(error)}, status=_status(error))

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> Response:
        what = f"{request.method} {request.url.path}: {error.detail}"
        served = "POST /predict, GET /health, GET /schema, GET /metrics"
        return _json({"error": letter_to_json(Letter(what, expected=served))}, status=error.status_code)

    @app.exception_handler(ClientDisconnect)
    async def gone(request: Request, error: ClientDisconnect) -> Response:
        return _json({"error": letter_to_json(Letter("the client left before its request was read"))}, status=400)

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        what = "the server failed; nothing was answered"
        return _json({"error": letter_to_json(Letter(what, next_step="See the server's log."))}, status=500)


def _status(error: Letter) -> int:
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return status
    return 503


def letter_to_json(error: Letter) -> dict[str, Any]:
    """Give the facts of an error as a JSON object."""
    return {
        "what": error.what,
        "expected": error.expected,
        "found": error.found,
        "examples": [str(example) for example in error.examples],
        "count": error.count,
        "next": error.next_step,
    }


def _json(value: Any, *, status: int = 200) -> Response:
    return Response(json.dumps(value, allow_nan=False), status_code=status, media_type=_JSON)

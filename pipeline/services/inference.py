"""Inference servers on this machine: one process for each endpoint with a live release."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import httpx

from pipeline.errors import ServiceUnavailable
from pipeline.services.group import Services, answer
from pipeline.services.ports import LOOPBACK, free_port

PORT = 8000
_PATIENCE_S = 60.0
_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running inference server: where it is, and what keeps it from answering ("" if nothing does)."""

    url: str
    trouble: str = ""


def start_inference(services: Services, *, endpoint: str, port: int = 0) -> Server:
    """Start the server of `endpoint` at `port` if it is free, else at a free one, and wait until it says how it is.

    Raises:
        ServiceUnavailable: it ended, or says nothing in time.
    """
    chosen = free_port(port)
    serve = ["serve", endpoint, "--host", LOOPBACK, "--port", str(chosen)]
    services.start(f"inference-{endpoint}", [sys.executable, "-P", "-m", "pipeline.cli", *serve])
    url = f"http://{LOOPBACK}:{chosen}"
    health = services.wait_until(
        lambda: _health(url), what=f"the inference server of {endpoint}", patience_s=_PATIENCE_S
    )
    return Server(url=url, trouble=_trouble(health))


def ask(url: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Ask the inference server at `url` about rows, and give its answer.

    Raises:
        ServiceUnavailable: it does not answer, or not with predictions.
    """
    try:
        with httpx.Client(trust_env=False, timeout=_TIMEOUT_S) as client:
            response = client.post(f"{url}/predict", json={"rows": rows})
    except httpx.TransportError as error:
        raise ServiceUnavailable(f"the inference server at {url} does not answer", found=repr(error)) from error
    if response.status_code != httpx.codes.OK:
        what = f"the inference server at {url} refused the request"
        raise ServiceUnavailable(what, found=f"{response.status_code} {response.text[:500]}")
    return dict(response.json())


def _health(url: str) -> tuple[int, dict[str, Any]] | None:
    response = answer(f"{url}/health")
    return None if response is None else (response.status_code, dict(response.json()))


def _trouble(health: tuple[int, dict[str, Any]]) -> str:
    status, told = health
    return "" if status == httpx.codes.OK else str(told.get("error", {}).get("what") or f"status {status}")

"""The server as a process: started, killed, started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from lineage.store import Store
from pipeline.settings import Settings

ROW = {"income": 10, "loan": 100.0, "town": "Bonn"}


def free_port() -> int:
    """Find a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(settings: Settings, log: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run the server in a process of its own until the block ends; give it with its URL."""
    port = free_port()
    environment = {**os.environ, "HEADWATER_HOME": str(settings.home)}
    with log.open("ab") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "serve", "loans", "--port", str(port)], env=environment,
            stdout=output, stderr=output, cwd=Path(__file__).parents[3],
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(url, server, log)
        yield server, url
    finally:
        server.kill()
        server.wait()


def wait_until_healthy(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the server answers; fail with its log if it ended."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            if httpx.get(f"{url}/health", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())


def ask_until_refused(url: str, answered: list[str], several: int) -> list[threading.Thread]:
    """Let several clients ask without a pause until the server is gone, keeping the ids of all answers."""

    def ask() -> None:
        with httpx.Client(trust_env=False) as client:
            while True:
                try:
                    response = client.post(f"{url}/predict", json={"rows": [ROW, ROW]})
                except httpx.TransportError:
                    return
                answered.extend(answer["id"] for answer in response.json()["predictions"])

    threads = [threading.Thread(target=ask) for _ in range(several)]
    for thread in threads:
        thread.start()
    return threads


def test_a_killed_server_loses_no_acknowledged_prediction(loans, tmp_path: Path) -> None:
    """Killed under load by SIGKILL: every answer a client has is in the store; the next server goes on."""
    answered: list[str] = []
    with process(loans.settings, tmp_path / "log") as (server, url):
        threads = ask_until_refused(url, answered, 8)
        while len(answered) < 100:
            time.sleep(0.01)
        server.send_signal(signal.SIGKILL)
        for thread in threads:
            thread.join()
    logged = {each.id for each in Store(loans.settings.store_url).predictions(last=1_000_000)}
    assert len(answered) >= 100
    assert set(answered) <= logged
    with process(loans.settings, tmp_path / "log") as (_, url):
        assert httpx.post(f"{url}/predict", json=ROW, trust_env=False).status_code == 200


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_asked_to_stop_answers_first(loans, tmp_path: Path, asked: signal.Signals) -> None:
    """After SIGTERM or Ctrl-C the process ends by itself, quietly, within seconds."""
    with process(loans.settings, tmp_path / "log") as (server, url):
        assert httpx.post(f"{url}/predict", json=ROW, trust_env=False).status_code == 200
        server.send_signal(asked)
        server.wait(timeout=15)
    assert "Traceback" not in (tmp_path / "log").read_text()

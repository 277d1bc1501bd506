"""The services of one home, started and stopped together."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from types import FrameType, TracebackType
from typing import Any, Self

import httpx

from pipeline.errors import ServiceUnavailable
from pipeline.services.environment import environment
from pipeline.services.hold import Hold
from pipeline.services.process import Process
from pipeline.settings import Settings

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LOOK_EVERY_S = 0.1


class Services:
    """Every service runs inside the `with` block and none after it, whichever way the block is left.

    SIGTERM and SIGHUP leave the block as Ctrl-C does, also in a process started with Ctrl-C ignored.
    """

    def __init__(self, settings: Settings, *, beside: bool = False) -> None:
        """Take note of the settings. `beside` others that hold the home, nothing may be started that needs it alone."""
        self.settings, self._beside = settings, beside
        self.hold: Hold | None = None
        self._running: list[Process] = []

    def __enter__(self) -> Self:
        """Take the home.

        Raises:
            ServiceUnavailable: other services run in it.
        """
        if not self._beside:
            self.hold = Hold(self.settings.home)
        self._handlers = {number: signal.signal(number, _interrupt) for number in _ENDING}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self.stop()
        finally:
            for number, handler in self._handlers.items():
                signal.signal(number, handler)
            if self.hold:
                self.hold.release()

    def start(
        self, name: str, command: Sequence[str], *, extra: dict[str, str] | None = None, grace_s: float = 5.0
    ) -> Process:
        """Start a service with our environment and `extra`; its log is `logs/<name>.log` in the home."""
        process = Process(
            name, command, environment={**environment(self.settings), **(extra or {})}, grace_s=grace_s,
            log=self.settings.home / "logs" / f"{name}.log", held=[self.hold.descriptor] if self.hold else [],
        )
        self._running.append(process)
        return process

    def tell(self, **facts: Any) -> None:
        """Let other commands in this home know where the services are."""
        if self.hold:
            self.hold.tell(facts)

    def run(self, name: str, command: Sequence[str], *, extra: dict[str, str] | None = None) -> None:
        """Run a program to its end, as a service that is expected to end.

        Raises:
            ServiceUnavailable: it failed; the last lines of its log say why.
        """
        process = self.start(name, command, extra=extra)
        process.wait()
        self._running.remove(process)
        if process.status:
            process.check()

    def check(self) -> None:
        """Make sure that all services run.

        Raises:
            ServiceUnavailable: one has ended; the last lines of its log say why.
        """
        for process in self._running:
            process.check()

    def wait_until(self, ready: Callable[[], Any], *, what: str, patience_s: float) -> Any:
        """Look again and again until `ready` gives something true, and give that.

        Raises:
            ServiceUnavailable: a service ended meanwhile, or `patience_s` seconds have passed.
        """
        deadline = time.monotonic() + patience_s
        while not (result := ready()):
            self.check()
            if time.monotonic() > deadline:
                raise ServiceUnavailable(
                    f"{what} is not ready after {patience_s:.0f} s",
                    next_step=f"See the logs in {self.settings.home / 'logs'}.",
                )
            time.sleep(_LOOK_EVERY_S)
        return result

    def stop(self) -> None:
        """End all services at once and wait until they are gone."""
        for process in self._running:
            process.ask_to_stop()
        for process in self._running:
            process.stop()
        self._running.clear()


def answer(url: str) -> httpx.Response | None:
    """What a GET of `url` on this machine answers; None if nobody does."""
    try:
        with httpx.Client(trust_env=False, timeout=10) as client:
            return client.get(url)
    except httpx.TransportError:
        return None


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt(signal.Signals(number).name)

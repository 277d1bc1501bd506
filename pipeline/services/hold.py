"""One home, one set of services: a lock that lasts as long as anything of them still runs."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import ServiceUnavailable

_LOOK_EVERY_S = 0.1


class Hold:
    """The right to run services in a home.

    Services inherit `descriptor`, so the right is free again only when the last of them is gone,
    also after their starter was killed. What is said with `tell` can be read by others.
    """

    def __init__(self, home: Path, *, patience_s: float = 20.0) -> None:
        """Take the right; wait `patience_s` seconds for services of a starter that is gone.

        Raises:
            ServiceUnavailable: services run in this home already.
        """
        home.mkdir(parents=True, exist_ok=True)
        self.path = home / "services.lock"
        self.descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._take(patience_s)
        except BaseException:
            os.close(self.descriptor)
            raise
        self.tell({})

    def tell(self, facts: Mapping[str, Any]) -> None:
        """Let others know where the services are."""
        text = json.dumps({"process": os.getpid(), **facts}, sort_keys=True).encode()
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, text, 0)

    def release(self) -> None:
        """Give the right back."""
        os.close(self.descriptor)

    def _take(self, patience_s: float) -> None:
        deadline = time.monotonic() + patience_s
        while not _locked(self.descriptor):
            told = told_in(self.path)
            if time.monotonic() > deadline or _alive(told.get("process")):
                raise ServiceUnavailable(
                    f"services already run in {self.path.parent}",
                    found=", ".join(f"{name} {value}" for name, value in sorted(told.items())),
                    next_step="Use them, or stop them first (Ctrl-C where they were started).",
                )
            time.sleep(_LOOK_EVERY_S)


def running_in(home: Path) -> dict[str, Any]:
    """What the holder of a home said last; nothing where no services run."""
    path = home / "services.lock"
    if not path.exists():
        return {}
    descriptor = os.open(path, os.O_RDWR)
    try:
        return {} if _locked(descriptor) else told_in(path)
    finally:
        os.close(descriptor)


def told_in(path: Path) -> dict[str, Any]:
    """What the holder of the lock at `path` said last; nothing if it was just saying it."""
    try:
        told = json.loads(path.read_text() or "{}")
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return told if isinstance(told, dict) else {}


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _alive(process: Any) -> bool:
    if not isinstance(process, int):
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

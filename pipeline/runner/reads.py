"""What a step reads beside its inputs: files of the machine, and the network."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.code.environment import library_folders

_SYSTEM = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/", "/lib", "/opt/")
_CODE = (".py", ".pyc", ".so", ".pyd", ".dist-info", ".egg-info")
_local = threading.local()
_installed = threading.Lock()
_hooked: list[bool] = []


@contextmanager
def watched() -> Iterator[set[str]]:
    """Collect what this thread opens for reading or connects to, until the block ends.

    Python's own library, installed packages, code and the system's folders do not count.
    """
    with _installed:
        if not _hooked:
            sys.addaudithook(_notice)
            _hooked.append(True)
    before, _local.seen = getattr(_local, "seen", None), set()
    try:
        yield _local.seen
    finally:
        _local.seen = before


def _notice(event: str, arguments: tuple[object, ...]) -> None:
    seen = getattr(_local, "seen", None)
    if seen is None:
        return
    if event == "open" and _counts(arguments):
        seen.add(f"file {os.path.abspath(os.fsdecode(arguments[0]))}")
    elif event == "socket.connect":
        seen.add(f"socket {arguments[1]}")


def _counts(arguments: tuple[object, ...]) -> bool:
    path, mode = arguments[0], arguments[1]
    if not isinstance(path, (str, bytes, os.PathLike)) or (isinstance(mode, str) and mode[:1] in "wax"):
        return False
    full = os.path.abspath(os.fsdecode(path))
    return not (full.endswith(_CODE) or full.startswith((*_SYSTEM, *library_folders())) or os.path.isdir(full))

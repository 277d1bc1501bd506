"""Runs one service as a child and ends it, with all it started, as soon as the process that wanted it is gone.

Started as a program of its own by `pipeline.services.process`: `python -P keeper.py GRACE_S COMMAND…`.
Its standard input is a pipe whose other end the wanting process holds. However that process ends, by a
signal it could handle or by one it could not, the pipe closes, and the service is stopped.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
import time

import psutil

_CHILD_SUBREAPER, _PARENT_DEATH_SIGNAL = 36, 1
_STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_LOOK_EVERY_S = 0.05


def keep(command: list[str], *, grace_s: float) -> int:
    """Run `command` until it ends or nobody wants it any more, and give its exit status (128 + signal if killed)."""
    awake = _wakened_by_signals()
    _prctl(_CHILD_SUBREAPER)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_die_with_keeper)
    ended: dict[int, int] = {}
    while child.pid not in ended and not _unwanted(awake):
        _reap(ended)
    _end_all(child.pid, ended, grace_s=grace_s)
    return ended.get(child.pid, 128 + signal.SIGKILL)


def _wakened_by_signals() -> int:
    """Let every signal that matters make a pipe readable, and give the pipe's reading end."""
    awake, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    for number in (*_STOPPING, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    return awake


def _unwanted(awake: int) -> bool:
    """Sleep until something happens, and say whether it means that the service is no longer wanted."""
    readable, _, _ = select.select([sys.stdin, awake], [], [])
    if awake in readable and set(os.read(awake, 512)) & {int(number) for number in _STOPPING}:
        return True
    return sys.stdin in readable and not os.read(sys.stdin.fileno(), 512)


def _end_all(child: int, ended: dict[int, int], *, grace_s: float) -> None:
    """Ask the service to end, then end by force whatever of it is left after `grace_s` seconds."""
    _reap(ended)
    if child not in ended:
        os.kill(child, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while (left := _descendants()) or child not in ended:
        if child in ended or time.monotonic() > deadline:
            _signal(left, signal.SIGTERM if time.monotonic() <= deadline else signal.SIGKILL)
        time.sleep(_LOOK_EVERY_S)
        _reap(ended)
    _reap(ended)


def _descendants() -> list[psutil.Process]:
    everyone = psutil.Process().children(recursive=True)
    return [process for process in everyone if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def _reap(ended: dict[int, int]) -> None:
    """Collect every child that has ended, orphans of the service included, with its exit status."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        code = os.waitstatus_to_exitcode(status)
        ended[pid] = code if code >= 0 else 128 - code


def _die_with_keeper() -> None:
    _prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _prctl(option: int, value: int = 1) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, int(value), 0, 0, 0)


if __name__ == "__main__":
    sys.exit(keep(sys.argv[2:], grace_s=float(sys.argv[1])))

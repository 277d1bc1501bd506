"""A service never outlives whoever wanted it."""

import os
import signal
import sys
import time

import psutil

from pipeline.services.process import Process

from .conftest import FAMILY, family, gone


def keeper_of(process):
    """The process id of a service's keeper."""
    return process._keeper.pid


def start(tmp_path, code, *, grace_s=1.0):
    """Start Python code as a service."""
    return Process("it", [sys.executable, "-c", code], environment=os.environ, log=tmp_path / "log", grace_s=grace_s)


def test_killing_the_starter_ends_all_it_started(starter):
    """SIGKILL, which nobody can handle, leaves no service behind, nor what the service moved into another session."""
    running, pids = starter
    running.send_signal(signal.SIGKILL)
    assert gone(pids)


def test_the_keyboard_does_not_reach_services(starter):
    """Ctrl-C goes to the starter alone, which decides what becomes of its services."""
    running, pids = starter
    assert {os.getsid(pid) for pid in pids}.isdisjoint({os.getsid(running.pid)})


def test_killing_the_keeper_ends_the_service(tmp_path):
    """Where the keeper itself is killed, the kernel ends its service."""
    process = start(tmp_path, "print('up', flush=True); import time; time.sleep(60)")
    while not process.said():
        time.sleep(0.02)
    service = psutil.Process(keeper_of(process)).children()[0].pid
    os.kill(keeper_of(process), signal.SIGKILL)
    assert gone([service])
    process.stop()


def test_stop_waits_for_the_whole_family(tmp_path):
    """After `stop`, nothing of the service runs any more."""
    process = start(tmp_path, FAMILY)
    pids = family(tmp_path / "log")
    process.stop()
    assert gone(pids, within_s=0)


def test_a_service_that_does_not_listen_is_killed(tmp_path):
    """A service that ignores SIGTERM has its grace, no more."""
    deaf = (
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\n"
        "time.sleep(60)"
    )
    process = start(tmp_path, deaf, grace_s=0.5)
    while process.said() != "deaf":
        time.sleep(0.02)
    began = time.monotonic()
    process.stop()
    assert 0.4 < time.monotonic() - began < 5
    assert process.status == 128 + signal.SIGKILL


def test_a_service_that_listens_ends_in_its_own_way(tmp_path):
    """SIGTERM comes first, so a service can put things in order."""
    polite = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('bye', flush=True), sys.exit(3)))\n"
        "print('hello', flush=True)\n"
        "time.sleep(60)"
    )
    process = start(tmp_path, polite, grace_s=20)
    while process.said() != "hello":
        time.sleep(0.02)
    process.stop()
    assert (process.said(), process.status) == ("hello\nbye", 3)


def test_orphans_of_a_service_that_ended_are_ended(tmp_path):
    """What a service leaves running when it ends by itself is ended too."""
    code = "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid)"
    process = start(tmp_path, code)
    process.wait()
    assert process.status == 0
    assert gone([int(process.said())], within_s=0)

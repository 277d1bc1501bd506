"""Processes that are started, killed and looked for."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[3]

STARTER = """
import os, sys, time
from pathlib import Path
from pipeline.services.process import Process
command = [sys.executable, "-c", sys.argv[1]]
process = Process("sleeper", command, environment=os.environ, log=Path(sys.argv[2]), grace_s=2)
print("started", flush=True)
time.sleep(60)
"""

FAMILY = """
import os, subprocess, sys, time
apart = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(61)"], start_new_session=True)
near = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(61)"])
print("family", os.getpid(), apart.pid, near.pid, flush=True)
time.sleep(61)
"""
"""A service with a child in a session of its own and one beside it; it prints the three process ids."""


def gone(pids, within_s=8.0):
    """Whether none of the processes runs any more, waiting for it a while."""
    deadline = time.monotonic() + within_s
    while any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def family(log):
    """The process ids that the service FAMILY wrote to its log."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        lines = log.read_text().split() if log.exists() else []
        if len(lines) == 4:
            return [int(word) for word in lines[1:]]
        time.sleep(0.02)
    raise AssertionError(f"the family did not start: {log.read_text()}")


@pytest.fixture
def starter(tmp_path):
    """A process that has started a service and holds it, with the service's process ids."""
    log = tmp_path / "log"
    running = subprocess.Popen(
        [sys.executable, "-c", STARTER, FAMILY, str(log)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert running.stdout.readline() == "started\n"
    yield running, family(log)
    running.kill()
    running.communicate()

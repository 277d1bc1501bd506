"""One home, one set of services."""

import os
import signal
import subprocess
import sys
import time

import pytest

from pipeline.errors import ServiceUnavailable
from pipeline.services.hold import Hold, running_in

from .conftest import ROOT


def test_a_second_holder_is_refused_and_told_where_the_first_is(tmp_path):
    """Whoever comes second reads where the services are, and what to do."""
    first = Hold(tmp_path)
    first.tell({"airflow": "http://127.0.0.1:8080"})
    with pytest.raises(ServiceUnavailable, match=rf"already run in .*127\.0\.0\.1:8080, process {os.getpid()}.*Ctrl-C"):
        Hold(tmp_path)
    first.release()


def test_a_released_home_can_be_taken_again(tmp_path):
    """After `release` the next one has the home at once, and reads nothing of the last."""
    Hold(tmp_path).release()
    second = Hold(tmp_path, patience_s=0)
    assert running_in(tmp_path) == {"process": os.getpid()}
    second.release()


def test_nobody_holds_a_home_that_was_never_used(tmp_path):
    """Asking makes nothing."""
    assert running_in(tmp_path / "none") == {}
    assert not (tmp_path / "none").exists()


def test_what_a_dead_holder_said_is_not_believed(tmp_path):
    """A lock file that was left behind holds nothing."""
    hold = Hold(tmp_path)
    hold.tell({"airflow": "http://127.0.0.1:1"})
    hold.release()
    assert running_in(tmp_path) == {}


def test_services_of_a_killed_holder_are_waited_for(tmp_path):
    """The home is free again when the last service that inherited the lock is gone, not before."""
    code = (
        "import subprocess, sys, time; from pathlib import Path; from pipeline.services.hold import Hold\n"
        "hold = Hold(Path(sys.argv[1]))\n"
        "subprocess.Popen(['sleep', '1.5'], pass_fds=[hold.descriptor])\n"
        "print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
    holder.stdout.readline()
    began = time.monotonic()
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    Hold(tmp_path).release()
    assert 0.5 < time.monotonic() - began < 15

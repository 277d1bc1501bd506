"""A service as a process: its log, its status, its last words."""

import os
import sys
from pathlib import Path

import pytest

from pipeline.errors import ServiceUnavailable
from pipeline.services.process import Process


def run(tmp_path, code, **options):
    """Run Python code as a service to its end."""
    process = Process("it", [sys.executable, "-c", code], environment=os.environ, log=tmp_path / "it.log", **options)
    process.wait()
    return process


def test_a_service_that_ended_is_told_with_its_last_lines(tmp_path):
    """The error names the service, its status, what it said last, and the file with the rest."""
    process = run(tmp_path, "print('one'); print('two'); raise SystemExit(7)")
    with pytest.raises(ServiceUnavailable, match=r"it ended with status 7; found its last lines:\none\ntwo.*it\.log"):
        process.check()


def test_a_running_service_passes_its_check(tmp_path):
    """A service that runs has no status and nothing to complain about."""
    process = Process("it", ["sleep", "60"], environment=os.environ, log=tmp_path / "it.log")
    process.check()
    assert process.status is None
    process.stop()


def test_only_the_last_lines_are_told(tmp_path):
    """Of a long log only its end is shown."""
    process = run(tmp_path, "for n in range(1000): print('line', n)")
    assert process.said(lines=2) == "line 998\nline 999"


def test_the_log_before_is_kept(tmp_path):
    """Starting again leaves the previous log readable beside the new one."""
    run(tmp_path, "print('first')")
    assert run(tmp_path, "print('second')").said() == "second"
    assert (tmp_path / "it.log.before").read_text() == "first\n"


def test_bytes_that_are_no_text_are_shown(tmp_path):
    """A log may hold anything."""
    process = run(tmp_path, r"import sys; sys.stdout.buffer.write(b'ab\xff\n')")
    assert process.said() == "ab\ufffd"


def test_a_command_that_is_not_there_is_an_ended_service(tmp_path):
    """A program that is missing is told like one that failed."""
    process = Process("it", ["no-such-program"], environment=os.environ, log=Path(tmp_path / "it.log"))
    process.wait()
    with pytest.raises(ServiceUnavailable, match="no-such-program"):
        process.check()

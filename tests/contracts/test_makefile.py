"""The commands of the Makefile, and what CI calls."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TARGETS = ("demo", "story", "test", "check", "oracle", "up", "clean", "lock")


def plan(target, *arguments):
    """What make would do, without doing it."""
    return subprocess.run(
        ["make", "--dry-run", target, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_is_there_and_told(target):
    """make knows the target, and `make help` says what it is for."""
    assert plan(target)
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"make {target} " in told


def test_test_and_check_leave_no_test_out():
    """What `make test` deselects is what `make check` selects."""
    marked = "service or browser or slow"
    assert f'-m "not ({marked})"' in plan("test")
    assert f'-m "{marked}"' in plan("check")


def test_an_old_python_is_refused(tmp_path):
    """A Python before 3.11 is named, with what to do, and nothing is installed."""
    old = tmp_path / "python"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.1"\nexit 1\n')
    old.chmod(0o755)
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("Makefile", "requirements.lock", "setup.cfg", "pyproject.toml"):
        (copy / name).write_bytes((ROOT / name).read_bytes())
    done = subprocess.run(["make", "demo", f"PYTHON={old}"], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode
    assert "needs Python 3.11 or newer, found Python 3.9.1" in done.stdout
    assert not (copy / ".venv").exists()


def test_ci_runs_both():
    """CI runs the tests, then the rest, and stops at the first failure."""
    script = (ROOT / ".ci" / "run").read_text()
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert "set -euo pipefail" in script
    assert script.index("make test") < script.index("make check")

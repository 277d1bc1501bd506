"""The commit the project's files are at, and whether they differ from it."""

from __future__ import annotations

import functools
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Commit:
    """A git commit id ("" outside a repository) and whether the files differ, Python files not tracked yet included."""

    id: str
    dirty: bool


def commit(folder: Path) -> Commit:
    """Read the commit of the repository that holds `folder`.

    `HEADWATER_GIT_COMMIT` answers where the code was installed without its repository. git is
    asked once a process: what runs is what was there when it started.
    """
    known = os.environ.get("HEADWATER_GIT_COMMIT")
    return Commit(known, dirty=False) if known else asked(folder)


@functools.cache
def asked(folder: Path) -> Commit:
    """What git says of the repository that holds `folder`, remembered."""
    try:
        answer = subprocess.run(
            ["git", "status", "--porcelain=v2", "--branch", "--untracked-files=normal"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return Commit("", dirty=False)
    lines = answer.stdout.splitlines() if answer.returncode == 0 else []
    ids = [line.split()[2] for line in lines if line.startswith("# branch.oid")]
    found = ids[0] if ids and ids[0] != "(initial)" else ""
    return Commit(found, dirty=any(line[0] in "12u" or (line[0] == "?" and line.endswith(".py")) for line in lines))

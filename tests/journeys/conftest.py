"""A project folder as a user has one: DAG files, a home of its own, and the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Place:
    """A working directory with `dags` and `.headwater`."""

    folder: Path

    def dag(self, name: str, *edits: tuple[str, str]) -> None:
        """Put a DAG file of the project here, with `edits` made: each text is there, and replaced."""
        text = (ROOT / "dags" / f"{name}.py").read_text()
        for old, new in edits:
            assert old in text, old
            text = text.replace(old, new)
        (self.folder / "dags" / f"{name}.py").write_text(text)

    def headwater(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the command line here; it must end with `code`."""
        done = subprocess.run(
            [sys.executable, "-c", "from pipeline.cli import main; main()", *words],
            cwd=self.folder,
            text=True,
            capture_output=True,
            check=False,
            timeout=280,
            env=self.environment(),
        )
        assert done.returncode == code, f"{words}: exit {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done

    def json(self, *words: str) -> Any:
        """What a command answers with --json."""
        return json.loads(self.headwater(*words, "--json").stdout)

    def environment(self) -> dict[str, str]:
        """The environment of a process here: this project on the path, no settings of anybody else."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HEADWATER", "AIRFLOW"))}
        return {**kept, "PYTHONPATH": str(ROOT), "MPLCONFIGDIR": str(self.folder / "matplotlib")}


def place(folder: Path) -> Place:
    """An empty project folder."""
    (folder / "dags").mkdir(parents=True)
    return Place(folder)


@pytest.fixture
def project(tmp_path: Path) -> Place:
    """An empty project folder, for one test."""
    return place(tmp_path / "project")


@pytest.fixture(scope="module")
def loans(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A project in which the DAG of the mortgage applications has run up to its release, signed by ann."""
    made = place(tmp_path_factory.mktemp("loans") / "project")
    made.dag("loan_approval")
    assert "nobody has signed" in made.headwater("run", "loan_approval", code=1).stderr
    made.headwater("sign", "audit/loan_approval.audit", "--by", "ann")
    made.headwater("run", "loan_approval")
    return made

"""The tree is the diagram: what stands where, how long files are, and what is documented."""

import subprocess
import sys
from pathlib import Path

import pytest

import pipeline

ROOT = Path(__file__).parents[2]
PLANNED = {"README.md", "dags", "pipeline", "lineage", "tests", "docker-compose.yml", "setup.cfg"}
INSISTED = {
    "Makefile",
    "pyproject.toml",
    "requirements.lock",
    "Dockerfile",
    "LICENSE",
    ".gitignore",
    ".ci",
    ".dockerignore",
}
SAYING_NOTHING = {"utils", "util", "helpers", "helper", "common", "base", "manager", "core", "misc"}
SOURCES = sorted(path for folder in ("pipeline", "lineage", "dags") for path in (ROOT / folder).rglob("*.py"))


def tracked():
    """The files that git tracks; none outside a repository."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


def test_the_root_holds_what_was_planned():
    """No other top-level name than the plan's, and those tools insist on."""
    assert {name.partition("/")[0] for name in tracked()} <= PLANNED | INSISTED


def test_names_say_something():
    """No file or folder is called utils, helpers, common, base, manager, core or misc."""
    assert [str(path) for path in SOURCES if SAYING_NOTHING & {path.stem, *path.relative_to(ROOT).parts}] == []


def test_files_are_small():
    """No source file is over 350 lines: a longer one holds a second noun."""
    assert [f"{path.name}: {n}" for path in SOURCES if (n := len(path.read_text().splitlines())) > 350] == []


def test_everything_public_is_documented():
    """Every public module, class and function of the two packages has a docstring."""
    found = subprocess.run(
        [sys.executable, "-m", "interrogate", "-q", "-c", "setup.cfg", "pipeline", "lineage"],
        cwd=ROOT,
        check=False,
        capture_output=True,
    )
    assert found.returncode == 0


def test_the_code_is_clean():
    """flake8 finds nothing."""
    found = subprocess.run(
        [sys.executable, "-m", "flake8", "pipeline", "lineage", "dags", "tests"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout == ""


@pytest.mark.parametrize("name", sorted(pipeline.__all__))
def test_every_public_name_is_there(name):
    """Each name the package offers a DAG file exists, and is documented."""
    assert getattr(pipeline, name).__doc__


def test_the_public_surface_is_pinned():
    """What a DAG file may use changes on purpose only."""
    assert sorted(pipeline.__all__) == [
        "AnsweredBy",
        "AuditPolicy",
        "Borderline",
        "CSV",
        "Candidate",
        "Charter",
        "Compare",
        "Constraint",
        "ErrorAnalysis",
        "Ethics",
        "Expectation",
        "Factor",
        "Fairness",
        "FairnessGate",
        "Fermi",
        "Gate",
        "Harm",
        "JSONLines",
        "LabelRule",
        "LearningCurve",
        "Level",
        "Merge",
        "Milestone",
        "MustBeRight",
        "Parquet",
        "Progress",
        "ReleasePlan",
        "SQL",
        "Slice",
        "SliceSearch",
        "Source",
        "Standardise",
        "Table",
        "Tag",
        "Transform",
        "aggregate",
        "dedupe",
        "explode",
        "link",
        "rowwise",
        "splits",
        "with_parameters",
    ]

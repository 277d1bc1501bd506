"""The lock files hold all that setup.cfg asks for, in versions that it allows, and nothing of anybody's machine."""

import configparser
import re
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = {
    "requirements.lock": ("postgres", "examples", "test", "browser"),
    "requirements-production.lock": ("postgres", "examples", "production"),
}
PYTHONS = ("3.11.7", "3.12.4", "3.13.1")


def asked(extras):
    """What setup.cfg requires, with some extras."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    texts = [setup["options"]["install_requires"], *(setup["options.extras_require"][extra] for extra in extras)]
    return [Requirement(line) for text in texts for line in text.split("\n") if line.strip()]


def locked(name, python):
    """The versions that a lock file gives to one Python on Linux."""
    lines = [line for line in (ROOT / name).read_text().splitlines() if not line.startswith("#")]
    where = {
        **default_environment(),
        "sys_platform": "linux",
        "platform_system": "Linux",
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
    }
    found = [Requirement(line) for line in lines]
    kept = [one for one in found if one.marker is None or one.marker.evaluate(where)]
    return {canonicalize_name(one.name): next(iter(one.specifier)).version for one in kept}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_satisfies_setup_cfg(name, python):
    """Every requirement has one locked version, which it allows, on every Python from 3.11."""
    versions = locked(name, python)
    wrong = [
        str(one)
        for one in asked(LOCKS[name])
        if not one.specifier.contains(versions.get(canonicalize_name(one.name), "0"), prereleases=True)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_names_no_machine(name):
    """No host of an index, no path, no URL: the lock is the same wherever it was made."""
    assert re.findall(r"://|@ |--index|--find-links|\.\./|^/", (ROOT / name).read_text(), re.MULTILINE) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_pins_one_version(name):
    """A line is `name==version`, perhaps with a marker."""
    lines = [line for line in (ROOT / name).read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9.\-]+(\[[a-z,]+\])?==[^\s;]+( ; .+)?", line)] == []


def test_production_runs_what_was_tested():
    """Where both locks hold a distribution, they hold the same version of it."""
    tested, production = (locked(name, "3.11.7") for name in LOCKS)
    shared = tested.keys() & production.keys()
    assert len(shared) > 150
    assert {name: (tested[name], production[name]) for name in shared if tested[name] != production[name]} == {}

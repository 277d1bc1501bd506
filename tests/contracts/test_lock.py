"""The lock files hold all that setup.cfg asks for, in versions that it allows, and nothing of anybody's machine."""

import configparser
import re
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = "requirements.lock"
PYTHONS = ("3.11.7", "3.12.4", "3.13.1")


def asked():
    """What setup.cfg requires, with all extras."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    texts = [setup["options"]["install_requires"], *setup["options.extras_require"].values()]
    return [Requirement(line) for text in texts for line in text.split("\n") if line.strip()]


def locked(python):
    """The versions that a lock file gives to one Python on Linux."""
    lines = [line for line in (ROOT / LOCK).read_text().splitlines() if not line.startswith("#")]
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
def test_the_lock_satisfies_setup_cfg(python):
    """Every requirement has one locked version, which it allows, on every Python from 3.11."""
    versions = locked(python)
    wrong = [
        str(one)
        for one in asked()
        if not one.specifier.contains(versions.get(canonicalize_name(one.name), "0"), prereleases=True)
    ]
    assert wrong == []


def test_the_lock_names_no_machine():
    """No host of an index, no path, no URL: the lock is the same wherever it was made."""
    assert re.findall(r"://|@ |--index|--find-links|\.\./|^/", (ROOT / LOCK).read_text(), re.MULTILINE) == []


def test_every_line_pins_one_version():
    """A line is `name==version`, perhaps with a marker."""
    lines = [line for line in (ROOT / LOCK).read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9.\-]+(\[[a-z,]+\])?==[^\s;]+( ; .+)?", line)] == []

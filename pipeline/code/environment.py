"""The environment code runs in: Python, and every distribution installed beside it."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import os
import platform
import site
import sys
import sysconfig
from pathlib import Path

_IMPORTED_AS = {"sklearn": "scikit_learn", "pipeline": "headwater", "lineage": "headwater"}


@functools.cache
def library_folders() -> tuple[str, ...]:
    """The folders that hold Python's own library and installed distributions, with a separator at the end."""
    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    paths |= {site.getusersitepackages(), *site.getsitepackages(), *(path for path in sys.path if "-packages" in path)}
    return tuple(sorted({str(Path(path).resolve()) + os.sep for path in paths if path}))


@functools.cache
def is_library(file: str) -> bool:
    """Whether `file` belongs to Python or to an installed distribution rather than to the project."""
    return str(Path(file).resolve()).startswith(library_folders())


@functools.cache
def distributions() -> dict[str, str]:
    """Installed distributions and their versions, by normalised name (`scikit_learn`), from folder names alone."""
    found: dict[str, str] = {}
    for folder in sys.path:
        try:
            names = [entry.name for entry in os.scandir(folder or ".") if entry.name.endswith(".dist-info")]
        except OSError:
            continue
        for name in names:
            distribution, _, version = name.removesuffix(".dist-info").rpartition("-")
            found.setdefault(_normal(distribution), version)
    return dict(sorted(found.items()))


@functools.cache
def version_of(package: str) -> str:
    """`name==version` of the distribution that provides the import `package`; the bare name if none does."""
    known = distributions()
    for name in (_IMPORTED_AS.get(package, package), package):
        if _normal(name) in known:
            return f"{_normal(name)}=={known[_normal(name)]}"
    providers = importlib.metadata.packages_distributions().get(package, [])
    return ",".join(f"{_normal(name)}=={known.get(_normal(name), '')}" for name in sorted(set(providers))) or package


def python() -> str:
    """The interpreter: implementation and version to the minor number, as bytecode depends on it."""
    return f"{platform.python_implementation()} {sys.version_info.major}.{sys.version_info.minor}"


def listing() -> dict[str, object]:
    """The whole environment as JSON: interpreter and distributions."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "distributions": distributions(),
    }


@functools.cache
def fingerprint() -> str:
    """A digest of the listing: equal environments, equal fingerprints."""
    return hashlib.sha256(json.dumps(listing(), sort_keys=True).encode()).hexdigest()[:32]


def _normal(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")

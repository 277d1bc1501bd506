"""The source of a function and of every project file it reaches: kept with what it made, loaded again anywhere.

A bundle is readable text, not a pickle: an auditor can read what ran, and a server or a rebuild
years later runs the same lines whatever has become of the project's files.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.code.environment import is_library
from pipeline.code.git import Commit
from pipeline.code.own_modules import OwnModules, modules_of
from pipeline.code.reach import Reach, source_file
from pipeline.errors import Misuse


def bundle(function: Callable[..., Any], reached: Reach) -> dict[str, Any]:
    """Collect the source text of `function` and of the project files it reaches, as a JSON value.

    Raises `Misuse` where the function cannot be found again by name (a lambda, a function made
    inside another).
    """
    file = _place(source_file(function))
    name = getattr(function, "__qualname__", repr(function))
    if "<" in name or _text(file) is None:
        raise Misuse(
            f"step function {name} cannot be found again by name",
            expected="a function at the top level of a file",
            next_step="Move it there and bind values with with_parameters(...).",
        )
    files = _with_imports({_place(path) for path in reached.files | {str(file)} if _belongs(path, to=file)})
    root = _root(files)
    texts = {str(path.relative_to(root)): _text(path) for path in sorted(files)}
    return {"file": str(file.relative_to(root)), "function": name, "files": texts}


def load(bundled: dict[str, Any], *, commit: Commit | None = None) -> Callable[..., Any]:
    """Give back the function of a bundle, from its kept text alone; for a DAG's function, the DAG.

    Project modules it imports come from the bundle, not from the working directory. Loading the
    same bundle twice gives the same function. `commit` is what its files were at, where that is known.
    """
    own, found = _loaded(json.dumps(bundled, sort_keys=True))
    own.commit = commit or own.commit
    return found


@functools.cache
def is_project_source(path: str | Path) -> bool:
    """Whether a file is the user's, on disk or kept in a bundle: neither a library's nor the framework's own."""
    if modules_of(path):
        return _text(Path(path)) is not None
    framework = Path(__file__).resolve().parents[2]
    own = [framework / "pipeline", framework / "lineage"]
    return (
        Path(path).is_file()
        and not is_library(str(path))
        and not any(Path(path).resolve().is_relative_to(folder) for folder in own)
    )


@functools.lru_cache(maxsize=256)
def _loaded(text: str) -> tuple[OwnModules, Any]:
    bundled = json.loads(text)
    own = OwnModules(f"headwater_bundle_{hashlib.sha256(text.encode()).hexdigest()[:16]}", bundled["files"])
    found: Any = own.module(bundled["file"].removesuffix(".py").replace("/", "."))
    for part in bundled["function"].split("."):
        found = getattr(found, part)
    return own, found


def _place(path: str) -> Path:
    """Where a file is: its whole path on disk, or its name in a bundle."""
    return Path(path) if modules_of(path) else Path(path).resolve()


def _text(path: Path) -> str | None:
    """The text of a file on disk or in a bundle; None where there is no such file."""
    if own := modules_of(path):
        return own.text(path)
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _belongs(path: str, *, to: Path) -> bool:
    """Whether a file can be kept beside the file `to`: the user's, and of the same bundle if that is in one."""
    return is_project_source(path) and modules_of(path) is modules_of(to)


def _with_imports(files: set[Path]) -> set[Path]:
    """Add the project modules that the files import at their top, without which they could not be loaded."""
    found: set[Path] = set()
    waiting = set(files)
    while waiting:
        path = waiting.pop()
        found.add(path)
        changed_ns = 0 if modules_of(path) else path.stat().st_mtime_ns
        waiting |= {each for each in _imports(path, changed_ns) if each not in found}
    return found


@functools.lru_cache(maxsize=1024)
def _imports(path: Path, changed_ns: int) -> frozenset[Path]:
    """The project files that `path` imports at its top, as it was when it last changed."""
    names: set[str] = set()
    for node in ast.parse(_text(path) or "").body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    if own := modules_of(path):
        places = [own.file(dotted) for name in names if (dotted := own.find(name))]
    else:
        loaded = [sys.modules[name] for name in names if name in sys.modules]
        places = [module.__file__ for module in loaded if getattr(module, "__file__", None)]
    return frozenset(_place(place) for place in places if is_project_source(place))


def _root(files: set[Path]) -> Path:
    """The folder that paths in the bundle are relative to: the lowest one holding all files and their packages."""
    folders = []
    for path in files:
        folder = path.parent
        while _text(folder / "__init__.py") is not None:
            folder = folder.parent
        folders.append(folder)
    common = Path(folders[0])
    while not all(folder.is_relative_to(common) for folder in folders):
        common = common.parent
    return common

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
from pipeline.code.own_modules import OwnModules
from pipeline.code.reach import Reach, source_file
from pipeline.errors import Misuse


def bundle(function: Callable[..., Any], reached: Reach) -> dict[str, Any]:
    """Collect the source text of `function` and of the project files it reaches, as a JSON value.

    Raises `Misuse` where the function cannot be found again by name (a lambda, a function made
    inside another).
    """
    file = Path(source_file(function))
    name = getattr(function, "__qualname__", repr(function))
    if "<" in name or not file.is_file():
        raise Misuse(
            f"step function {name} cannot be found again by name",
            expected="a function at the top level of a file",
            next_step="Move it there and bind values with with_parameters(...).",
        )
    files = _with_imports({Path(path).resolve() for path in reached.files | {str(file)} if is_project_source(path)})
    root = _root(files)
    texts = {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in sorted(files)}
    return {"file": str(file.resolve().relative_to(root)), "function": name, "files": texts}


def load(bundled: dict[str, Any]) -> Callable[..., Any]:
    """Give back the function of a bundle, from its kept text alone.

    Project modules it imports come from the bundle, not from the working directory. Loading the
    same bundle twice gives the same function.
    """
    return _loaded(json.dumps(bundled, sort_keys=True))


@functools.cache
def is_project_source(path: str | Path) -> bool:
    """Whether a file is the user's: neither a library's nor the framework's own."""
    framework = Path(__file__).resolve().parents[2]
    own = [framework / "pipeline", framework / "lineage"]
    return (
        Path(path).is_file()
        and not is_library(str(path))
        and not any(Path(path).resolve().is_relative_to(folder) for folder in own)
    )


@functools.lru_cache(maxsize=256)
def _loaded(text: str) -> Callable[..., Any]:
    bundled = json.loads(text)
    own = OwnModules(f"headwater_bundle_{hashlib.sha256(text.encode()).hexdigest()[:16]}", bundled["files"])
    found: Any = own.module(bundled["file"].removesuffix(".py").replace("/", "."))
    for part in bundled["function"].split("."):
        found = getattr(found, part)
    return found


def _with_imports(files: set[Path]) -> set[Path]:
    """Add the project modules that the files import at their top, without which they could not be loaded."""
    found: set[Path] = set()
    waiting = set(files)
    while waiting:
        path = waiting.pop()
        found.add(path)
        waiting |= {each for each in _imports(path, path.stat().st_mtime_ns) if each not in found}
    return found


@functools.lru_cache(maxsize=1024)
def _imports(path: Path, changed_ns: int) -> frozenset[Path]:
    """The project files that `path` imports at its top, as it was when it last changed."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    loaded = [sys.modules[name] for name in names if name in sys.modules]
    places = [module.__file__ for module in loaded if getattr(module, "__file__", None)]
    return frozenset(Path(place).resolve() for place in places if is_project_source(place))


def _root(files: set[Path]) -> Path:
    """The folder that paths in the bundle are relative to: the lowest one holding all files and their packages."""
    folders = []
    for path in files:
        folder = path.parent
        while (folder / "__init__.py").exists():
            folder = folder.parent
        folders.append(folder)
    common = Path(folders[0])
    while not all(folder.is_relative_to(common) for folder in folders):
        common = common.parent
    return common

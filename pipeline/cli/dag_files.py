"""The DAG files of an installation: finding a DAG by name, and reading the file it stands in."""

from __future__ import annotations

import importlib.util
import re
import sys
import traceback
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pipeline.airflow import Dag
from pipeline.artifacts.source import Source
from pipeline.chain import Work, listed
from pipeline.errors import DagBroken, Misuse
from pipeline.settings import masked

_ABOUT = "pipeline"


@dataclass(frozen=True, slots=True)
class Found:
    """One DAG and the file it stands in; or a file that cannot be read, and why."""

    file: Path
    dag: Dag | None = None
    trouble: DagBroken | None = None


def find_dag(folder: Path, name: str) -> Dag:
    """Find the DAG called `name`, reading only files that could hold it.

    Raises:
        Misuse: no DAG has that name, or two files define it.
        DagBroken: the only file that could define it cannot be read.
    """
    defines = re.compile(rf"^\s*(async\s+)?def\s+{re.escape(name)}\b", re.MULTILINE)
    likely = [path for path in _files(folder) if defines.search(_text(path))]
    read = [found for path in likely for found in read_file(path)]
    fitting = [found for found in read if found.dag and found.dag.name == name]
    if len(fitting) > 1:
        raise Misuse(
            f"two DAGs are called {name}",
            examples=[found.file for found in fitting],
            next_step="Give one of the functions another name.",
        )
    if fitting and fitting[0].dag:
        return fitting[0].dag
    if troubled := next((found.trouble for found in read if found.trouble), None):
        raise troubled
    return _elsewhere(folder, name)


def all_dags(folder: Path) -> list[Found]:
    """Read every DAG file of a folder: its DAGs by name, and the files that cannot be read last.

    Raises:
        Misuse: there is no such folder.
    """
    found = [one for path in _files(folder) for one in read_file(path)]
    return sorted(found, key=lambda one: (one.dag is None, one.dag.name if one.dag else "", str(one.file)))


def declared_source(folder: Path, name: str) -> Source | None:
    """Find the source called `name` as a DAG takes it in; None where none does.

    What a file that cannot be read, or a DAG whose body fails, takes in is not known: a warning names each of them.

    Raises:
        Misuse: there is no such folder.
    """
    declared = [work.declared.get("source") for found in all_dags(folder) for work in _works(found)]
    return next((one for one in declared if one is not None and one.name == name), None)


def _works(found: Found) -> Iterable[Work]:
    """What a DAG chains; nothing, and a warning, where that cannot be told."""
    try:
        if found.dag:
            return chained(found.dag).values()
        trouble = found.trouble
    except DagBroken as error:
        trouble = error
    warnings.warn(f"{trouble}. What it takes in is not known.", UserWarning, stacklevel=3)
    return ()


def chained(dag: Dag) -> dict[str, Work]:
    """List what a DAG of a file chains, by name of task; nothing is run.

    Raises:
        DagBroken: its body fails.
    """
    try:
        return listed(dag.function)
    except (Exception, SystemExit) as error:
        raise broken_body(dag, error) from error


def read_file(path: Path) -> list[Found]:
    """Read one file: the DAGs that it defines itself, or why it cannot be read."""
    try:
        module = _module(path)
    except DagBroken as trouble:
        return [Found(path, trouble=trouble)]
    dags = {id(value): value for value in vars(module).values() if isinstance(value, Dag)}
    return [Found(path, one) for one in dags.values() if one.function.__module__ == module.__name__]


def _module(path: Path) -> object:
    """Run a DAG file as a module. Files beside it can be imported, as under Airflow."""
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    spec = importlib.util.spec_from_file_location(f"headwater_dag_{path.stem}", path)
    if spec is None:
        raise DagBroken(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    try:
        code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        exec(code, vars(module))  # compiled anew each time: bytecode kept from an edit in the same second is stale
    except (Exception, SystemExit) as error:
        del sys.modules[module.__name__]
        raise _broken(path, error, what=f"the DAG file {path.name} cannot be read") from error
    return module


def broken_body(dag: Dag, error: BaseException) -> DagBroken:
    """Say what went wrong in the body of a DAG, and in which line of its file."""
    path = Path(dag.function.__code__.co_filename)
    return _broken(path, error, what=f"the body of DAG {dag.name}, in {path.name}, fails")


def _broken(path: Path, error: BaseException, *, what: str) -> DagBroken:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    line, text = (lines or [1])[-1], str(error)
    if isinstance(error, SyntaxError) and error.filename == str(path):
        line, text = error.lineno, error.msg
    return DagBroken(what, found=masked(f"{type(error).__name__} at {path}:{line}: {text}"))


def _files(folder: Path) -> Iterator[Path]:
    """Files that speak of our package, in the order of their names; hidden folders are left out."""
    if not folder.is_dir():
        raise Misuse(f"there is no folder {folder}", expected="a folder of DAG files", next_step="See HEADWATER_DAGS.")
    for path in sorted(folder.rglob("*.py")):
        folders = path.relative_to(folder).parts[:-1]
        if not any(name.startswith((".", "__")) for name in folders) and _ABOUT in _text(path):
            yield path


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _elsewhere(folder: Path, name: str) -> Dag:
    """A DAG whose function got its name otherwise than by `def`, found by reading every file."""
    by_name = {found.dag.name: found.dag for found in all_dags(folder) if found.dag}
    if name not in by_name:
        raise _unknown(folder, name, names=list(by_name))
    return by_name[name]


def _unknown(folder: Path, name: str, *, names: list[str]) -> Misuse:
    near = get_close_matches(name, names, n=3) or get_close_matches(name.lower(), names, n=3, cutoff=0.4)
    return Misuse(
        f"there is no DAG {name!r} in {folder}",
        expected=f"one of {', '.join(names)}" if names else "a file with a function marked @dag",
        next_step=f"Did you mean {' or '.join(near)}?" if near else "",
    )

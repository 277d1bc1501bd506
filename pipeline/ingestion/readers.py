"""How a source's rows are read, as declared in a DAG file: values with a readable, stable `repr`.

A path that is a glob makes every file a partition of its own; `partitions` names them instead, and
each of those paths may be a glob too. With `package` a path lies inside an installed Python
package, which is found and not imported.
"""

from __future__ import annotations

import dataclasses
import glob
import importlib.util
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import Misuse, SourceRejected
from pipeline.settings import masked

COMPRESSIONS = ("infer", "none", "gz", "bz2", "xz", "zip")
WHOLE = "whole"

_MAGIC = re.compile(r"[*?\[]")
_UNUSABLE = re.compile(r"[^A-Za-z0-9_.=-]")


class _Declared:
    """A value that shows only what differs from its defaults, functions by name, passwords masked."""

    def __repr__(self) -> str:
        entries = [(entry, getattr(self, entry.name)) for entry in dataclasses.fields(self)]
        shown = [f"{entry.name}={_shown(value)}" for entry, value in entries if value not in (entry.default, {})]
        return f"{type(self).__name__}({', '.join(shown)})"


def _shown(value: Any) -> str:
    if callable(value):
        return f"{value.__module__}:{value.__qualname__}"
    return masked(repr(value))


@dataclass(frozen=True, repr=False, kw_only=True)
class Files(_Declared):
    """Rows in files: one, those of a glob, or named partitions.

    With `ids`, a column `row` holds the ids of rows that are known already, as in a corrected file.
    """

    path: str = field(default="", kw_only=False)
    package: str | None = None
    partitions: Mapping[str, str] = field(default_factory=dict, hash=False)
    ids: bool = False

    def __post_init__(self) -> None:
        if bool(self.path) == bool(self.partitions):
            raise Misuse(f"{type(self).__name__} reads either a path or named partitions", found=repr(self))
        if wrong := [name for name in self.partitions if _UNUSABLE.search(name) or name == WHOLE]:
            raise Misuse("partitions have unusable names", expected="letters, digits, . _ = -", examples=wrong)

    @property
    def is_partitioned(self) -> bool:
        """Whether the rows come in parts that are read by themselves; no file is looked at."""
        return bool(self.partitions) or bool(_MAGIC.search(self.path))

    def files(self) -> dict[str, tuple[Path, ...]]:
        """Find the files of every partition, in order of name; a single file is the partition `whole`.

        Raises:
            SourceRejected: a path leads to no file, or the package is not installed.
        """
        if not self.is_partitioned:
            return {WHOLE: self._found(self.path)}
        if self.partitions:
            return {name: self._found(path) for name, path in self.partitions.items()}
        found = self._found(self.path)
        root = os.path.commonpath([path.parent for path in found])
        return {_UNUSABLE.sub("-", str(path.relative_to(root))): (path,) for path in found}

    def _found(self, path: str) -> tuple[Path, ...]:
        pattern = str(self._root() / path)
        matches = glob.glob(pattern, recursive=True) if _MAGIC.search(path) else [pattern]
        if files := tuple(sorted(Path(match) for match in matches if os.path.isfile(match))):
            return files
        raise SourceRejected(
            f"{path} is no file" + (f" of package {self.package}" if self.package else f" below {Path.cwd()}"),
            expected="a readable file",
            next_step="Relative paths start at the working directory; see where the command was started.",
        )

    def _root(self) -> Path:
        if self.package is None:
            return Path()
        found = importlib.util.find_spec(self.package)
        if found is None or not found.submodule_search_locations:
            raise SourceRejected(
                f"package {self.package} is not installed", next_step=f"Try: pip install {self.package}"
            )
        return Path(found.submodule_search_locations[0])


@dataclass(frozen=True, repr=False, kw_only=True)
class CSV(Files):
    """Text with one row a line and the columns' names in the first, perhaps compressed.

    `separator` is one character; `columns` gives the names where the file has no such line. A blank
    cell is null, quoted or not.
    """

    separator: str = ","
    encoding: str = "utf-8"
    compression: str = "infer"
    columns: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        Files.__post_init__(self)
        if len(self.separator) != 1:
            raise Misuse(f"CSV separator {self.separator!r}", expected="one character")
        _refuse_compression(self.compression)


@dataclass(frozen=True, repr=False, kw_only=True)
class JSONLines(Files):
    """One JSON object a line, perhaps compressed; a name that an object lacks is null there."""

    encoding: str = "utf-8"
    compression: str = "infer"

    def __post_init__(self) -> None:
        Files.__post_init__(self)
        _refuse_compression(self.compression)


@dataclass(frozen=True, repr=False, kw_only=True)
class Parquet(Files):
    """Parquet files."""


@dataclass(frozen=True, repr=False, kw_only=True)
class SQL(_Declared):
    """The rows a query gives, through SQLAlchemy.

    `url` may be left to the environment variable `url_env`, which keeps the password out of the DAG
    file. `partitions` names several queries instead of one. Every DAG run asks again.
    """

    url: str = field(default="", kw_only=False, metadata={"secret": True})
    query: str = field(default="", kw_only=False)
    url_env: str = ""
    partitions: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if bool(self.url) == bool(self.url_env) or bool(self.query) == bool(self.partitions):
            raise Misuse("SQL takes one of url and url_env, and one of query and partitions", found=repr(self))

    @property
    def is_partitioned(self) -> bool:
        """Whether there are several named queries."""
        return bool(self.partitions)

    def queries(self) -> dict[str, str]:
        """Give the query of every partition; a single one is that of the partition `whole`."""
        return dict(self.partitions) or {WHOLE: self.query}


@dataclass(frozen=True, repr=False, kw_only=True)
class Table(_Declared):
    """The DataFrame a function gives; its index is left out. Every DAG run calls it again.

    With `partitions` it is called with each of these names.
    """

    function: Callable[..., Any] = field(kw_only=False)
    partitions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise Misuse("Table reads by a function", found=repr(self.function))

    @property
    def is_partitioned(self) -> bool:
        """Whether the function gives several named parts."""
        return bool(self.partitions)


def _refuse_compression(compression: str) -> None:
    if compression not in COMPRESSIONS:
        raise Misuse(f"compression {compression!r}", expected="one of " + ", ".join(COMPRESSIONS))

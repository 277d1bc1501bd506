"""How a source's rows are read, as declared in a DAG file: values with a readable, stable `repr`.

A path may be a glob, then every file is a partition of its own; `partitions` names them instead.
With `package` the path lies inside an installed Python package, which is not imported.
"""

from __future__ import annotations

import dataclasses
import glob
import importlib.util
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import Misuse, SourceRejected
from pipeline.settings import masked

COMPRESSIONS = ("infer", "none", "gzip", "bz2", "xz", "zip")
_MAGIC = re.compile(r"[*?\[]")


class _Declared:
    """A frozen value that shows only what differs from its defaults."""

    def __repr__(self) -> str:
        shown = []
        for entry in dataclasses.fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value = getattr(self, entry.name)
            if value not in (entry.default, {}, None):
                shown.append(f"{entry.name}={self._shown(value)}")
        return f"{type(self).__name__}({', '.join(shown)})"

    @staticmethod
    def _shown(value: Any) -> str:
        return f"{value.__module__}:{value.__qualname__}" if callable(value) else masked(repr(value))


@dataclass(frozen=True, repr=False)
class _Files(_Declared):
    path: str = ""
    _: KW_ONLY
    package: str | None = None
    partitions_: Mapping[str, str] = field(default_factory=dict, hash=False)

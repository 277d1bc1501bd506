"""Modules made of kept source text, which import one another and are seen by nobody else.

Two versions of a project's module can so live in one process, in any number of threads: what a
kept file imports, at its top or while it runs, is looked for among the kept files first. A kept file
is known by a name no file on disk has, `<bundle>/steps.py`, which tracebacks and `__file__` show.
"""

from __future__ import annotations

import builtins
import linecache
import sys
import threading
import types
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.code.git import Commit

_KNOWN: dict[str, OwnModules] = {}


def modules_of(file: object) -> OwnModules | None:
    """The kept modules that a file of this name belongs to; None for a file on disk."""
    folder, slash, _ = str(file).partition(">/")
    return _KNOWN.get(folder[1:]) if slash and folder.startswith("<") else None


class OwnModules:
    """The modules of one bundle. `files` maps relative paths to source text; they were at `commit`."""

    def __init__(self, name: str, files: Mapping[str, str]) -> None:
        self.name, self.commit = name, Commit("", dirty=False)
        _KNOWN[name] = self
        self._texts = {_dotted(path): (path, text) for path, text in files.items()}
        self._packages = {dotted.rpartition(".")[0] for dotted in self._texts if "." in dotted}
        self._roots = {path.rpartition("/")[0].replace("/", ".") for path in files}
        self._modules: dict[str, types.ModuleType] = {}
        self._loading = threading.RLock()

    def module(self, dotted: str) -> types.ModuleType:
        """The module of that dotted path, run once."""
        with self._loading:
            if dotted not in self._modules:
                self._modules[dotted] = self._run(dotted)
            return self._modules[dotted]

    def find(self, dotted: str, package: str = "") -> str | None:
        """The dotted path among the kept files that `dotted` means, as code of `package` says it; None if none."""
        return self._found(dotted, {"__package__": package}, 0) or self._found(dotted, {"__package__": package}, 1)

    def file(self, dotted: str) -> str:
        """The name that the file of a module goes by."""
        return f"<{self.name}>/{self._texts.get(dotted, ('', ''))[0]}"

    def text(self, file: object) -> str | None:
        """The kept text of a file by that name; None if it is not kept."""
        path = str(file).partition(">/")[2]
        known = self._texts.get(_dotted(path), ("", ""))
        return known[1] if path and known[0] == path else None

    def _run(self, dotted: str) -> types.ModuleType:
        path, text = self._texts.get(dotted, ("", ""))
        module = types.ModuleType(f"{self.name}.{dotted}")
        file = self.file(dotted)
        is_package = path.endswith("__init__.py") or not path
        own = {**vars(builtins), "__import__": self._import}
        module.__dict__.update(
            __builtins__=own, __file__=file, __package__=dotted if is_package else dotted.rpartition(".")[0]
        )
        if is_package:
            module.__path__ = []
        self._modules[dotted] = module
        sys.modules[module.__name__] = module
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        try:
            exec(compile(text, file, "exec", dont_inherit=True), module.__dict__)
        except BaseException:
            del self._modules[dotted], sys.modules[module.__name__]
            raise
        return module

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> types.ModuleType:
        dotted = self._found(name, globals or {}, level)
        if dotted is None:
            return builtins.__import__(name, globals, locals, fromlist, level)
        module = self._with_parents(dotted)
        for part in fromlist or ():
            if not hasattr(module, part) and self._is_own(f"{dotted}.{part}"):
                setattr(module, part, self.module(f"{dotted}.{part}"))
        top = dotted.removesuffix(f".{name.partition('.')[2]}") if "." in name else dotted
        return module if fromlist or level else self.module(top)

    def _with_parents(self, dotted: str) -> types.ModuleType:
        parent, _, name = dotted.rpartition(".")
        module = self.module(dotted)
        if parent and self._is_own(parent):
            setattr(self._with_parents(parent), name, module)
        return module

    def _found(self, name: str, space: Mapping[str, Any], level: int) -> str | None:
        """The dotted path among the kept files that an import statement means, or None."""
        if level:
            package = str(space.get("__package__") or "").split(".")
            names = [".".join(filter(None, [*package[: len(package) - level + 1], name]))]
        else:
            names = [name, *(f"{root}.{name}" for root in sorted(self._roots) if root)]
        return next((each for each in names if self._is_own(each)), None)

    def _is_own(self, dotted: str) -> bool:
        return dotted in self._texts or dotted in self._packages


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

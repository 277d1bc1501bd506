"""Data libraries that a DAG file imports, loaded when first used and not before.

A DAG file says `import pandas as pd` on its first line, and pandas takes longer to load than a
whole run in which nothing had changed. Until its first attribute is asked for, a deferred module
is an empty one that knows its name and place.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
import threading
import types
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

LIBRARIES = ("numpy", "pandas", "pyarrow")
"""What is deferred, unless it is loaded already."""

_loading = threading.RLock()


class Deferred(types.ModuleType):
    """A module that loads itself when anything but its name and place is asked for."""

    __module__ = property(lambda self: self.__getattr__("__module__"))

    def __init__(self, spec: ModuleSpec) -> None:
        super().__init__(spec.name)
        self.__spec__, self.__loader__ = spec, spec.loader
        self.__file__, self.__package__ = spec.origin, spec.parent
        self.__path__ = spec.submodule_search_locations

    def __getattr__(self, name: str) -> Any:
        if name in ("__module__", "__qualname__"):  # no module has them, and code digests look
            raise AttributeError(name)
        _load(self)
        return getattr(self, name)

    def __dir__(self) -> list[str]:
        _load(self)
        return dir(self)


class _Parents(MetaPathFinder):
    """Loads a deferred package before the first of its modules, which it may thereby have loaded already."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        parent = sys.modules.get(fullname.partition(".")[0])
        if type(parent) is not Deferred:
            return None
        _load(parent)
        loaded = sys.modules.pop(fullname, None)
        return None if loaded is None else ModuleSpec(fullname, _Loaded(loaded))


class _Loaded(Loader):
    """Gives a module that is loaded already, as it is."""

    def __init__(self, module: types.ModuleType) -> None:
        self.module, self.spec = module, module.__spec__

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return self.module

    def exec_module(self, module: types.ModuleType) -> None:
        module.__spec__ = self.spec


def defer(libraries: tuple[str, ...] = LIBRARIES) -> None:
    """Let the next import of each library cost nothing until it is used. One that is loaded stays as it is."""
    if not any(isinstance(finder, _Parents) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Parents())
    for name in libraries:
        if name not in sys.modules and (spec := importlib.util.find_spec(name)) is not None:
            sys.modules[name] = Deferred(spec)


def compiled(path: Path) -> types.CodeType:
    """Compile a file so that it runs as it would, but that annotations of its functions stay text.

    Evaluating `frame: pd.DataFrame` would load pandas. The code of the functions themselves, and so
    its digest, is the same.

    Raises:
        SyntaxError: the file is no Python.
        UnicodeDecodeError: the file is not in the encoding it declares.
        OSError: the file cannot be read.
    """
    tree = ast.parse(path.read_bytes(), filename=str(path))
    _quote(tree.body)
    return compile(tree, str(path), "exec", dont_inherit=True)


def _load(module: Deferred) -> None:
    """Load a module in its own place, so that whoever imported it has it."""
    with _loading:
        if type(module) is not Deferred:
            return
        module.__class__ = types.ModuleType
        spec = module.__spec__
        try:
            spec.loader.exec_module(module)
        except BaseException:
            sys.modules.pop(spec.name, None)
            raise


def _quote(body: list[ast.stmt]) -> None:
    """Turn annotations of the functions of a module or a class into text; what is inside functions stays."""
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            given = statement.args
            known = (given.vararg, given.kwarg, *given.posonlyargs, *given.args, *given.kwonlyargs)
            for argument in filter(None, known):
                argument.annotation = _text(argument.annotation)
            statement.returns = _text(statement.returns)
        elif isinstance(statement, ast.ClassDef):
            _quote(statement.body)


def _text(annotation: ast.expr | None) -> ast.expr | None:
    return None if annotation is None else ast.copy_location(ast.Constant(ast.unparse(annotation)), annotation)

"""All the code a function reaches: other functions, classes and modules of the project, values, libraries.

The walk follows the names that compiled code uses, through the module it was defined in. What runs
is compared, not its text: a comment or a moved line changes nothing. No module's name is part of
the digest, since Airflow loads a DAG file under a name of its own; files are told by their stem.
"""

from __future__ import annotations

import dis
import functools
import hashlib
import importlib
import importlib.util
import inspect
import sys
import types
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.code import environment
from pipeline.code.clock import called_clock, clock_reads, nested
from pipeline.code.own_modules import modules_of
from pipeline.code.value import text_of

_FRAMEWORK = str(Path(__file__).resolve().parents[1])
_BY_NAME = {"getattr", "import_module", "__import__", "eval", "exec", "globals", "vars"}


@dataclass(slots=True)
class Reach:
    """What a function stands on.

    `digest` covers it all; `files` are the project's source files reached; `libraries` the
    distributions with their versions; `clock` names what reads the time; `unknown` says what
    could not be described (such a step is never reused).
    """

    digest: str = ""
    files: set[str] = field(default_factory=set)
    libraries: set[str] = field(default_factory=set)
    clock: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)


class _Walk:
    def __init__(self) -> None:
        self.reach = Reach()
        self.seen: dict[int, str] = {}
        self.kept: list[object] = []
        self.parts: dict[str, str] = {}
        self.used: dict[str, set[str]] = {}

    def visit(self, value: object) -> str | None:
        """Describe a function, class or module and take in all it reaches; None for any other value."""
        if isinstance(value, functools.partial):
            return f"partial{[self.value(v) for v in (value.func, value.args, value.keywords)]}"
        if isinstance(value, types.MethodType):
            return f"method{[self.value(v) for v in (value.__func__, value.__self__)]}"
        if not isinstance(value, (types.FunctionType, types.BuiltinFunctionType, type, types.ModuleType)):
            return None
        if id(value) in self.seen:
            return self.seen[id(value)]
        self.kept.append(value)
        self.seen[id(value)] = name = f"{_stem(value)}:{getattr(value, '__qualname__', '')}"
        if not _in_project(value):
            self.distribution(value)
        elif isinstance(value, types.FunctionType):
            self.part(name, self.function(value))
        elif isinstance(value, type):
            self.part(name, self.class_(value))
        return name

    def part(self, name: str, text: str) -> None:
        self.parts[name] = self.parts.get(name, "") + text

    def value(self, value: object) -> str:
        try:
            return text_of(value, walk=self.visit)
        except TypeError as error:
            self.reach.unknown.add(str(error))
            return "unknown"

    def distribution(self, value: object) -> None:
        module = value if isinstance(value, types.ModuleType) else sys.modules.get(value.__module__ or "")
        top = (getattr(module, "__name__", "") or "").partition(".")[0]
        file = getattr(sys.modules.get(top), "__file__", None)
        if file and "-packages" in file:
            self.reach.libraries.add(environment.version_of(top))

    def function(self, function: types.FunctionType) -> str:
        self.reach.files.add(function.__globals__.get("__file__") or function.__code__.co_filename)
        cells = [self.value(cell.cell_contents) for cell in function.__closure__ or () if _filled(cell)]
        defaults = [self.value(v) for v in (function.__defaults__, function.__kwdefaults__)]
        self.names(function.__code__, function.__globals__)
        return f"{_code(function.__code__)}{cells}{defaults}"

    def class_(self, cls: type) -> str:
        members = {}
        for name, member in vars(cls).items():
            if name.startswith("__") and name not in ("__init__", "__call__", "__post_init__"):
                continue
            inner = getattr(member, "__func__", None) or getattr(member, "fget", None) or member
            inner = inner.func if isinstance(inner, functools.cached_property) else inner
            members[name] = self.visit(inner) if callable(inner) else self.quietly(inner)
        return f"{sorted(members.items(), key=lambda item: item[0])}{[self.visit(base) for base in cls.__bases__]}"

    def quietly(self, member: object) -> str:
        if type(member).__name__ in ("member_descriptor", "getset_descriptor", "_abc_data"):
            return type(member).__name__
        return self.value(member)

    def names(self, code: types.CodeType, space: dict[str, object]) -> None:
        used = _names(code)
        self.reach.clock |= clock_reads(code, space)
        for name in sorted(used & space.keys()):
            self.named(name, space[name], used)
        for module in _imports(code, space):
            if isinstance(module, types.ModuleType):
                self.named(module.__name__, module, used)
            elif module not in sys.stdlib_module_names:
                self.reach.libraries.add(environment.version_of(module))

    def named(self, name: str, value: object, used: set[str]) -> None:
        if called_clock(value):
            self.reach.clock.add(name)
        if isinstance(value, types.ModuleType) and _in_project(value):
            self.module(value, used)
        else:
            self.part(f"name {name}", self.value(value))

    def module(self, module: types.ModuleType, used: set[str]) -> None:
        before = self.used.setdefault(module.__name__, set())
        new = (used & vars(module).keys()) - before
        before |= new
        self.reach.files.add(module.__file__)
        if used & _BY_NAME:
            self.part(f"file {_stem(module)}", _text(module.__file__))
        for name in sorted(new):
            self.named(f"{_stem(module)}.{name}", vars(module)[name], used)


def reach(function: object) -> Reach:
    """Walk from `function` (or any value that holds functions) and digest everything it reaches.

    The framework's own functions do not change while a process runs, so they are walked once.
    """
    if isinstance(function, types.FunctionType) and (_file(function) or "").startswith(_FRAMEWORK):
        return _reach_once(function)
    return _reach(function)


@functools.lru_cache(maxsize=1024)
def _reach_once(function: types.FunctionType) -> Reach:
    return _reach(function)


def _reach(function: object) -> Reach:
    walk = _Walk()
    start = walk.value(function)
    text = repr((start, sorted(walk.parts.items()), sorted(walk.reach.libraries), environment.python()))
    walk.reach.digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return walk.reach


def _filled(cell: types.CellType) -> bool:
    try:
        cell.cell_contents
    except ValueError:
        return False
    return True


def _file(value: object) -> str | None:
    if isinstance(value, types.FunctionType):
        return value.__globals__.get("__file__") or value.__code__.co_filename
    if isinstance(value, types.ModuleType):
        return getattr(value, "__file__", None)
    return getattr(sys.modules.get(getattr(value, "__module__", None) or ""), "__file__", None)


def _in_project(value: object) -> bool:
    file = _file(value)
    return bool(file) and not isinstance(value, types.BuiltinFunctionType) and not environment.is_library(file)


def _stem(value: object) -> str:
    file = _file(value)
    if file and _in_project(value):
        return Path(file).parent.name if Path(file).stem == "__init__" else Path(file).stem
    return getattr(value, "__module__", None) or getattr(value, "__name__", "")


def _text(file: str) -> str:
    own = modules_of(file)
    return (own.text(file) or "") if own else Path(file).read_text(encoding="utf-8")


def _names(code: types.CodeType) -> set[str]:
    return {name for each in nested(code) for name in each.co_names}


def _code(code: types.CodeType) -> str:
    constants = [_code(c) if isinstance(c, types.CodeType) else _constant(c) for c in code.co_consts]
    shape = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags & 0x2F)
    return repr((code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars, shape))


def _constant(value: object) -> str:
    if isinstance(value, frozenset):
        return f"frozenset{sorted(map(repr, value))}"
    return f"{type(value).__name__}:{value!r}"


def _imports(code: types.CodeType, space: dict[str, object]) -> list[types.ModuleType | str]:
    """Modules imported inside the code: project modules themselves, library packages by name."""
    found: list[types.ModuleType | str] = []
    for module, names in _imported_names(code):
        known = _imported(module, space)
        found.append(known)
        if isinstance(known, types.ModuleType) and hasattr(known, "__path__"):
            found += [inner for name in names if (inner := _submodule(known, name)) is not None]
    return found


@functools.lru_cache(maxsize=4096)
def _imported_names(code: types.CodeType) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every import statement in the code: the module, and the names taken from it."""
    found: list[tuple[str, list[str]]] = []
    for each in nested(code):
        for step in dis.get_instructions(each):
            if step.opname == "IMPORT_NAME":
                found.append((step.argval, []))
            elif step.opname == "IMPORT_FROM" and found:
                found[-1][1].append(step.argval)
    return tuple((module, tuple(names)) for module, names in found)


def _imported(name: str, space: dict[str, object]) -> types.ModuleType | str:
    """The project's module of that name, imported; of a library only its package's name, not imported."""
    package, top = space.get("__package__"), name.partition(".")[0]
    if (own := modules_of(space.get("__file__"))) and (kept := own.find(name, str(package or ""))):
        return own.module(kept)
    if not top or (package and _origin(top) is None):
        name = f"{package}.{name}".rstrip(".")
        top = name.partition(".")[0]
    origin = _origin(top)
    if origin is None or origin in ("built-in", "frozen") or environment.is_library(origin):
        return top
    return importlib.import_module(name)


def _origin(top: str) -> str | None:
    """Where a top-level package comes from, without importing it."""
    if top in sys.modules:
        return getattr(sys.modules[top], "__file__", None) or "built-in"
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    return None if spec is None else spec.origin or "built-in"


def _submodule(package: types.ModuleType, name: str) -> types.ModuleType | None:
    """A module of a project's package that is named like what is imported from it."""
    full = f"{package.__name__}.{name}"
    if hasattr(package, name) and not isinstance(getattr(package, name), types.ModuleType):
        return None
    if own := modules_of(package.__file__):
        kept = own.find(full.removeprefix(f"{own.name}."))
        return own.module(kept) if kept else None
    return importlib.import_module(full) if importlib.util.find_spec(full) is not None else None


def source_file(function: object) -> str:
    """The file a function was defined in, whatever name its module was loaded under."""
    return _file(inspect.unwrap(function)) or ""

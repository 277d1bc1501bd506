"""A chain: the body of a DAG, run the same way by Airflow or by this process.

A stage called in a DAG body hands the conductor of the moment a piece of work and gets back a
reference. Airflow's conductor makes a task of it; this process's runs it at once.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from pipeline.errors import Misuse

JSON = Any


class Reference:
    """What a stage hands to the next: opaque in a DAG body, since under Airflow nothing has run yet."""

    __slots__ = ("_held",)

    def __init__(self, held: Any) -> None:
        object.__setattr__(self, "_held", held)

    def __bool__(self) -> bool:
        raise Misuse("a reference has no truth value in a DAG body", next_step="Decide inside a step, where data is.")

    def __getattr__(self, name: str) -> Any:
        raise Misuse(f"a reference has no {name} in a DAG body", next_step="Look at data inside a step.")

    def __repr__(self) -> str:
        return "<reference>"


def held(value: Any) -> Any:
    """What the conductor put into the references of a value: XComs under Airflow, JSON in this process."""
    if isinstance(value, Reference):
        return object.__getattribute__(value, "_held")
    if isinstance(value, Mapping):
        return {key: held(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [held(item) for item in value]
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One task: the stage function to call, by path, with declared values and references by name.

    With `asks`, a person is asked that where somebody can be: the function then gets what was said as `answer`.

    With `over`, the task is mapped: one for each item, in the parameter `item`; an item that is a
    key of `items` stands for that declared value.
    """

    name: str
    call: str
    declared: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, Any] = field(default_factory=dict)
    over: Sequence[str] | Reference | None = None
    item: str = ""
    items: Mapping[str, Any] = field(default_factory=dict)
    asks: str = ""


class Conductor(Protocol):
    """Whoever turns work into tasks or runs it."""

    def task(self, work: Work) -> Reference:
        """Take on a piece of work and give a reference to what it will give."""

    def group(self, name: str) -> Any:
        """A context in which tasks belong together."""


_conductor: ContextVar[Conductor] = ContextVar("conductor")


@contextmanager
def conducted(conductor: Conductor) -> Iterator[None]:
    """Let `conductor` take the work of every stage called in the block."""
    token = _conductor.set(conductor)
    try:
        yield
    finally:
        _conductor.reset(token)


def conductor() -> Conductor:
    """The conductor of the moment. Raises `Misuse` outside a DAG body."""
    try:
        return _conductor.get()
    except LookupError:
        raise Misuse("a stage was called outside a DAG body", next_step="Call it in a function marked @dag.") from None


def is_conducted() -> bool:
    """Whether a DAG body is being built or run."""
    return _conductor.get(None) is not None


def perform(runner: Any, work: Work, item: str | None = None) -> JSON:
    """Do one piece of work with a runner: call the stage function it names."""
    module, _, name = work.call.partition(":")
    function: Callable[..., JSON] = getattr(importlib.import_module(module), name)
    given = {**work.declared, **held(work.references)}
    if work.over is not None:
        given[work.item] = work.items.get(item, item)
    return function(runner, **given)


class _Named:
    """Gives tasks their names: those of the groups that a task is in stand in front, as in Airflow's task groups."""

    def __init__(self) -> None:
        self._groups: list[str] = []
        self._names: set[str] = set()

    @contextmanager
    def group(self, name: str) -> Iterator[None]:
        """Prefix the names of tasks in the block."""
        self._groups.append(name)
        try:
            yield
        finally:
            self._groups.pop()

    def _name(self, work: Work) -> str:
        name = ".".join([*self._groups, work.name])
        if name in self._names:
            raise Misuse(f"two tasks are called {name}", next_step='Give one of them a name of its own: name="…".')
        self._names.add(name)
        return name


class Listing(_Named):
    """Takes down the work of a chain by the name of its task, and runs nothing.

    In `works`, every reference is the name of the task that would have given it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.works: dict[str, Work] = {}

    def task(self, work: Work) -> Reference:
        """Take the work down."""
        name = self._name(work)
        self.works[name] = replace(work, references=held(work.references), over=held(work.over))
        return Reference(name)


def listed(function: Callable[[], Any]) -> dict[str, Work]:
    """What a DAG body chains, by name of task, in its order; nothing is run.

    Raises:
        Misuse: two tasks have one name.
    """
    listing = Listing()
    with conducted(listing):
        function()
    return listing.works


class Here(_Named):
    """Runs a chain in this process, task by task, as the body calls them."""

    def __init__(self, runner: Any, *, tell: Callable[[str, float, list[Any]], None] | None = None) -> None:
        super().__init__()
        self.runner, self.tell = runner, tell

    def task(self, work: Work) -> Reference:
        """Run the work now."""
        name = self._name(work)
        if work.over is None:
            return Reference(self._timed(name, -1, work, None))
        return Reference([self._timed(name, place, work, item) for place, item in enumerate(held(work.over))])

    def _timed(self, name: str, place: int, work: Work, item: str | None) -> JSON:
        runner = self.runner.at(replace(self.runner.occasion, task=name, map_index=place))
        started, before = time.perf_counter(), len(runner.ran)
        result = perform(runner, work, item)
        if self.tell:
            self.tell(f"{name}[{item}]" if item else name, time.perf_counter() - started, runner.ran[before:])
        return result

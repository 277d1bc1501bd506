"""What Airflow shows of a task, and by which it tells one version of a DAG from the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipeline.chain import Work
from pipeline.settings import masked


class Declared:
    """Work as its author declared it in a DAG, whose body is `function` and whose phase is `phase`.

    Its text changes with the declaration, and so the DAG's version.
    """

    def __init__(self, work: Work, *, function: Callable[[], Any], phase: str) -> None:
        self.work, self.function, self.phase = work, function, phase

    def __repr__(self) -> str:
        parts = {**self.work.declared, **self.work.items}
        return masked(", ".join([self.phase, *(f"{name}={readable(value)}" for name, value in parts.items())]))


def readable(value: Any) -> str:
    """Text for a declared value: functions by name, never by address."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {readable(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(readable(item) for item in value) + "]"
    return value.__qualname__ if callable(value) and hasattr(value, "__qualname__") else repr(value)

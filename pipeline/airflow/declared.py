"""What Airflow shows of a task, and by which it tells one version of a DAG from the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.chain import Work
from pipeline.settings import masked

if TYPE_CHECKING:
    from pipeline.airflow.declaration import Dag


class Declared:
    """Work as its author declared it in a DAG; its text changes with the declaration, and so the DAG's version."""

    def __init__(self, work: Work, dag: Dag) -> None:
        self.work, self.dag = work, dag

    def __repr__(self) -> str:
        parts = {**self.work.declared, **self.work.items}
        return masked(", ".join([self.dag.phase, *(f"{name}={readable(value)}" for name, value in parts.items())]))


def readable(value: Any) -> str:
    """Text for a declared value: functions by name, never by address."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {readable(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(readable(item) for item in value) + "]"
    return value.__qualname__ if callable(value) and hasattr(value, "__qualname__") else repr(value)

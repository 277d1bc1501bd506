"""A relabelling: how many labels changed, from what to what, by which rule, who says so and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How many labels a rule changed from one class to another."""

    rule: str
    before: Any
    after: Any
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Relabelling:
    """What rules, or people's corrections, made of the labels in a column.

    `n_rows` counts all rows, `changed` those whose label is another now. `idle` names rules that changed nothing.
    `classes` and `classes_after` count the labels by class, as pairs, the commonest first.
    """

    label: str
    by: str
    reason: str
    n_rows: int
    changed: int
    changes: tuple[Change, ...]
    idle: tuple[str, ...]
    classes: tuple[tuple[Any, int], ...]
    classes_after: tuple[tuple[Any, int], ...]

    def to_json(self) -> dict[str, Any]:
        """Give the relabelling as JSON values; `from_json` gives an equal one back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Relabelling:
        """Read back what `to_json` gave."""
        pairs = {name: tuple(map(tuple, value[name])) for name in ("classes", "classes_after")}
        changes = tuple(Change(**each) for each in value["changes"])
        return cls(**{**value, **pairs, "changes": changes, "idle": tuple(value["idle"])})

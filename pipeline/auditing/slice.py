"""A slice, as an audit policy declares it: a way to part the test rows into groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import Misuse


@dataclass(frozen=True, slots=True)
class Slice:
    """A way to part the test rows into groups.

    `column` names one column of the test part, or `columns` several, whose values are then
    crossed. `labels` maps values to the words people use for them. `bins` are ascending cut
    points that turn one numeric column into ranges, each reaching from a cut up to, not including, the next.
    Rows with no value form a group of their own, "not stated".
    """

    name: str
    column: str = ""
    columns: tuple[str, ...] = ()
    labels: Mapping[Any, str] = field(default_factory=dict)
    bins: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", (self.column,) if self.column else tuple(self.columns))
        object.__setattr__(self, "bins", tuple(self.bins))
        object.__setattr__(self, "labels", dict(self.labels))
        if not self.name or not self.columns:
            raise Misuse(f"slice {self.name!r} names no column", expected='Slice("sex", column="male")')
        if self.bins and (len(self.columns) > 1 or list(self.bins) != sorted(set(self.bins))):
            raise Misuse(
                f"slice {self.name} has unusable bins",
                expected="one column and ascending cut points",
                found=str(self.bins),
            )

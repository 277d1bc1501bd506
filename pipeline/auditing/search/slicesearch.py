"""A slice search, as an audit policy declares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.errors import Misuse

MOST_CONDITIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceSearch:
    """Look through the metadata for groups on which the model errs more than on the rest.

    `columns` of the test part are looked through; none means all of them. `exclude` names those that say
    what the answer is and so are no metadata: what was derived from the target, or decided after it; the
    target itself is always left out. A group is described by up to `most_conditions` (1 to 3) of its
    columns' values, and has at least `min_rows` test rows. `alpha` (0 to 1) is the highest chance that
    the report names even one group that is there by luck. `seed` parts the rows into those that
    suggest groups and those that confirm them.
    """

    columns: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    most_conditions: int = 2
    min_rows: int = 30
    alpha: float = 0.05
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("columns", "exclude"):
            given = getattr(self, name)
            if isinstance(given, str) or not all(isinstance(each, str) for each in given):
                raise Misuse(f"a slice search with {name}={given!r}", expected='names of columns: ("line", "shift")')
            object.__setattr__(self, name, tuple(given))
        if self.most_conditions not in range(1, MOST_CONDITIONS + 1) or self.min_rows < 2 or not 0 < self.alpha < 1:
            raise Misuse(
                "a slice search is out of range",
                expected=f"most_conditions of 1 to {MOST_CONDITIONS}, min_rows of 2 or more, 0 < alpha < 1",
                found=f"most_conditions={self.most_conditions}, min_rows={self.min_rows}, alpha={self.alpha}",
            )
        if both := sorted(set(self.columns) & set(self.exclude)):
            raise Misuse("a slice search names columns and excludes them", examples=both)

    def to_json(self) -> dict[str, Any]:
        """The declared search as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> SliceSearch:
        """Rebuild a declared search from its JSON form."""
        return cls(**value)

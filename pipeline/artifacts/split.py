"""A split: by which policy a dataset was cut into parts, and how many rows of each stratum went where."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.errors import Misuse

RESERVED = ("code", "data", "environment", "split")
TRAIN, DEV, TEST = "train", "dev", "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How to cut: which rows share a part, and how large each part is to be.

    `sizes` maps part to its share of the rows, in the order of time; they sum to 1. Rows are
    spread evenly over the parts within each stratum of `target` and `balance`; rows of one
    `group` stay together. With `time`, later parts hold later rows: `boundaries` are the first
    times of the last parts (all but the first, or fewer; the parts before the first boundary then
    share its rows by hash rank). `seed` makes another split of the same kind.
    """

    target: str | None = None
    balance: tuple[str, ...] = ()
    group: str | None = None
    time: str | None = None
    sizes: Mapping[str, float] = field(default_factory=lambda: {TRAIN: 0.6, DEV: 0.2, TEST: 0.2})
    boundaries: tuple[Any, ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "balance", tuple(self.balance))
        object.__setattr__(self, "boundaries", tuple(self.boundaries))
        object.__setattr__(self, "sizes", dict(self.sizes))
        self._check_sizes()
        if self.boundaries and not self.time:
            raise Misuse("boundaries go with a time column", found=f"boundaries={self.boundaries!r}")
        odd = [repr(each) for each in self.boundaries if type(each) not in (int, float, str)]
        if odd:
            raise Misuse("boundaries cannot be recorded", expected="numbers, or times as ISO text", examples=odd)
        if self.group and self.time:
            raise Misuse("a split is by group or by time", found=f"group={self.group!r}, time={self.time!r}")
        if len(self.boundaries) >= len(self.sizes):
            raise Misuse(f"{len(self.boundaries)} boundaries for {len(self.sizes)} parts", expected="one less at most")

    def _check_sizes(self) -> None:
        odd = [part for part in self.sizes if not str(part).isidentifier() or part in RESERVED]
        if odd:
            raise Misuse(
                f"sizes={self.sizes!r}", expected=f"names for parts, and none of {', '.join(RESERVED)}", examples=odd
            )
        wrong = [f"{part}: {share!r}" for part, share in self.sizes.items() if not _is_share(share)]
        if wrong or TRAIN not in self.sizes or len(self.sizes) < 2:
            raise Misuse(
                f"sizes={self.sizes!r}", expected="train and other parts with shares between 0 and 1", examples=wrong
            )
        if not math.isclose(total := sum(self.sizes.values()), 1, abs_tol=1e-9):
            raise Misuse(f"sizes={self.sizes!r}", expected="shares that sum to 1", found=f"{total:g}")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that decide, each once."""
        named = (self.target, *self.balance, self.group, self.time)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def to_json(self) -> dict[str, Any]:
        """Give the policy as a JSON object; `Policy(**it)` reads it back. Sizes are pairs, to keep their order."""
        lists = {name: list(getattr(self, name)) for name in ("balance", "boundaries")}
        return {**asdict(self), **lists, "sizes": [[part, share] for part, share in self.sizes.items()]}


def _is_share(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """The rows with the same values of the stratified columns (as text; None for null), counted by part."""

    values: Mapping[str, str | None]
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The outcome: rows in each part, and in each stratum, ordered by its values."""

    policy: Policy
    rows: Mapping[str, int]
    strata: tuple[Stratum, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the split as a JSON object, its policy in full."""
        strata = [asdict(stratum) for stratum in self.strata]
        return {"policy": self.policy.to_json(), "rows": dict(self.rows), "strata": strata}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Split:
        """Read back what `to_json` gave."""
        strata = tuple(Stratum(**stratum) for stratum in value["strata"])
        return cls(policy=Policy(**value["policy"]), rows=value["rows"], strata=strata)

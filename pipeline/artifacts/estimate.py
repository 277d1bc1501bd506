"""Estimates of a project before it begins: what it may be worth, and how fast such work has got better so far."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipeline.errors import Misuse


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a Fermi estimate, as a range: `Factor("applications a year", 2_000, 3_000)`."""

    what: str
    low: float
    high: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and 0 <= self.low <= self.high):
            raise Misuse(
                f"factor {self.what!r} of an estimate has no range",
                expected="two finite numbers of 0 or more, the lower first",
                found=f"{self.low} to {self.high}",
            )


@dataclass(frozen=True, slots=True)
class Fermi:
    """A value as the product of factors that are each known only roughly."""

    unit: str
    factors: tuple[Factor, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "factors", tuple(Factor(**f) if isinstance(f, dict) else f for f in self.factors))
        if not self.factors:
            raise Misuse(f"an estimate in {self.unit} has no factors")

    @property
    def low(self) -> float:
        """The product of the lower ends."""
        return math.prod(factor.low for factor in self.factors)

    @property
    def high(self) -> float:
        """The product of the higher ends."""
        return math.prod(factor.high for factor in self.factors)


@dataclass(frozen=True, slots=True)
class Progress:
    """How fast the gap to the best possible has closed: by the share `less` (0 to 1) every quarter, down from `gap`."""

    what: str
    gap: float
    less: float

    def __post_init__(self) -> None:
        if not (0 <= self.less <= 1 and math.isfinite(self.gap) and self.gap >= 0):
            raise Misuse(
                f"progress of {self.what}",
                expected="a gap of 0 or more, and a share from 0 to 1 by which it closes a quarter",
                found=f"gap={self.gap}, less={self.less}",
            )

    def after(self, quarters: int) -> float:
        """The gap that is left after so many quarters, if it goes on as it did."""
        return self.gap * (1 - self.less) ** quarters

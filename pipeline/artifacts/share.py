"""A share: so many of so many cases, and how far it may be from the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`count` of `of` cases; `low` and `high` (0 to 1) bound the share.

    Of no cases it is not defined, which is no 0.
    """

    count: int
    of: int
    low: float = 0.0
    high: float = 1.0

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None of no cases."""
        return self.count / self.of if self.of else None

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> Share | None:
        """Rebuild a share from its JSON form; of None, None."""
        return None if value is None else cls(**value)

"""A signature: who let a model pass or turned it down, when the audit that was looked at was which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.errors import Misuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A person's decision on one audit, and so on the very model and rows that the audit is bound to.

    `audit`, `model`, `rows` and `page` are references; `verdict` is what the audit said when it was signed.
    `via` says how the person was asked. The time is that of the run that recorded it.
    """

    audit: str
    model: str
    rows: str
    page: str
    verdict: str
    approved: bool
    by: str
    note: str = ""
    via: str = "command"

    def __post_init__(self) -> None:
        if not self.by.strip():
            raise Misuse("a signature without a name", expected="who signs")

    def to_json(self) -> dict[str, Any]:
        """The signature as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Signature:
        """Rebuild a signature from its JSON form."""
        return cls(**value)

"""A worklist: what to do next about a model, ranked, with the evidence; and what somebody chose to work on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """One thing to work on.

    `name` is how it is chosen, `kind` where it comes from ("tag"), `advice` what to do, `evidence` why. `gain`
    is by how much the accuracy over all rows would rise (0 to 1) if people's level were reached; None where no such
    level is known, which is no 0. `ceiling` is the most that it could rise. `ease` and `importance` go from 1
    to 5, None where nobody said. `query` selects such rows in a pool, "" where none can.
    """

    name: str
    kind: str
    advice: str
    evidence: str
    gain: float | None = None
    ceiling: float | None = None
    ease: int | None = None
    importance: int | None = None
    query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """What to do next about `model`, the best first; `errors` is the reference of the table it rests on."""

    name: str
    model: str
    errors: str
    items: tuple[WorkItem, ...] = ()
    confidence: float = 0.95

    def item(self, name: str) -> WorkItem | None:
        """The item of that name, or None."""
        return next((one for one in self.items if one.name == name), None)

    def to_json(self) -> dict[str, Any]:
        """The worklist as JSON values; `from_json` gives an equal one back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Worklist:
        """Rebuild a worklist from its JSON form."""
        return cls(**{**value, "items": tuple(WorkItem(**item) for item in value["items"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """That somebody (`by`) chose the item `name` of a worklist to work on, and why. When is its run's to say."""

    name: str
    worklist: str
    model: str
    by: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The choice as JSON values."""
        return asdict(self)


class Help(StrEnum):
    """Whether working on something helped, as the next model's audit has it."""

    HELPED = "helped"
    HARMED = "made it worse"
    UNCLEAR = "no clear change"
    UNKNOWN = "not known yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A share of wrong answers (0 to 1) at one time, its interval, and the `n` cases it rests on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What became of a choice in the audit of the next `model`.

    `before` and `after` are shares of wrong answers, as `what` says of which rows; `change` is after minus
    before, `low` to `high` its interval, by `method`: "paired" on the same rows, or "independent".
    Where there is no next model, or it cannot be told, `why_not` says why.
    """

    verdict: Help
    what: str = ""
    before: Level | None = None
    after: Level | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    method: str = ""
    model: str = ""
    why_not: str = ""

    def to_json(self) -> dict[str, Any]:
        """The progress as JSON values."""
        return {**asdict(self), "verdict": self.verdict.value}

    @classmethod
    def unknown(cls, why_not: str, *, model: str = "") -> Progress:
        """That it cannot be told, for a reason."""
        return cls(verdict=Help.UNKNOWN, why_not=why_not, model=model)


def helped(low: float, high: float) -> Help:
    """Read the interval of a change in the share of wrong answers: all of it below 0 helped."""
    return Help.HELPED if high < 0 else Help.HARMED if low > 0 else Help.UNCLEAR

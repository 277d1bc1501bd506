"""A slice search: the groups of test rows, found by the search itself, on which a model errs more than on the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a row must show in one column: `value`, a number from `low` up to, not including, `high`, or nothing.

    Of a range the first has no `low` and the last no `high`; the last holds the highest number.
    Of a column of times, `low` and `high` are text in ISO format.
    """

    column: str
    value: str | int | float | bool | None = None
    low: float | str | None = None
    high: float | str | None = None
    missing: bool = False

    def __str__(self) -> str:
        if self.missing:
            return f"{self.column} is missing"
        if self.low is None and self.high is None:
            return f"{self.column} = {self.value if self.value != '' else 'empty text'}"
        low, high = (f"{end:,.6g}" if isinstance(end, float) else end for end in (self.low, self.high))
        if self.low is None:
            return f"{self.column} under {high}"
        return f"{self.column} from {low}" + ("" if self.high is None else f" to under {high}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A mean over `n` cases, with its interval from `low` to `high`: a share of errors, or a mean absolute error.

    Of no cases it is not `defined`, and says 0.
    """

    value: float
    n: int
    low: float
    high: float
    defined: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A group on which the model errs more, as rows that took no part in finding it confirm.

    `outcome` is what went wrong: "errors", "false positives" (among rows that are truly negative), "false
    negatives" (among truly positive ones) or "absolute error". `rows` counts the group's test rows
    and `share` (0 to 1) is of all; `cases` counts those on which the outcome can occur. `inside` and
    `outside` are measured on the confirmation rows alone, and so are not flattered by the search; `difference`
    is the first less the second, from `low` to `high`. `p` is the chance of so many errors or more if
    the group were like all other rows, or like those that no group tested before it explains, whichever is
    larger; `q` is p adjusted for all groups that were tested (Holm).
    """

    outcome: str
    conditions: tuple[Condition, ...]
    rows: int
    share: float
    cases: int
    inside: Rate
    outside: Rate
    difference: float
    low: float
    high: float
    p: float
    q: float

    def __str__(self) -> str:
        return " and ".join(map(str, self.conditions))

    @property
    def excess(self) -> float:
        """How many errors fewer (or how much absolute error) there would be if the group were like the rest."""
        return self.difference * self.cases

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Found:
        """Rebuild a group from its JSON form."""
        conditions = tuple(Condition(**each) for each in value["conditions"])
        rates = {name: Rate(**value[name]) for name in ("inside", "outside")}
        return cls(**{**value, **rates, "conditions": conditions})


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a slice search looked through and found, the largest excess of errors first.

    Of `n_rows` test rows, `searched` served to find candidates, and the other `confirmed` to test the
    `tested` best of them. `columns` were looked through; `left_out` maps the others to the reason. The chance
    that even one group in `found` is there by luck is at most `alpha`. `overall` maps each outcome to its
    rate over all test rows. `asked` is the declared search in full.
    """

    n_rows: int
    searched: int
    confirmed: int
    tested: int
    found: tuple[Found, ...]
    columns: tuple[str, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    overall: Mapping[str, Rate] = field(default_factory=dict)
    alpha: float = 0.05
    asked: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The search as JSON values; `from_json` gives an equal one back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Search:
        """Rebuild a search from its JSON form."""
        return cls(
            **{
                **value,
                "found": tuple(Found.from_json(each) for each in value["found"]),
                "columns": tuple(value["columns"]),
                "overall": {name: Rate(**rate) for name, rate in value["overall"].items()},
            }
        )

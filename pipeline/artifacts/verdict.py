"""A verdict: what validation found on one dataset version, check by check, down to the row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One expectation held against the data.

    `rows` is how many rows it looked at, `failing` the ids of those that do not meet it, in
    order (empty for a check of the table as a whole, which tells what it `observed`). `passed` is
    false too where it could not be evaluated; `error` then says why. `examples` are at most five
    failing rows: each a row id as text and the values of the columns concerned.
    """

    kind: str
    severity: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    where: str | None = None
    at_most: float = 1.0
    passed: bool
    rows: int | None = None
    failing: tuple[int, ...] = ()
    observed: Any = None
    error: str = ""
    examples: tuple[Mapping[str, Any], ...] = ()

    @property
    def title(self) -> str:
        """The check in one line: `expect_column_values_to_be_between(column='age', max_value=120)`."""
        given = [f"{key}={_short(repr(value))}" for key, value in self.arguments.items()]
        given += [f"where={self.where!r}"] if self.where else []
        return f"{self.kind}({', '.join(given)})"

    @property
    def found(self) -> str:
        """What was found, in words."""
        if self.error:
            return f"could not be evaluated: {self.error}"
        if self.failing:
            return f"{len(self.failing)} of {self.rows} rows do not meet it"
        if self.passed and self.rows == 0:
            return "no row to look at"
        if self.passed:
            return "met" + (f" ({self.observed})" if self.observed is not None else "")
        return f"observed {self.observed}" if self.observed is not None else "not met"


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All checks on a dataset of `rows` rows, in the order declared."""

    rows: int
    checks: tuple[Check, ...] = ()

    @property
    def quarantined(self) -> tuple[int, ...]:
        """The ids of the rows that some check sets aside, ascending."""
        return tuple(sorted({row for check in self.checks if check.severity == "quarantine" for row in check.failing}))

    @property
    def refusing(self) -> tuple[Check, ...]:
        """The checks for which the dataset is refused."""
        return tuple(check for check in self.checks if self._refuses(check))

    @property
    def passed(self) -> bool:
        """Whether the dataset, less the rows set aside, may be used; never if no row is left of some."""
        return not self.refusing and not (self.rows and len(self.quarantined) == self.rows)

    @property
    def warnings(self) -> tuple[Check, ...]:
        """The checks that were not met and only warn."""
        return tuple(check for check in self.checks if check.severity == "warn" and not check.passed)

    def _refuses(self, check: Check) -> bool:
        if check.severity == "quarantine":
            return bool(check.error) or len(check.failing) > check.at_most * self.rows
        return check.severity == "fail" and not check.passed

    def to_json(self) -> dict[str, Any]:
        """Give the verdict as a JSON object; row ids are text there."""
        checks = [
            {name: getattr(check, name) for name in Check.__slots__}
            | {"arguments": dict(check.arguments), "failing": [str(row) for row in check.failing],
               "examples": [dict(example) for example in check.examples]}
            for check in self.checks
        ]
        return {"passed": self.passed, "rows": self.rows, "checks": checks}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Verdict:
        """Read back what `to_json` gave."""
        checks = tuple(
            Check(**{**check, "failing": tuple(map(int, check["failing"])), "examples": tuple(check["examples"])})
            for check in value["checks"]
        )
        return cls(rows=value["rows"], checks=checks)

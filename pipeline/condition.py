"""A condition on rows, read: comparisons of a row's own values, joined by and, or, not (see `pipeline.where`)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """The value that a row has in a column; where a condition is asked for, whether it is true."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """Text, a number, or true or false, the same for every row."""

    value: str | float | bool


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """What is computed of two numbers; `operator` is `+`, `-`, `*`, `/`, `//` or `%`."""

    left: Value
    operator: str
    right: Value


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values compared; `operator` is `==`, `!=`, `<`, `<=`, `>` or `>=`."""

    left: Value
    operator: str
    right: Value


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether a value is one of several constants, which are in a stable order."""

    value: Value
    among: tuple[str | float | bool, ...]


@dataclass(frozen=True, slots=True)
class Absence:
    """Whether there is no value."""

    value: Value


@dataclass(frozen=True, slots=True)
class Negation:
    """That a condition does not hold."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Junction:
    """Conditions joined by `operator`: all of them hold (`and`), or any (`or`)."""

    operator: str
    parts: tuple[Condition, ...]


Value = Column | Constant | Arithmetic
Condition = Column | Comparison | Membership | Absence | Negation | Junction

"""A slice, as an audit policy declares it: a way to part the test rows into groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import Misuse
from pipeline.where import parse

_EXAMPLES = 'Slice("sex", column="male"), Slice("young women", where="age < 25 and sex == \'female\'")'


@dataclass(frozen=True, slots=True)
class Slice:
    """A way to part the test rows into groups, by one of these.

    - `column` names one column of the test part, or `columns` several, whose values are then crossed.
      `bins` are ascending cut points that turn one numeric column into ranges, each reaching from a cut
      up to, not including, the next.
    - `where` is a condition (see `pipeline.where`): the rows it holds for are the group of the slice's
      name, the others "all others".
    - `function` is a plain function of the test part (a DataFrame) that gives each row a label: text, a
      number, or true and false, which are named as by `where`.

    `labels` maps values to the words people use for them. Rows with no value form a group of their own,
    "not stated". JSON carries a function's name alone; a step is given the function itself.
    """

    name: str
    column: str = ""
    columns: tuple[str, ...] = ()
    labels: Mapping[Any, str] = field(default_factory=dict)
    bins: tuple[float, ...] = ()
    where: str = ""
    function: Callable[..., Any] | str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", (self.column,) if self.column else tuple(self.columns))
        object.__setattr__(self, "bins", tuple(self.bins))
        object.__setattr__(self, "labels", dict(self.labels))
        ways = [bool(self.columns), bool(self.where), self.function is not None]
        if not self.name or sum(ways) != 1:
            raise Misuse(
                f"slice {self.name!r} " + ("is made in several ways" if sum(ways) > 1 else "names no column"),
                expected=f"a name, and a column, a condition or a function: {_EXAMPLES}",
            )
        if self.where:
            parse(self.where)
        if self.function is not None and not self.function_name:
            raise Misuse(f"slice {self.name} has an unusable function", expected="a def", found=repr(self.function))
        if self.bins and (len(self.columns) != 1 or list(self.bins) != sorted(set(self.bins))):
            raise Misuse(
                f"slice {self.name} has unusable bins",
                expected="one column and ascending cut points",
                found=str(self.bins),
            )

    @property
    def function_name(self) -> str:
        """The function's name in its file, "" if there is none. A file's own name says nothing: Airflow changes it."""
        given = self.function
        return given if isinstance(given, str) else getattr(given, "__qualname__", "") if callable(given) else ""

    def to_json(self) -> dict[str, Any]:
        """Give the slice as JSON values: labels as pairs, since JSON keys are text, and of a function its name."""
        return {
            "name": self.name,
            "column": self.column,
            "columns": list(self.columns),
            "labels": [[key, label] for key, label in self.labels.items()],
            "bins": list(self.bins),
            "where": self.where,
            "function": self.function_name or None,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Slice:
        """Read back what `to_json` gave; `function` is then a name."""
        return cls(**{**value, "labels": dict(map(tuple, value["labels"]))})

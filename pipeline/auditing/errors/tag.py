"""A tag, as an error analysis declares it: a kind of row that errors may share. Tags may overlap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.artifacts.errortable import BY_COLUMN, BY_FUNCTION, BY_PEOPLE
from pipeline.errors import Misuse
from pipeline.where import written

_LEVELS = range(1, 6)


@dataclass(frozen=True, slots=True, repr=False)
class Tag:
    """A kind of row.

    Given by exactly one of: `function`, a plain function of the test rows (a DataFrame) that says yes or no
    (bool) for each, by itself; `column` with `values`, those that have it (None for those with no value); or, with
    neither, by people who read the errors. In JSON a function is its name, and the function itself comes beside it.

    `meaning` tells people what to look for. `human_level` (0 to 1) is how often people are right on such
    rows. `ease` and `importance` go from 1 to 5.
    """

    name: str
    function: Callable[..., Any] | str | None = None
    column: str = ""
    values: tuple[Any, ...] = ()
    meaning: str = ""
    human_level: float | None = None
    ease: int | None = None
    importance: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        if not self.name or self.name != self.name.strip() or not self.name.isprintable():
            raise Misuse(f"tag {self.name!r} has an unusable name", expected="one line of text")
        if self.function is not None and (self.column or self.values):
            raise Misuse(f"tag {self.name!r} is given twice", expected="a function, or a column with values")
        if bool(self.column) != bool(self.values):
            expected = 'Tag("car", column="noise", values=("car",))'
            raise Misuse(f"tag {self.name!r} needs a column and values", expected=expected)
        if not (self.function is None or isinstance(self.function, str) or callable(self.function)):
            raise Misuse(f"tag {self.name!r} is given by no function", found=repr(self.function))
        self._refuse_levels()

    def _refuse_levels(self) -> None:
        if self.human_level is not None and not 0 <= self.human_level <= 1:
            found = f"human_level={self.human_level}"
            raise Misuse(f"tag {self.name!r} is out of range", expected="a human level of 0 to 1", found=found)
        levels = {name: getattr(self, name) for name in ("ease", "importance")}
        wrong = [f"{name}={level!r}" for name, level in levels.items() if level not in (None, *_LEVELS)]
        if wrong:
            raise Misuse(f"tag {self.name!r} is out of range", expected="1 to 5", examples=wrong)

    def __repr__(self) -> str:
        shown = {"function": self._function_name, "column": self.column, "values": self.values, "meaning": self.meaning,
                 "human_level": self.human_level, "ease": self.ease, "importance": self.importance}
        told = [f"{name}={value!r}" for name, value in shown.items() if value not in ("", None, ())]
        return f"Tag({', '.join([repr(self.name), *told])})"

    @property
    def made_by(self) -> str:
        """Who gives it: `function`, `column` or `people`."""
        return BY_FUNCTION if self.function is not None else BY_COLUMN if self.column else BY_PEOPLE

    @property
    def query(self) -> str:
        """What selects its rows in any table, a condition or a call; "" where only people can."""
        if self.column:
            column, there = written(self.column), [each for each in self.values if each is not None]
            absent = [f"{column} is None"] if None in self.values else []
            return " or ".join([f"{column} in {there!r}"] * bool(there) + absent)
        return f"{self._function_name}(rows)" if self.function is not None else ""

    @property
    def _function_name(self) -> str | None:
        if self.function is None or isinstance(self.function, str):
            return self.function
        return getattr(self.function, "__qualname__", type(self.function).__name__)

    def to_json(self) -> dict[str, Any]:
        """The tag as JSON values; its function by name."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {**plain, "function": self._function_name, "values": list(self.values)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Tag:
        """Rebuild a tag from its JSON form."""
        return cls(**value)

"""An error analysis, as an audit policy declares it: what is an error, how many are read, which tags are looked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.auditing.errors.tag import Tag
from pipeline.errors import Misuse
from pipeline.listing import listed


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorAnalysis:
    """How the errors of a model are looked at.

    `size` is how many of the errors are put before people: all of them up to that number, else a seeded
    sample by row id, which correcting one row leaves as it was but for one row. A wrong class is an error. A number is
    one if it is more than `tolerance` away from the truth (in units of the target); without a tolerance, if it is
    among the `worst` share (0 to 1) by distance. `show` names the columns that people need for judging, none
    means all. `confidence` (0 to 1) is that of every interval.
    """

    tags: tuple[Tag, ...] = ()
    size: int = 100
    tolerance: float | None = None
    worst: float = 0.1
    show: tuple[str, ...] = ()
    seed: int = 0
    confidence: float = 0.95

    def __post_init__(self) -> None:
        object.__setattr__(self, "tags", listed("an error analysis", "tags", self.tags, Tag))
        object.__setattr__(self, "show", listed("an error analysis", "show", self.show, str))
        names = [tag.name for tag in self.tags]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise Misuse("an error analysis names a tag twice", examples=twice)
        tolerable = self.tolerance is None or self.tolerance >= 0
        if not (self.size >= 1 and tolerable and 0 < self.worst < 1 and 0 < self.confidence < 1):
            raise Misuse(
                "an error analysis is out of range",
                expected="size of 1 or more, tolerance of 0 or more, 0 < worst < 1, 0 < confidence < 1",
                found=f"size={self.size}, tolerance={self.tolerance}, worst={self.worst}, confidence={self.confidence}",
            )

    @property
    def functions(self) -> dict[str, Callable[..., Any]]:
        """The functions that give tags, by name of the tag."""
        return {tag.name: tag.function for tag in self.tags if callable(tag.function)}

    def tag(self, name: str) -> Tag | None:
        """The tag of that name, or None."""
        return next((tag for tag in self.tags if tag.name == name), None)

    def to_json(self) -> dict[str, Any]:
        """The analysis as JSON values; functions by name."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {**plain, "show": list(self.show), "tags": [tag.to_json() for tag in self.tags]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ErrorAnalysis:
        """Rebuild an analysis from its JSON form; its functions are not in it."""
        return cls(**{**value, "tags": [Tag.from_json(tag) for tag in value["tags"]]})

"""An error table: what kinds of mistakes a model makes, how often, and how much there is to gain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from pipeline.artifacts.share import Share

BY_FUNCTION, BY_COLUMN, BY_PEOPLE = "function", "column", "people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far people agree on one tag.

    `same` counts the errors of which all who judged them said the same, among those that two or more people
    judged. `split` are row ids, as text, on which they differ, ascending: at most twenty, of `n_split`.
    """

    same: Share
    n_split: int = 0
    split: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> Agreement | None:
        """Rebuild an agreement from its JSON form; of None, None."""
        if value is None:
            return None
        return cls(same=Share(**value["same"]), n_split=value["n_split"], split=tuple(value["split"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class TagLine:
    """One tag: how many of the errors have it, how often its rows go wrong, and what there is to gain.

    `of_errors` is its share of the errors: of all of them, or of those that people read. `wrong` is the
    share of the rows with it that the model gets wrong, `of_data` its share of all test rows; both are None where
    only errors were read, since how many right answers have the tag is then not known.

    `human_level` (0 to 1) is how often people are right on its rows, `room` how far the model is below that
    (negative where it is above), `room_low` and `room_high` its interval. `priority` is room × share of
    the data: what the accuracy over all rows would gain. All are None, and never 0, where there is no human level.

    `ceiling` is the most that the share of wrong answers over all rows could fall if every error with the
    tag went away. `unread` errors wait for a person; on `undecided` ones as many say yes as no. `why_not` says why a
    tag could not be given.
    """

    tag: str
    made_by: str
    meaning: str = ""
    of_errors: Share | None = None
    wrong: Share | None = None
    of_data: Share | None = None
    human_level: float | None = None
    room: float | None = None
    room_low: float | None = None
    room_high: float | None = None
    priority: float | None = None
    ceiling: float | None = None
    ease: int | None = None
    importance: int | None = None
    unread: int = 0
    undecided: int = 0
    agreement: Agreement | None = None
    query: str = ""
    why_not: str = ""

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TagLine:
        """Rebuild a line from its JSON form."""
        shares = {name: Share.from_json(value[name]) for name in ("of_errors", "wrong", "of_data")}
        return cls(**{**value, **shares, "agreement": Agreement.from_json(value["agreement"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorTable:
    """What an error analysis found: the errors of one model on one test part, by tags that may overlap.

    `criterion` says in words what counts as an error, `errors` how many of the test rows are. Of these,
    `sampled` are put before people. `people` are those whose judgements count here, in order of name. `model`,
    `sample`, `tagged` and `judgements` are references ("" where nobody judged). `tags` come in the order in which they
    were declared, those that people added last.
    """

    name: str
    model: str
    criterion: str
    errors: Share
    sampled: int
    tags: tuple[TagLine, ...] = ()
    people: tuple[str, ...] = ()
    sample: str = ""
    tagged: str = ""
    judgements: str = ""
    confidence: float = 0.95

    def line(self, tag: str) -> TagLine | None:
        """The line of a tag, or None."""
        return next((one for one in self.tags if one.tag == tag), None)

    def to_json(self) -> dict[str, Any]:
        """The table as JSON values; `from_json` gives an equal table back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ErrorTable:
        """Rebuild a table from its JSON form."""
        known = {each.name: value[each.name] for each in fields(cls)}
        tags = tuple(TagLine.from_json(line) for line in value["tags"])
        return cls(**{**known, "errors": Share(**value["errors"]), "tags": tags, "people": tuple(value["people"])})

"""Fairness: how a model's answers differ between groups of people, by which definition, on how many cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from pipeline.artifacts.audit import Group


class Outcome(StrEnum):
    """What the test rows show of one definition for one attribute."""

    DIFFERS = "differs"
    NOT_SHOWN = "no difference shown"
    NOT_ENOUGH_EVIDENCE = "not enough evidence"


class FourFifths(StrEnum):
    """How a group's selection rate stands to the highest group's."""

    BELOW = "below four fifths"
    KEPT = "four fifths kept"
    NOT_ENOUGH_EVIDENCE = "not enough evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """A figure with the ends of its interval; both are None where it has none."""

    value: float
    low: float | None = None
    high: float | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> Bounded | None:
        """Read back one that may be absent."""
        return None if value is None else cls(**value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The group with the highest value of a metric against the one with the lowest.

    `n_highest` and `n_lowest` count the cases behind the two. `difference` is highest − lowest, 0 or
    more; `ratio` is lowest / highest, 0 to 1, None where it is undefined (the highest is 0) or means
    nothing (a mean error, a calibration gap).
    """

    metric: str
    highest: str
    lowest: str
    n_highest: int
    n_lowest: int
    difference: Bounded
    ratio: Bounded | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Gap:
        """Read back what `asdict` gave."""
        bounded = {name: Bounded.from_json(value[name]) for name in ("difference", "ratio")}
        return cls(**{**value, **bounded})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One definition of fairness, held against the groups of one attribute.

    `gaps` has one entry for each metric that the definition compares and that at least two groups have
    enough cases for: the highest group against the lowest. `shown` is the pair whose difference is
    largest at the lower end of its interval, where that is above 0: it need not be the widest.
    `left_out` maps a group that is not compared to the reason.
    """

    definition: str
    outcome: Outcome
    gaps: tuple[Gap, ...] = ()
    shown: Gap | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def widest(self) -> Gap | None:
        """The gap that decides: of several, the one with the largest difference."""
        return max(self.gaps, key=lambda gap: gap.difference.value, default=None)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Standing:
        """Read back what `asdict` gave."""
        gaps = tuple(Gap.from_json(gap) for gap in value["gaps"])
        shown = None if value["shown"] is None else Gap.from_json(value["shown"])
        return cls(**{**value, "outcome": Outcome(value["outcome"]), "gaps": gaps, "shown": shown})


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A group's selection rate beside that of the `highest` group: `rate` of `n` rows, `ratio` to the highest.

    `ratio` is None where it is undefined: nobody at all is selected, or no group has enough rows.
    """

    label: str
    n: int
    rate: float
    highest: str
    ratio: Bounded | None
    outcome: FourFifths

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Selected:
        """Read back what `asdict` gave."""
        return cls(
            **{**value, "ratio": Bounded.from_json(value["ratio"]), "outcome": FourFifths(value["outcome"])}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The rows of a group whose probability lies from `start` to `end`: what was said, and what was true.

    `said` is their mean probability, `true` the share of the `n` rows that had the favourable truth.
    """

    group: str
    start: float
    end: float
    n: int
    said: float
    true: Bounded

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Band:
        """Read back what `asdict` gave."""
        return cls(**{**value, "true": Bounded.from_json(value["true"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """An attribute of people, or a crossing of several, and all that was found between its groups.

    `why_not` says why nothing could be found (the column is not stored), and everything else is then
    empty. Each group holds its base rate and the rates that the definitions compare, all of them
    with counts and intervals.
    """

    name: str
    crossed: bool = False
    why_not: str = ""
    groups: tuple[Group, ...] = ()
    base_rates: Standing | None = None
    standings: tuple[Standing, ...] = ()
    selected: tuple[Selected, ...] = ()
    bands: tuple[Band, ...] = ()

    def standing(self, definition: str) -> Standing | None:
        """What was found by that definition, or None if it was not looked at."""
        return next((each for each in self.standings if each.definition == definition), None)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Attribute:
        """Read back what `asdict` gave."""
        base_rates = value["base_rates"]
        return cls(
            **{
                **value,
                "groups": tuple(Group.from_json(group) for group in value["groups"]),
                "base_rates": None if base_rates is None else Standing.from_json(base_rates),
                "standings": tuple(Standing.from_json(each) for each in value["standings"]),
                "selected": tuple(Selected.from_json(each) for each in value["selected"]),
                "bands": tuple(Band.from_json(each) for each in value["bands"]),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Traded:
    """One figure before and after mitigation, on the same `n` test rows.

    `metric` is "accuracy", or the metric whose `is_gap` between groups it is. `change` is after − before, bounded
    by a paired bootstrap.
    """

    metric: str
    is_gap: bool
    n: int
    before: Bounded
    after: Bounded
    change: Bounded

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Traded:
        """Read back what `asdict` gave."""
        bounded = {name: Bounded.from_json(value[name]) for name in ("before", "after", "change")}
        return cls(**{**value, **bounded})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flipped:
    """How many of a group's `n` answers mitigation would turn: to the favourable one, and away from it."""

    label: str
    n: int
    to_favourable: int
    from_favourable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mitigation:
    """What other thresholds per group would do: an analysis, which changes no model.

    `constraint` names what the thresholds equalise, `learned_on` counts the dev rows they were chosen on. `why_not`
    says why it could not be tried. `left_alone` maps a group that kept its answers to the reason.
    """

    attribute: str
    constraint: str
    why_not: str = ""
    learned_on: int = 0
    traded: tuple[Traded, ...] = ()
    flipped: tuple[Flipped, ...] = ()
    left_alone: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Mitigation:
        """Read back what `asdict` gave."""
        traded = tuple(Traded.from_json(each) for each in value["traded"])
        return cls(**{**value, "traded": traded, "flipped": tuple(Flipped(**each) for each in value["flipped"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessAudit:
    """All that was found of a model's fairness, bound by reference to the very model and the very rows.

    `model` and `rows` are references, `n_rows` the number of test rows. `favourable` is the class that is good for
    a person to be given, as text; empty for a regression. `asked` is the declaration in full.
    """

    name: str
    model: str
    rows: str
    n_rows: int
    problem: str
    target: str
    favourable: str
    min_count: int
    confidence: float
    attributes: tuple[Attribute, ...]
    mitigations: tuple[Mitigation, ...] = ()
    asked: Mapping[str, Any] = field(default_factory=dict)

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name ("race × sex" for a crossing), or None if it was not looked at."""
        return next((each for each in self.attributes if each.name == name), None)

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON values; `from_json` gives an equal one back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> FairnessAudit:
        """Read back what `to_json` gave."""
        return cls(**{**value, "attributes": _each(Attribute, value["attributes"]),
                      "mitigations": _each(Mitigation, value["mitigations"])})


def _each(noun: Any, values: Iterable[Mapping[str, Any]]) -> tuple[Any, ...]:
    return tuple(noun.from_json(value) for value in values)

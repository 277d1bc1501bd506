"""An audit: what a model gets right and wrong, for whom, and whether its gates let it pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from pipeline.artifacts.cost import Cost

ALL_ROWS = "all rows"
MOST_ROWS_NAMED = 300
EACH_CLASS = "each class"


class Judgement(StrEnum):
    """What a gate, or all of them together, say of a model. Worst wins: fail, not enough evidence, pass."""

    PASS = "pass"
    NOT_ENOUGH_EVIDENCE = "not enough evidence"
    FAIL = "fail"


_WORST_FIRST = (Judgement.FAIL, Judgement.NOT_ENOUGH_EVIDENCE, Judgement.PASS)


def worst(judgements: Iterable[Judgement]) -> Judgement:
    """Fold many judgements into one. None at all is not enough evidence: nothing was asked."""
    given = set(judgements)
    return next((one for one in _WORST_FIRST if one in given), Judgement.NOT_ENOUGH_EVIDENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How far a figure lies above another of the same metric: `value` is it minus `other`, which rests on `n` cases.

    `low` and `high` bound `value` at the policy's confidence; both are None where they are not known.
    """

    value: float
    other: float
    n: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One metric over one group of rows, with what it rests on.

    `n` counts the cases behind it: for recall the rows that are truly positive, for precision
    those answered positive, for AUC the rows of the rarest class,
    else all rows of the group. `low` and `high` bound it at the policy's
    confidence, by `method` (`wilson`, `bootstrap` or `normal`); both are None where it is not `defined` (0/0).
    `rest` is the difference to the rows outside the group, None where there are none.
    """

    metric: str
    value: float
    n: int
    defined: bool = True
    low: float | None = None
    high: float | None = None
    method: str = ""
    rest: Difference | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Figure:
        """Rebuild a figure from its JSON form."""
        rest = value["rest"]
        return cls(**{**value, "rest": rest and Difference(**rest)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The test rows that share a value of a slice, and the metrics over them. `share` is of all test rows, 0 to 1.

    In the slice "each class" a group is a class: `rows` are truly of it, and the figures are over all test rows,
    that class set against all the others.
    """

    slice: str
    label: str
    rows: int
    share: float
    figures: tuple[Figure, ...] = ()

    def figure(self, metric: str) -> Figure | None:
        """The figure of that metric, or None if it was not measured here."""
        return next((figure for figure in self.figures if figure.metric == metric), None)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Group:
        """Rebuild a group from its JSON form."""
        return cls(**{**value, "figures": _figures(value["figures"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A demand applied to one group, to the gap between two, to a gain, or to examples: the figures and the judgement.

    `about` says to what it was applied. `value`, `low` and `high` are what the limit is held against;
    `is_difference` tells a gap or a gain from a metric's own value, `unit` (`wrong`, `ms`, `MB`, `features`) what is
    no metric at all. `row_ids` are the rows that broke it, where single rows can: the first `MOST_ROWS_NAMED`.
    """

    about: str
    judgement: Judgement
    why: str
    n: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None
    is_difference: bool = False
    unit: str = ""
    row_ids: tuple[int, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Ruling:
        """Rebuild a ruling from its JSON form."""
        return cls(**{**value, "judgement": Judgement(value["judgement"]), "row_ids": tuple(value["row_ids"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One demand, as a sentence, with its rulings; its judgement is the worst of them.

    `metric` is empty where the demand is on no metric, `slice` where it is on no slice's groups. One that is not
    `binding` is told and decides nothing: a limit on size or time in a proof of concept.
    """

    gate: str
    metric: str
    judgement: Judgement
    rulings: tuple[Ruling, ...]
    slice: str = ""
    binding: bool = True

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Finding:
        """Rebuild a finding from its JSON form."""
        rulings = tuple(Ruling.from_json(ruling) for ruling in value["rulings"])
        return cls(**{**value, "judgement": Judgement(value["judgement"]), "rulings": rulings})


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The audited model (`ours`) beside a baseline (`theirs`), by one metric, over one group of rows.

    `slice` is empty over all rows. `n` counts the cases of the metric that both were asked about. `gain` is ours
    minus theirs, or for an error theirs minus ours, so that better is positive; `low` and `high` bound it,
    by `method`. All three are None where a figure is undefined or not known ("n/a", never 0); the bounds
    also where there are too few cases for any gate.
    """

    metric: str
    slice: str = ""
    label: str = ALL_ROWS
    n: int = 0
    ours: Figure | None = None
    theirs: Figure | None = None
    gain: float | None = None
    low: float | None = None
    high: float | None = None
    method: str = ""

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Comparison:
        """Rebuild a comparison from its JSON form."""
        figures = {name: value[name] and Figure.from_json(value[name]) for name in ("ours", "theirs")}
        return cls(**{**value, **figures})


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What the model is held against: something simpler or older, a person, a figure from elsewhere.

    `what` says what it is, `source` where a declared figure is from, `model` which release it is. `rows` counts
    the test rows that both answered, 0 for a declared figure. Where it is not known at all there are no
    comparisons and `why_not` says why; `absent` is true when there is nothing to be known (no earlier
    release, no usable human level), which is no fault of the model.
    """

    name: str
    what: str = ""
    source: str = ""
    model: str = ""
    rows: int = 0
    comparisons: tuple[Comparison, ...] = ()
    why_not: str = ""
    absent: bool = False

    def of(self, metric: str, *, slice: str = "", label: str = ALL_ROWS) -> Comparison | None:
        """The comparison by a metric over all rows or one group, or None if it is not known."""
        wanted = (metric, slice, label)
        return next((each for each in self.comparisons if (each.metric, each.slice, each.label) == wanted), None)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Baseline:
        """Rebuild a baseline from its JSON form."""
        return cls(**{**value, "comparisons": tuple(Comparison.from_json(each) for each in value["comparisons"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """How often each true class was answered as each class: `counts[truth][answer]`, in the order of `classes`."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Confusion:
        """Rebuild a confusion table from its JSON form."""
        return cls(classes=tuple(value["classes"]), counts=tuple(tuple(row) for row in value["counts"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What an audit found, bound by reference to the very model and the very rows it looked at.

    `rows` is a reference to the test part (which holds the slice columns), `features` to what the
    model was fed, `n_rows` their number. `metrics` are in the policy's order; `lower_is_better`
    names those of them. `classes` are the groups of the slice "each class". `unsliced` maps a slice that could
    not be made to the reason. `positive` is the class that counts as positive, as text, empty for a regression.
    `policy` is the policy in full. `trained_on` is a reference to what the model was trained on, which the test
    part was parted from. `cost` is what the model needs to answer, where the policy limits it.
    """

    name: str
    model: str
    rows: str
    features: str
    trained_on: str
    n_rows: int
    problem: str
    target: str
    positive: str
    judgement: Judgement
    findings: tuple[Finding, ...]
    metrics: tuple[str, ...]
    lower_is_better: tuple[str, ...] = ()
    overall: Group
    groups: tuple[Group, ...] = ()
    classes: tuple[Group, ...] = ()
    unsliced: Mapping[str, str] = field(default_factory=dict)
    baselines: tuple[Baseline, ...] = ()
    confusion: Confusion | None = None
    cost: Cost | None = None
    confidence: float = 0.95
    owner: str = ""
    policy: Mapping[str, Any] = field(default_factory=dict)

    @property
    def deciding(self) -> tuple[Finding, ...]:
        """The findings that bind and are judged as the audit is: they decided it."""
        return tuple(each for each in self.findings if each.binding and each.judgement is self.judgement)

    @property
    def binding(self) -> tuple[Finding, ...]:
        """The findings that count for the judgement."""
        return tuple(each for each in self.findings if each.binding)

    def baseline(self, name: str) -> Baseline | None:
        """The baseline of that name, or None if the policy declares none."""
        return next((each for each in self.baselines if each.name == name), None)

    def worst(self, metric: str, *, slice: str) -> Group | None:
        """The group of a slice with the worst defined figure of a metric, of equals the smaller; None without any."""
        sign = -1 if metric in self.lower_is_better else 1
        groups = [each for each in (*self.groups, *self.classes) if each.slice == slice]
        known = [(figure, each) for each in groups if (figure := each.figure(metric)) and figure.defined]
        return min(known, key=lambda pair: (sign * pair[0].value, pair[1].rows), default=(None, None))[1]

    def to_json(self) -> dict[str, Any]:
        """The audit as JSON values; `from_json` gives an equal audit back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Audit:
        """Rebuild an audit from its JSON form."""
        confusion, cost = value["confusion"], value["cost"]
        return cls(
            **{
                **value,
                "judgement": Judgement(value["judgement"]),
                "findings": tuple(Finding.from_json(finding) for finding in value["findings"]),
                "metrics": tuple(value["metrics"]),
                "lower_is_better": tuple(value["lower_is_better"]),
                "overall": Group.from_json(value["overall"]),
                "groups": tuple(Group.from_json(group) for group in value["groups"]),
                "classes": tuple(Group.from_json(group) for group in value["classes"]),
                "baselines": tuple(Baseline.from_json(baseline) for baseline in value["baselines"]),
                "confusion": None if confusion is None else Confusion.from_json(confusion),
                "cost": None if cost is None else Cost(**cost),
            }
        )


def _figures(values: Iterable[Mapping[str, Any]]) -> tuple[Figure, ...]:
    return tuple(Figure.from_json(value) for value in values)

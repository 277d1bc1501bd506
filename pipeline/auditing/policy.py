"""What an audit looks at and what it demands, declared in a DAG file before anyone sees a result.

How a gate is judged, on the test rows it speaks about (n of them count for its metric):

- **fail**: n reaches `min_count` and the measured value breaks the limit; or n is smaller, but ten
  or more, and the whole Wilson interval lies beyond the limit.
- **pass**: n reaches `min_count` and the value keeps the limit; a gate that is `certain` also asks
  that the whole interval keeps it.
- **not enough evidence**: anything else: too few rows, a metric that is 0/0, an interval across the
  limit of a `certain` gate, a slice whose column is not stored.

The audit's judgement is the worst of its gates'. Without a gate it is *not enough evidence*.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from typing import Any

from pipeline.artifacts.metric import metric
from pipeline.artifacts.wording import called, limit
from pipeline.errors import Misuse

BASELINES = ("naive", "previous")


@dataclass(frozen=True, slots=True)
class Slice:
    """A way to part the test rows into groups.

    `column` names one column of the test part, or `columns` several, whose values are then
    crossed. `labels` maps values to the words people use for them. `bins` are ascending cut
    points that turn one numeric column into ranges, each reaching from a cut up to, not including, the next.
    Rows with no value form a group of their own, "not stated".
    """

    name: str
    column: str = ""
    columns: tuple[str, ...] = ()
    labels: Mapping[Any, str] = field(default_factory=dict)
    bins: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", (self.column,) if self.column else tuple(self.columns))
        object.__setattr__(self, "bins", tuple(self.bins))
        object.__setattr__(self, "labels", dict(self.labels))
        if not self.name or not self.columns:
            raise Misuse(f"slice {self.name!r} names no column", expected='Slice("sex", column="male")')
        if self.bins and (len(self.columns) > 1 or list(self.bins) != sorted(set(self.bins))):
            raise Misuse(
                f"slice {self.name} has unusable bins",
                expected="one column and ascending cut points",
                found=str(self.bins),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A demand on one metric, with exactly one kind of limit.

    `minimum` or `maximum` bounds the value, over all test rows or, with `slice`, in each of its
    groups. `max_gap` (0 or more) bounds the difference between the highest and the lowest group
    of `slice`. `baseline` ("naive" or "previous") asks to be better than it by at least `min_gain`,
    on the same rows. `groups` names the labels the gate speaks about; without it, every group.
    `certain` asks for the whole interval, not the measured value alone.
    """

    metric: str
    minimum: float | None = None
    maximum: float | None = None
    max_gap: float | None = None
    baseline: str = ""
    min_gain: float = 0.0
    slice: str = ""
    groups: tuple[str, ...] = ()
    certain: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", tuple(self.groups))
        metric(self.metric)
        limits = [self.minimum, self.maximum, self.max_gap, self.baseline or None]
        if sum(limit is not None for limit in limits) != 1:
            raise Misuse(
                f"a gate on {self.metric} has not exactly one limit",
                expected="one of minimum, maximum, max_gap, baseline",
                found=repr(self),
            )
        if any(not math.isfinite(limit) for limit in (*limits[:3], self.min_gain) if limit is not None):
            raise Misuse(f"a gate on {self.metric} has a limit that is no finite number", found=repr(self))
        if self.max_gap is not None and (not self.slice or self.max_gap < 0):
            raise Misuse(
                f"a gate on the gap in {self.metric}",
                expected="slice=… and max_gap of 0 or more",
                found=f"slice={self.slice!r}, max_gap={self.max_gap}",
            )
        if self.groups and not self.slice:
            raise Misuse(f"a gate on {self.metric} names groups of no slice", found=repr(self.groups))
        if self.baseline and (self.slice or self.baseline not in BASELINES):
            raise Misuse(
                f"a gate on {self.metric} against baseline {self.baseline!r}",
                expected="one of " + ", ".join(BASELINES) + ", over all rows",
            )

    @property
    def sentence(self) -> str:
        """The demand in words, as the report says it."""
        name, among = called(self.metric), f" ({', '.join(self.groups)})" if self.groups else ""
        surely = ", with certainty" if self.certain else ""
        if self.baseline:
            by = f" by at least {limit(self.metric, self.min_gain, of_gap=True)}" if self.min_gain else ""
            return f"{name} better than the {self.baseline} baseline{by}{surely}"
        if self.max_gap is not None:
            most = limit(self.metric, self.max_gap, of_gap=True)
            return f"{name} differs by at most {most} between the groups of {self.slice}{among}{surely}"
        word, bound = ("at least", self.minimum) if self.minimum is not None else ("at most", self.maximum)
        where = f" in each group of {self.slice}{among}" if self.slice else ""
        return f"{name} {word} {limit(self.metric, bound)}{where}{surely}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPolicy:
    """What an audit measures, for which groups, against what, and what it demands.

    `metrics` are names of `pipeline.artifacts.metric`; none means the usual ones of the problem,
    and those of the gates are always added. `min_count` is how many cases a figure needs before it can
    pass a gate. `confidence` (0 to 1) is that of every interval. `positive` is the class that
    counts as positive where it is not the model's own. `endpoint` is whose live release the previous model is;
    empty means the DAG's own name. `owner` is who answers for the audit.
    """

    slices: tuple[Slice, ...] = ()
    metrics: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()
    min_count: int = 30
    baselines: tuple[str, ...] = BASELINES
    confidence: float = 0.95
    resamples: int = 1000
    seed: int = 0
    positive: Any = None
    endpoint: str = ""
    owner: str = ""

    def __post_init__(self) -> None:
        for name in ("slices", "metrics", "gates", "baselines"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for name in self.metrics:
            metric(name)
        self._refuse(self.baselines, BASELINES, "baselines")
        self._refuse(
            [gate.baseline for gate in self.gates if gate.baseline], self.baselines, "baselines, used by a gate"
        )
        names = [each.name for each in self.slices]
        self._refuse([gate.slice for gate in self.gates if gate.slice], names, "slices, used by a gate")
        if len(names) != len(set(names)):
            raise Misuse("an audit policy names a slice twice", examples=names)
        if not 0 < self.confidence < 1 or self.min_count < 1 or self.resamples < 100:
            raise Misuse(
                "an audit policy is out of range",
                found=f"confidence={self.confidence}, " f"min_count={self.min_count}, resamples={self.resamples}",
                expected="0 < confidence < 1, min_count of 1 or more, resamples of 100 or more",
            )

    @staticmethod
    def _refuse(given: Any, allowed: Any, what: str) -> None:
        for name in given:
            if name not in allowed:
                near = get_close_matches(str(name), list(allowed), n=1)
                raise Misuse(
                    f"an audit policy names unknown {what}: {name!r}",
                    expected=", ".join(allowed) or "none",
                    next_step=f"Did you mean {near[0]!r}?" if near else "",
                )

    def to_json(self) -> dict[str, Any]:
        """The policy as JSON values; the labels of slices as pairs, since JSON keys are text."""
        value = asdict(self)
        for each in value["slices"]:
            each["labels"] = [[key, label] for key, label in each["labels"].items()]
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> AuditPolicy:
        """Rebuild a policy from its JSON form."""
        slices = [Slice(**{**each, "labels": dict(map(tuple, each["labels"]))}) for each in value["slices"]]
        return cls(**{**value, "slices": slices, "gates": [Gate(**gate) for gate in value["gates"]]})

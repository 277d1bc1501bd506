"""A gate, as an audit policy declares it: a demand on one metric, before anyone sees a result.

How a gate is judged, on the test rows it speaks about (n of them count for its metric):

- **fail**: n reaches `min_count` and the measured value breaks the limit; or n is smaller, but ten
  or more, and the whole Wilson interval lies beyond the limit.
- **pass**: n reaches `min_count` and the value keeps the limit; a gate that is `certain` also asks
  that the whole interval keeps it.
- **not enough evidence**: anything else: too few rows, a metric that is 0/0, an interval across the
  limit of a `certain` gate, a slice whose column is not stored.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipeline.artifacts.metric import metric
from pipeline.artifacts.wording import called, limit
from pipeline.errors import Misuse

BASELINES = ("naive", "previous")


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

"""A gate, as an audit policy declares it: a demand on one metric, before anyone sees a result.

How a gate is judged, on the test rows it speaks about (n of them count for its metric):

*An absolute limit* (`minimum`, `maximum`, `max_gap`) is a specification: the figure measured on the test part has to
keep it. Since the limit is chosen by the owner, it is the measured value that is held against it, with enough cases:

- **fail**: n reaches `min_count` and the measured value breaks the limit; or n is smaller, but ten
  or more, and the whole Wilson interval lies beyond the limit.
- **pass**: n reaches `min_count` and the value keeps the limit; a gate that is `certain` also asks
  that the whole interval keeps it. Where it does not, a gate that is not `certain` says so beside its pass.
- **not enough evidence**: anything else: too few rows, a metric that is 0/0, an interval across the
  limit of a `certain` gate, a slice whose column is not stored.

*A limit relative to a baseline* is a claim about a difference between two that were asked about the same rows, and a
difference is only claimed where chance does not explain it:

- **fail**: n reaches `min_count` and the measured gain is less than was asked.
- **pass**: n reaches `min_count` and the whole interval of the gain is at least what was asked (with nothing asked:
  above 0). The interval is of paired answers (`paired`), so `certain` changes nothing here.
- **not enough evidence**: anything else: the gain is measured but its interval reaches across the limit, the baseline
  could not be asked, or a figure of it is "n/a" or 0/0.

A baseline that is absent through no fault of the model (no release before this one) asks nothing: pass.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipeline.artifacts.audit import EACH_CLASS
from pipeline.artifacts.metric import metric
from pipeline.artifacts.wording import called, limit
from pipeline.errors import Misuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A demand on one metric, with exactly one kind of limit.

    `minimum` or `maximum` bounds the value, over all test rows or, with `slice`, in each of its
    groups. `max_gap` (0 or more) bounds the difference between the highest and the lowest group
    of `slice`. `baseline` (`naive`, `previous`, or the name of one that the policy declares) asks to be better than it
    by at least `min_gain` on the same rows, over all of them or in each group of `slice`; a negative
    `min_gain` asks to be not worse by more than that. `groups` names the labels the gate speaks about; without
    it, every group. `certain` asks for the whole interval, not the measured value alone.
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
        object.__setattr__(self, "groups", (self.groups,) if isinstance(self.groups, str) else tuple(self.groups))
        metric(self.metric)
        self._check_limit()
        if self.max_gap is not None and (not self.slice or self.max_gap < 0):
            raise Misuse(
                f"a gate on the gap in {self.metric}",
                expected="slice=… and max_gap of 0 or more",
                found=f"slice={self.slice!r}, max_gap={self.max_gap}",
            )
        if self.groups and not self.slice:
            raise Misuse(f"a gate on {self.metric} names groups of no slice", found=repr(self.groups))
        if self.min_gain and not self.baseline:
            raise Misuse(
                f"a gate on {self.metric} asks for a gain over nothing",
                expected='baseline="naive", or another',
                found=f"min_gain={self.min_gain}",
            )

    def _check_limit(self) -> None:
        limits = [self.minimum, self.maximum, self.max_gap]
        if sum(limit is not None for limit in (*limits, self.baseline or None)) != 1:
            raise Misuse(
                f"a gate on {self.metric} has not exactly one limit",
                expected="one of minimum, maximum, max_gap, baseline",
                found=repr(self),
            )
        given = [limit for limit in (*limits, self.min_gain) if limit is not None]
        if not all(math.isfinite(limit) for limit in given):
            raise Misuse(f"a gate on {self.metric} has a limit that is no finite number", found=repr(self))
        beyond = [limit for limit in given if abs(limit) > 1]
        if metric(self.metric).share and beyond:
            raise Misuse(
                f"a gate on {self.metric}, which is a share",
                expected="a limit from 0 to 1",
                found=f"{beyond[0]:g}",
                next_step=f"Did you mean {beyond[0] / 100:g}?",
            )

    @property
    def sentence(self) -> str:
        """The demand in words, as the report says it."""
        name, among = called(self.metric), f" ({', '.join(self.groups)})" if self.groups else ""
        of = EACH_CLASS if self.slice == EACH_CLASS else f"each group of {self.slice}"
        where = f" in {of}{among}" if self.slice else ""
        surely = ", with certainty" if self.certain else ""
        if self.baseline:
            return f"{name} {self._relation}{where}"
        if self.max_gap is not None:
            most = limit(self.metric, self.max_gap, of_gap=True)
            between = "the classes" if self.slice == EACH_CLASS else f"the groups of {self.slice}"
            return f"{name} differs by at most {most} between {between}{among}{surely}"
        word, bound = ("at least", self.minimum) if self.minimum is not None else ("at most", self.maximum)
        return f"{name} {word} {limit(self.metric, bound)}{where}{surely}"

    @property
    def _relation(self) -> str:
        by = limit(self.metric, abs(self.min_gain), of_gap=True)
        if self.min_gain < 0:
            return f"not worse than the {self.baseline} baseline by more than {by}"
        return f"better than the {self.baseline} baseline" + (f" by at least {by}" if self.min_gain else "")

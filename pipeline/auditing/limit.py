"""A limit that figures are held against: kept, broken, or not enough evidence. The rule is told in `gate`."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from pipeline.artifacts.audit import Judgement, Ruling

LEAST_TO_FAIL = 10
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The values from `least` to `most`, in units of the figure; `certain` asks for the whole interval."""

    least: float = -math.inf
    most: float = math.inf
    certain: bool = False

    def keeps(self, value: float) -> bool:
        """Whether a value keeps the limit, ends included."""
        return self.least - ROUNDING <= value <= self.most + ROUNDING

    def held(self, ruling: Ruling, *, min_count: int = 0, counted: bool = False) -> Ruling:
        """Judge the figure that a ruling tells, of its `n` cases; `min_count` of them are enough.

        A figure that is a share of what was `counted` fails on fewer, where its whole interval lies beyond.
        """
        ends = [self.keeps(end) for end in (ruling.low, ruling.high) if end is not None]
        enough, kept = ruling.n >= min_count, self.keeps(ruling.value)
        if not kept and (enough or (counted and ends and not any(ends) and ruling.n >= LEAST_TO_FAIL)):
            return _told(ruling, Judgement.FAIL, "the limit is broken")
        if not enough:
            return _told(ruling, Judgement.NOT_ENOUGH_EVIDENCE, f"{ruling.n} cases, {min_count} are needed")
        if ends and all(ends):
            return _told(ruling, Judgement.PASS, "the limit is kept")
        if self.certain:
            why = "the interval reaches across it" if ends else "no interval is known"
            return _told(ruling, Judgement.NOT_ENOUGH_EVIDENCE, f"the limit is kept, but {why}")
        why = " by the measured value; the interval reaches across it" if ends else ""
        return _told(ruling, Judgement.PASS, f"the limit is kept{why}")


def _told(ruling: Ruling, judgement: Judgement, why: str) -> Ruling:
    return replace(ruling, judgement=judgement, why=why)

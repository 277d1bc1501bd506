"""Limits on what a model may need where it is deployed: time, size, columns.

They bind in production. In a proof of concept, which finds out what is possible at all, they are told and decide
nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from pipeline.artifacts.audit import Finding, Judgement, Ruling
from pipeline.artifacts.cost import Cost
from pipeline.artifacts.wording import quantity
from pipeline.errors import Misuse

BYTES_PER_MB = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """What the place of deployment allows: `Constraint(latency_ms=50, size_mb=10, features=40)`.

    `latency_ms` bounds the 95th percentile of the time of one answer, `size_mb` (of 1,000,000 bytes) what is kept of
    the fitted model and transforms, `features` the number of columns it reads. The latency is judged by the measured
    value of at least `min_count` rows of the policy; size and features are counted exactly.
    """

    latency_ms: float | None = None
    size_mb: float | None = None
    features: int | None = None

    def __post_init__(self) -> None:
        given = [limit for limit in (self.latency_ms, self.size_mb, self.features) if limit is not None]
        if not given or not all(0 < limit < math.inf for limit in given):
            raise Misuse(
                "a constraint limits nothing, or to what is no finite number above 0",
                expected="latency_ms, size_mb or features",
                found=repr(self),
            )

    def to_json(self) -> dict[str, Any]:
        """The limits as JSON values; `Constraint(**value)` gives an equal one back."""
        return asdict(self)


def held_to(constraint: Constraint, cost: Cost, *, binding: bool, min_count: int) -> tuple[Finding, ...]:
    """Judge what a model costs by its limits; one finding for each limit."""
    return tuple(_finding(*each, binding=binding) for each in _rulings(constraint, cost, min_count=min_count))


def _rulings(limits: Constraint, cost: Cost, *, min_count: int) -> Iterator[tuple[str, Ruling]]:
    if limits.latency_ms is not None:
        asked = f"95 of 100 answers within {quantity(limits.latency_ms, 'ms')}"
        ruling = _ruling("one row at a time", cost.latency_ms, limits.latency_ms, unit="ms", n=cost.timed)
        yield asked, _timed(ruling, cost, min_count=min_count)
    if limits.size_mb is not None:
        size = cost.size_bytes / BYTES_PER_MB
        asked = f"model and transforms of at most {quantity(limits.size_mb, 'MB')}"
        yield asked, _ruling("as kept", size, limits.size_mb, unit="MB")
    if limits.features is not None:
        asked = f"at most {limits.features} features"
        yield asked, _ruling("read by the model", float(cost.features), limits.features, unit="features")


def _ruling(about: str, value: float, limit: float, *, unit: str, n: int = 1) -> Ruling:
    kept = value <= limit
    why = "the limit is kept" if kept else "the limit is broken"
    return Ruling(
        about=about, judgement=Judgement.PASS if kept else Judgement.FAIL, why=why, n=n, value=value, unit=unit
    )


def _timed(ruling: Ruling, cost: Cost, *, min_count: int) -> Ruling:
    bounded = replace(ruling, low=cost.low, high=cost.high)
    if cost.timed >= min_count:
        return bounded
    why = f"{cost.timed} rows were timed, {min_count} are needed"
    return replace(bounded, judgement=Judgement.NOT_ENOUGH_EVIDENCE, why=why)


def _finding(asked: str, ruling: Ruling, *, binding: bool) -> Finding:
    return Finding(gate=asked, metric="", judgement=ruling.judgement, rulings=(ruling,), binding=binding)

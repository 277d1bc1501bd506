"""What a model needs to answer: bytes, columns, and time; measured, so that a limit can be held against it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The cost of a model's answers.

    `size_bytes` are those of the fitted estimator and transforms as they are kept. `features` counts
    the columns that the estimator reads. `latency_ms` is the 95th percentile of the milliseconds from one row before
    fitting to its answer, of `timed` rows asked one at a time; `low` and `high` bound it, without assuming
    a distribution, and are None where too few rows were timed. A measured time differs from machine to machine and
    from call to call. `reference` names the artifact of the measurement, where it is told of elsewhere.
    """

    size_bytes: int
    features: int
    latency_ms: float
    timed: int
    low: float | None = None
    high: float | None = None
    reference: str = ""

    def to_json(self) -> dict[str, Any]:
        """The cost as JSON values; `Cost(**value)` gives an equal one back."""
        return asdict(self)

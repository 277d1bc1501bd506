"""A learning curve, as an audit policy declares it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.artifacts.metric import metric
from pipeline.errors import Misuse

FEWEST_POINTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningCurve:
    """Fit the model's estimator again to growing parts of its training rows, to tell bias from variance.

    `fractions` (0 to 1, rising, three or more, the last 1) of the training rows are taken, `repeats` times each.
    `target` is the level of the metric known to be reachable (human level, the best known system), in the
    metric's own unit, and `target_is` says whose it is; without it bias cannot be judged. `metric` is
    that of the curve where it is not the one the model was chosen by. `confidence` (0 to 1) is that of
    every interval. Fitting all this again takes about as long as training the model `repeats` × the sum of `fractions`
    times.
    """

    fractions: tuple[float, ...] = (0.1, 0.2, 0.4, 0.7, 1.0)
    repeats: int = 3
    target: float | None = None
    target_is: str = ""
    metric: str = ""
    confidence: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "fractions", tuple(float(each) for each in self.fractions))
        if self.metric:
            metric(self.metric)
        rising = sorted(set(self.fractions)) == list(self.fractions)
        if len(self.fractions) < FEWEST_POINTS or not rising or self.fractions[0] <= 0 or self.fractions[-1] != 1:
            raise Misuse(
                "a learning curve has unusable fractions",
                expected=f"{FEWEST_POINTS} or more, rising, above 0, the last 1",
                found=str(self.fractions),
            )
        if self.repeats < 1 or not 0 < self.confidence < 1:
            raise Misuse(
                "a learning curve is out of range",
                expected="repeats of 1 or more, 0 < confidence < 1",
                found=f"repeats={self.repeats}, confidence={self.confidence}",
            )
        if self.target is not None and not math.isfinite(self.target):
            raise Misuse("a learning curve has a target that is no finite number", found=repr(self.target))

    def to_json(self) -> dict[str, Any]:
        """The declared curve as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> LearningCurve:
        """Rebuild a declared curve from its JSON form."""
        return cls(**value)

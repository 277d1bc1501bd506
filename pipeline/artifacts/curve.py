"""A learning curve: how a model does as it is given more rows, and whether still more would help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Diagnosis(StrEnum):
    """What holds a model back: bias (it misses what it was shown), variance (it does worse on new rows), or both."""

    HIGH_BIAS = "high bias"
    HIGH_VARIANCE = "high variance"
    BOTH = "high bias and high variance"
    NEITHER = "neither high bias nor high variance"
    NOT_ENOUGH_EVIDENCE = "not enough evidence"


class MoreData(StrEnum):
    """Whether more rows of the same kind are worth collecting."""

    RECOMMENDED = "recommended"
    NOT_RECOMMENDED = "not recommended"
    NOT_KNOWN = "not known"


class Size(StrEnum):
    """How large a gap is: high, not high, or not known with the rows there are."""

    HIGH = "high"
    NOT_HIGH = "not high"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A metric's mean over the repeats, from `low` to `high`, measured on `n` rows in each."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """What the same estimator reaches when it is fitted to `rows` training rows, a `fraction` (0 to 1) of them all.

    `train` is measured on the rows it was fitted to, `dev` on rows kept from it; `repeats` counts the
    seeded draws of training rows behind both.
    """

    fraction: float
    rows: int
    repeats: int
    train: Level
    dev: Level

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CurvePoint:
        """Rebuild a point from its JSON form."""
        return cls(**{**value, "train": Level(**value["train"]), "dev": Level(**value["dev"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A difference in the metric, positive where the model falls short, from `low` to `high`, and its size."""

    value: float
    low: float
    high: float
    size: Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """How much better the metric is expected to be with twice the training rows, from `low` to `high`.

    `rows` is twice the number there are now; `expected` is the metric's value then, from
    `expected_low` to `expected_high`. A negative gain is a loss.
    """

    rows: int
    value: float
    low: float
    high: float
    expected: float
    expected_low: float
    expected_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A learning curve, what it says of the model, and what to do.

    `points` go by rising number of rows. `bias` is the gap from the training rows to `target`, the level known to be
    reachable (None without one); `variance` the gap from the rows kept back to the training rows, both at
    the full size. `gain` is None where there are too few points. `left_out` maps a fraction to the
    reason why it has no point. `advice` says what to do, best first. `asked` is the declared curve in full.
    """

    model: str
    metric: str
    lower_is_better: bool
    points: tuple[CurvePoint, ...]
    target: float | None
    target_is: str
    bias: Gap | None
    variance: Gap | None
    gain: Gain | None
    diagnosis: Diagnosis
    more_data: MoreData
    why: str
    advice: tuple[str, ...]
    confidence: float
    left_out: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The curve as JSON values; `from_json` gives an equal one back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Curve:
        """Rebuild a curve from its JSON form."""
        gaps = {name: _gap(value[name]) for name in ("bias", "variance")}
        return cls(
            **{
                **value,
                **gaps,
                "points": tuple(CurvePoint.from_json(point) for point in value["points"]),
                "gain": None if value["gain"] is None else Gain(**value["gain"]),
                "diagnosis": Diagnosis(value["diagnosis"]),
                "more_data": MoreData(value["more_data"]),
                "advice": tuple(value["advice"]),
            }
        )


def _gap(value: Mapping[str, Any] | None) -> Gap | None:
    return None if value is None else Gap(**{**value, "size": Size(value["size"])})

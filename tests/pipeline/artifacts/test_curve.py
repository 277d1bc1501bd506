"""A learning curve through JSON."""

from __future__ import annotations

import json
from dataclasses import replace

from pipeline.artifacts.curve import Curve, CurvePoint, Diagnosis, Gain, Gap, Level, MoreData, Size

LEVEL = Level(value=0.8, low=0.75, high=0.85, n=500)
CURVE = Curve(
    model="loans",
    metric="accuracy",
    lower_is_better=False,
    points=(CurvePoint(fraction=1.0, rows=1000, repeats=3, train=LEVEL, dev=LEVEL),),
    target=0.9,
    target_is="two inspectors",
    bias=Gap(value=0.1, low=0.05, high=0.15, size=Size.HIGH),
    variance=Gap(value=0.0, low=-0.01, high=0.01, size=Size.NOT_HIGH),
    gain=Gain(rows=2000, value=0.01, low=0.0, high=0.02, expected=0.81, expected_low=0.8, expected_high=0.82),
    diagnosis=Diagnosis.HIGH_BIAS,
    more_data=MoreData.NOT_RECOMMENDED,
    why="It falls short.",
    advice=("Give it more features.",),
    confidence=0.95,
    left_out={"0.1": "too few"},
)


def test_json_and_back() -> None:
    """A curve survives JSON, with all its gaps or without those that are not known."""
    bare = replace(CURVE, points=(), bias=None, variance=None, gain=None, target=None)
    for curve in (CURVE, bare):
        again = Curve.from_json(json.loads(json.dumps(curve.to_json())))
        assert again == curve and isinstance(again.diagnosis, Diagnosis)

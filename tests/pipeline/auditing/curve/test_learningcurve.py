"""The declared curve: legal once built, and the same after a way through JSON."""

from __future__ import annotations

import json

import pytest

from pipeline.auditing.curve.learningcurve import LearningCurve
from pipeline.errors import Misuse


def test_json_and_back() -> None:
    """A declared curve survives JSON."""
    asked = LearningCurve(fractions=(0.25, 0.5, 1), target=0.94, target_is="two inspectors", metric="recall")
    assert LearningCurve.from_json(json.loads(json.dumps(asked.to_json()))) == asked


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"fractions": (0.5, 1)}, "3 or more"),
        ({"fractions": (0.5, 0.2, 1)}, "rising"),
        ({"fractions": (0, 0.5, 1)}, "above 0"),
        ({"fractions": (0.1, 0.2, 0.5)}, "the last 1"),
        ({"repeats": 0}, "repeats=0"),
        ({"confidence": 1.0}, "confidence=1.0"),
        ({"target": float("nan")}, "no finite number"),
        ({"metric": "recal"}, "Did you mean recall"),
    ],
)
def test_refusals(given: dict, says: str) -> None:
    """What cannot be drawn is refused where it is declared."""
    with pytest.raises(Misuse, match=says):
        LearningCurve(**given)

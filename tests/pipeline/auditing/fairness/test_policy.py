"""What is asked about fairness: legal once built, the same after JSON."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pipeline.auditing.fairness.gate import FairnessGate
from pipeline.auditing.fairness.policy import Fairness
from pipeline.errors import Misuse


def test_it_survives_json() -> None:
    """What was declared comes back, gates and all."""
    gate = FairnessGate(attribute="race × sex", definition="equal opportunity", max_difference=0.1, groups=("a", "b"))
    asked = Fairness(attributes=("race", "sex"), favourable="good", mitigate="equalized_odds", gates=(gate,))
    assert Fairness.from_json(json.loads(json.dumps(asked.to_json()))) == asked


def test_crossings() -> None:
    """Of three attributes every two are crossed, and all three; of one, nothing."""
    assert Fairness(attributes=("a", "b", "c")).names == ("a", "b", "c", "a × b", "a × c", "b × c", "a × b × c")
    assert Fairness(attributes=("a", "b")).names == ("a", "b", "a × b")
    assert Fairness(attributes=("a", "b"), intersections=False).names == ("a", "b")
    assert Fairness(attributes="race").names == ("race",)


@pytest.mark.parametrize(
    "wrong",
    [
        {"attributes": ()},
        {"attributes": ("race", "race")},
        {"attributes": (1,)},
        {"attributes": ("race",), "mitigate": "kindness"},
        {"attributes": ("race",), "confidence": 1.0},
        {"attributes": ("race",), "min_count": 0},
        {"attributes": ("race",), "gates": (FairnessGate(attribute="sex", four_fifths=True),)},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict) -> None:
    """No attribute, one twice, an unknown mitigation, a range, a gate on what is not looked at: each is misuse."""
    with pytest.raises(Misuse):
        Fairness(**wrong)


def test_declaring_loads_no_data_library() -> None:
    """A DAG file that declares fairness and a gate costs no data library."""
    code = (
        "import sys; from pipeline.auditing.fairness.policy import Fairness; import pipeline.artifacts.fairness; "
        "Fairness(attributes=('race',)); "
        "print([name for name in ('pandas', 'numpy', 'sklearn', 'fairlearn') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

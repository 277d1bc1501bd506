"""A fairness gate: one limit, in words."""

from __future__ import annotations

import pytest

from pipeline.auditing.fairness.gate import FairnessGate
from pipeline.errors import Misuse


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"definition": "equal opportunity", "max_difference": 0.1},
            "equal opportunity: the groups of race differ by at most 10 points",
        ),
        (
            {"definition": "demographic parity", "min_ratio": 0.8, "groups": ("a", "b"), "certain": True},
            "demographic parity: the lowest group of race (a, b) reaches at least 80 % of the highest, with certainty",
        ),
        ({"four_fifths": True}, "every group of race is selected at least four fifths as often as the highest"),
        (
            {"definition": "bounded group loss", "max_loss": 25_000},
            "MAE at most 25,000 in each group of race",
        ),
        (
            {"definition": "equal mean error", "max_difference": 1500},
            "equal mean error: the groups of race differ by at most 1,500",
        ),
    ],
)
def test_sentence(given: dict, sentence: str) -> None:
    """A gate says what it demands in the unit that it is measured in."""
    assert FairnessGate(attribute="race", **given).sentence == sentence


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"definition": "equal opportunity"},
        {"definition": "equal opportunity", "max_difference": 0.1, "min_ratio": 0.8},
        {"definition": "equal opportunity", "four_fifths": True},
        {"max_difference": 0.1},
        {"definition": "equal opportunities", "max_difference": 0.1},
        {"definition": "equal opportunity", "max_difference": -0.1},
        {"definition": "equal opportunity", "max_difference": float("nan")},
        {"definition": "equal opportunity", "max_loss": 3},
        {"definition": "equal opportunity", "min_ratio": 1.2},
        {"definition": "calibration within groups", "min_ratio": 0.8},
    ],
)
def test_what_cannot_be_judged_is_refused(wrong: dict) -> None:
    """No limit or two, an unknown definition, a limit that is no number or does not fit the definition."""
    with pytest.raises(Misuse):
        FairnessGate(attribute="race", **wrong)


def test_a_misspelt_definition_is_told() -> None:
    """The nearest definition is named."""
    with pytest.raises(Misuse, match="Did you mean 'equal opportunity'"):
        FairnessGate(attribute="race", definition="equal oportunity", max_difference=0.1)

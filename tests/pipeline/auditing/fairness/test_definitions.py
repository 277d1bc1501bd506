"""The definitions: each compares what every group is measured by."""

from __future__ import annotations

import pytest

from pipeline.artifacts.metric import CLASSIFICATION, REGRESSION
from pipeline.auditing.fairness.definitions import CALIBRATION, DEFINITIONS, asked_of, metrics_compared


def test_calibration_needs_probabilities() -> None:
    """Without probabilities the other definitions of decisions are left."""
    assert {CALIBRATION} == set(DEFINITIONS) & (
        {each.name for each in asked_of(CLASSIFICATION, probabilities=True)}
        - {each.name for each in asked_of(CLASSIFICATION, probabilities=False)}
    )


def test_metrics_are_named_once() -> None:
    """Recall serves two definitions and is measured once; amounts have errors."""
    expected = ("selection_rate", "recall", "false_positive_rate", "precision", "calibration_gap")
    assert metrics_compared(CLASSIFICATION, probabilities=True) == expected
    assert metrics_compared(REGRESSION, probabilities=False) == ("mae", "mean_error")


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_definition_says_its_limits(name: str) -> None:
    """Each asks a question, and says when it is right and when it misleads."""
    each = DEFINITIONS[name]
    assert each.asks.endswith("?") or each.asks.endswith("enough?")
    assert each.right_when and each.misleads_when and not each.misleads_when.endswith(".")

"""Figures and metrics are written as people read them."""

from __future__ import annotations

import pytest

from pipeline.artifacts.wording import amount, called, gap, limit


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("recall", 0.791, "79.1 %"),
        ("auc", 0.7724, "0.772"),
        ("r2", -0.5, "-0.500"),
        ("mae", 12345.6, "12,346"),
        ("mae", 0.0123412, "0.01234"),
        ("mape", 0.1, "10.0 %"),
        ("recall", None, "–"),
        ("ndcg@10", 0.5, "0.500"),
        ("precision@5", 0.25, "25.0 %"),
        ("first_right", 0.99, "99.0 %"),
        ("balanced_accuracy", 0.8, "80.0 %"),
    ],
)
def test_amount(metric: str, value: float | None, text: str) -> None:
    """Shares are per cent, other ratios have three places, amounts four digits."""
    assert amount(metric, value) == text


def test_gap_of_shares_is_in_points() -> None:
    """A difference of two percentages is in points, any other in the metric's own unit."""
    assert gap("recall", 0.19) == "19.0 points"
    assert gap("mae", 0.5) == "0.5"


def test_limit_is_as_declared() -> None:
    """A limit shows the digits that were declared, no more."""
    assert limit("recall", 0.4) == "40 %"
    assert limit("recall", 0.125, of_gap=True) == "12.5 points"
    assert limit("mae", 25_000.0) == "25,000"


def test_called() -> None:
    """Abbreviations are written as such, other names with spaces."""
    assert [called("auc"), called("false_positive_rate")] == ["AUC", "false positive rate"]
    assert [called("ndcg@10"), called("precision@5"), called("mrr"), called("first_right")] == [
        "nDCG at 10", "precision at 5", "MRR", "first result right",
    ]


def test_rates_that_are_no_metrics_of_a_model() -> None:
    """Base rates and calibration gaps are shares, a mean error is an amount."""
    assert [amount("base_rate", 0.25), amount("calibration_gap", -0.031)] == ["25.0 %", "-3.1 %"]
    assert [gap("calibration_gap", 0.02), amount("mean_error", -1.5)] == ["2.0 points", "-1.5"]

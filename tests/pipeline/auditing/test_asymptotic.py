"""Intervals of many rows: what the bootstrap says, at once."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.auditing.answered import Answered
from pipeline.auditing.asymptotic import MANY_ROWS, is_asymptotic, normal, standard_error
from pipeline.auditing.figures import measured
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.resampling import bootstrap

RANDOM = np.random.default_rng(0)
TRUTH = RANDOM.integers(0, 2, MANY_ROWS)
PROBABILITY = np.round(np.clip(TRUTH * 0.2 + RANDOM.random(MANY_ROWS) * 0.8, 0.01, 0.99), 2)
CLASSES = Answered(
    problem="classification", truth=TRUTH, answer=TRUTH, probability=PROBABILITY, positive=1, classes=(0, 1)
)
PRICES = RANDOM.lognormal(size=MANY_ROWS)
NUMBERS = Answered(problem="regression", truth=PRICES, answer=PRICES + RANDOM.normal(size=MANY_ROWS))


@pytest.mark.parametrize(
    ("metric", "rows"),
    [(name, NUMBERS) for name in ("mae", "rmse", "r2", "mape")] + [(name, CLASSES) for name in ("auc", "log_loss")],
)
def test_agrees_with_the_bootstrap(metric: str, rows: Answered) -> None:
    """For thousands of rows both intervals are as wide, within a tenth, and lie in the same place."""
    drawn = bootstrap(rows, [metric], resamples=800, confidence=0.95, seed=1)[metric]
    low, high = normal(metric, rows, value=rows.score(metric).value, confidence=0.95)
    assert (low, high) == pytest.approx(drawn, abs=0.1 * (high - low))


def test_auc_by_hand() -> None:
    """Positives .9 .6 .4, negatives .7 .2: shares won 1, ½, ½ (variance 1/12) and ⅓, 1 (2/9): √(1/36 + 1/9)."""
    rows = Answered(
        problem="classification",
        truth=np.array([1, 1, 1, 0, 0]),
        answer=np.zeros(5, int),
        probability=np.array([0.9, 0.6, 0.4, 0.7, 0.2]),
        positive=1,
        classes=(0, 1),
    )
    assert standard_error("auc", rows) == pytest.approx((1 / 36 + 1 / 9) ** 0.5)


def test_only_where_there_are_many_rows() -> None:
    """Few rows, few of one class, and metrics without a closed form are bootstrapped."""
    assert is_asymptotic("auc", CLASSES) and is_asymptotic("mae", NUMBERS)
    assert not is_asymptotic("mae", NUMBERS.take(np.arange(100)))
    rare = CLASSES.take(np.concatenate([np.flatnonzero(TRUTH == 0), np.flatnonzero(TRUTH == 1)[:10]]).repeat(2))
    assert len(rare) >= MANY_ROWS - 300 and not is_asymptotic("auc", rare)
    assert not is_asymptotic("recall", CLASSES)


def test_figures_say_which() -> None:
    """A figure names the method of its interval."""
    [figure] = measured(NUMBERS, ["mae"], policy=AuditPolicy())
    assert figure.method == "normal" and figure.low < figure.value < figure.high

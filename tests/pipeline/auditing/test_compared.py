"""Two models on the same rows: paired differences by hand, and intervals that cover."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.auditing.answered import Answered
from pipeline.auditing.compared import Both, compared
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.resampling import MANY_ROWS
from pipeline.auditing.slicing import Parts

POLICY = AuditPolicy(resamples=400)


def binary(truth: np.ndarray, probability: np.ndarray) -> Answered:
    """A classifier that says yes above one half."""
    return Answered(
        problem="classification", truth=truth, answer=(probability > 0.5).astype(int), probability=probability,
        positive=1, classes=(0, 1),
    )


def test_by_hand() -> None:
    """In x we find 2 of 2 and they 1; in y nobody is positive, so recall is compared with nothing."""
    truth = np.array([1, 1, 0, 0, 0, 0])
    ours, theirs = binary(truth, np.array([0.9, 0.9, 0.1, 0.1, 0.1, 0.1])), binary(truth, np.array([0.9] + [0.1] * 5))
    parts = Parts(("x", "y"), np.array([0, 0, 0, 1, 1, 1]))
    x, y = compared(ours, theirs, parts, ["recall", "accuracy"], policy=POLICY)
    assert (x["recall"].value, x["recall"].other, x["recall"].n) == (0.5, 0.5, 2)
    assert x["accuracy"].value == pytest.approx(1 / 3) and "recall" not in y
    assert (y["accuracy"].value, y["accuracy"].low, y["accuracy"].high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("metric", ["accuracy", "precision", "f1", "auc", "log_loss"])
def test_the_same_answers_differ_by_nothing(metric: str) -> None:
    """Two models that answer alike differ by 0, with certainty: their rows are drawn together."""
    random = np.random.default_rng(0)
    truth = random.integers(0, 2, 300)
    rows = binary(truth, np.clip(truth * 0.2 + random.random(300) * 0.7, 0.01, 0.99))
    [found] = compared(rows, replace(rows), Parts.whole(300), [metric], policy=POLICY)
    assert (found[metric].value, found[metric].low, found[metric].high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("metric", ["auc", "log_loss", "mae", "rmse", "r2"])
def test_many_rows_agree_with_few_drawn(metric: str) -> None:
    """The normal interval of many rows is that of resamples, within a tenth of its width."""
    random = np.random.default_rng(2)
    truth = random.integers(0, 2, MANY_ROWS)
    marks = [np.clip(truth * 0.3 + random.random(MANY_ROWS) * 0.6 + 0.02, 0, 1) for _ in range(2)]
    if metric in ("auc", "log_loss"):
        ours, theirs = (binary(truth, each) for each in marks)
    else:
        value = random.normal(size=MANY_ROWS)
        ours, theirs = (Answered(problem="regression", truth=value, answer=value + each) for each in marks)
    both = Both(ours, theirs, AuditPolicy(resamples=600))
    low, high = both.intervals([metric])[metric]
    drawn = both._drawn(metric)
    assert (low, high) == pytest.approx(drawn, abs=0.15 * (high - low))


def test_covers() -> None:
    """In 300 samples of 200 rows the 95 % interval of a paired difference of 10 points holds it about as often."""
    held = 0
    for seed in range(300):
        random = np.random.default_rng(seed)
        truth = np.repeat([0, 1], 100)
        right, better = random.random(200) < 0.7, random.random(200) < 1 / 3
        ours, theirs = (np.where(each, truth, 1 - truth) for each in (right | better, right))
        pair = [binary(truth, each.astype(float)) for each in (ours, theirs)]
        [found] = compared(*pair, Parts.whole(200), ["accuracy"], policy=AuditPolicy(resamples=300))
        held += found["accuracy"].low <= 0.1 <= found["accuracy"].high
    assert 0.91 <= held / 300 <= 0.98

"""Intervals of many rows, from the spread of what each row adds: a bootstrap would take minutes to say the same."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd

from pipeline.auditing.answered import Answered
from pipeline.auditing.intervals import Interval
from pipeline.auditing.resampling import of_truth, rounded

MANY_ROWS = 5_000


def is_asymptotic(metric: str, rows: Answered) -> bool:
    """Whether the normal interval serves: many rows, and a metric whose spread is known in closed form.

    AUC needs one positive class, and many rows of the rarer of the two.
    """
    if metric == "auc":
        return rows.positive is not None and rows.score("auc").n >= MANY_ROWS // 10 and len(rows) >= MANY_ROWS
    return metric in ("log_loss", *_ON_ERRORS) and len(rows) >= MANY_ROWS


def normal(metric: str, rows: Answered, *, value: float, confidence: float) -> Interval:
    """Bound a metric's `value` by the normal interval, `value` ± z standard errors."""
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * standard_error(metric, rows)
    ends = value - half, value + half
    return tuple(rounded(end) for end in (np.clip(ends, 0.0, 1.0) if metric == "auc" else ends))


def standard_error(metric: str, rows: Answered) -> float:
    """Estimate how far the metric varies from sample to sample: the spread of each row's influence, over √n."""
    if metric == "auc":
        return _of_auc(rows.truth == rows.positive, rows.probability)
    if metric == "log_loss":
        return _of_mean(-np.log(of_truth(rows)))
    truth = rows.truth.astype("float64")
    return _of_mean(_ON_ERRORS[metric](truth, truth - rows.answer.astype("float64")))


def _of_mean(influence: np.ndarray) -> float:
    return float(influence.std(ddof=1) / np.sqrt(len(influence)))


def _of_auc(positive: np.ndarray, probability: np.ndarray) -> float:
    """DeLong's estimate: the spread of each row's share of the other class that it is ranked right against."""
    hits, misses = probability[positive], probability[~positive]
    ranks = pd.Series(probability).rank().to_numpy()
    above = (ranks[positive] - pd.Series(hits).rank().to_numpy()) / len(misses)
    below = (ranks[~positive] - pd.Series(misses).rank().to_numpy()) / len(hits)
    return float(np.sqrt(above.var(ddof=1) / len(hits) + below.var(ddof=1) / len(misses)))


def _r2(truth: np.ndarray, error: np.ndarray) -> np.ndarray:
    left, spread = np.square(error), np.square(truth - truth.mean())
    return (spread * left.mean() / spread.mean() - left) / spread.mean()


_ON_ERRORS = {
    "mae": lambda truth, error: np.abs(error),
    "mape": lambda truth, error: np.abs(error / truth),
    "rmse": lambda truth, error: np.square(error) / (2 * max(np.sqrt(np.square(error).mean()), 1e-300)),
    "r2": _r2,
}

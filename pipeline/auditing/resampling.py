"""The bootstrap: what a metric would have been on other samples of the same kind of rows.

A resample is a row of weights, how often each row was drawn. In a classification, rows are drawn
within each true class, so that no class can vanish. Every metric is computed for all resamples at
once from weighted sums; with all weights 1 it equals `pipeline.artifacts.metric.score`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from pipeline.artifacts.metric import CLASSIFICATION
from pipeline.auditing.answered import Answered
from pipeline.auditing.intervals import Interval

CELLS_AT_ONCE = 4_000_000
_LEAST_PROBABILITY = float(np.finfo(np.float64).eps)


def bootstrap(
    rows: Answered, metrics: Sequence[str], *, resamples: int, confidence: float, seed: int
) -> dict[str, Interval]:
    """Bound each metric by the percentile interval of `resamples` seeded resamples.

    A metric that comes out undefined in every resample has no interval and is left out.
    """
    drawn: dict[str, list[np.ndarray]] = {metric: [] for metric in metrics}
    for weights in drawn_weights(rows, resamples=resamples, seed=seed):
        for metric, values in drawn.items():
            values.append(weighted(metric, rows, weights=weights))
    tail = 50 * (1 - confidence)
    return {
        metric: tuple(rounded(end) for end in np.percentile(defined, (tail, 100 - tail)))
        for metric, values in drawn.items()
        if len(defined := (every := np.concatenate(values))[np.isfinite(every)])
    }


def rounded(end: float) -> float:
    """Drop the last bits, which depend on the order in which a machine adds: equal audits have equal digests."""
    return float(f"{end:.10g}")


def drawn_weights(rows: Answered, *, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """Draw weights `(n_resamples, n_rows)`, in pieces that fit in memory."""
    random = np.random.default_rng(seed)
    strata = _strata(rows)
    piece = max(1, CELLS_AT_ONCE // max(1, len(rows)))
    for start in range(0, resamples, piece):
        count = min(piece, resamples - start)
        weights = np.empty((count, len(rows)))
        for positions in strata:
            weights[:, positions] = _drawn(random, count, len(positions))
        yield weights


def _strata(rows: Answered) -> list[np.ndarray]:
    if rows.problem != CLASSIFICATION:
        return [np.arange(len(rows))]
    _, codes = np.unique(rows.truth, return_inverse=True)
    return [np.flatnonzero(codes == code) for code in range(codes.max() + 1)]


def _drawn(random: np.random.Generator, count: int, size: int) -> np.ndarray:
    picks = random.integers(0, size, (count, size)) + np.arange(count)[:, None] * size
    return np.bincount(picks.ravel(), minlength=count * size).reshape(count, size)


def weighted(metric: str, rows: Answered, *, weights: np.ndarray) -> np.ndarray:
    """Compute a metric for each row of `weights` `(n_resamples, n_rows)`: `(n_resamples,)`, NaN where undefined."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if metric in _ON_ERRORS:
            return _ON_ERRORS[metric](rows.truth, rows.truth - rows.answer.astype("float64"), weights)
        if metric == "accuracy":
            return _mean(rows.truth == rows.answer, weights)
        if metric == "log_loss":
            return _mean(-np.log(of_truth(rows)), weights)
        parts = [of_class(weights) for of_class in _by_class(metric, rows)]
        return np.mean(parts, axis=0)


def _mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return weights @ values.astype("float64") / weights.sum(axis=1)


def of_truth(rows: Answered) -> np.ndarray:
    """Give the probability of the true class, `(n_rows,)`, no smaller than log loss takes it."""
    if rows.positive is not None:
        found = np.where(rows.truth == rows.positive, rows.probability, 1.0 - rows.probability)
    else:
        columns = np.array([rows.classes.index(label) for label in rows.truth.tolist()])
        found = rows.probability[np.arange(len(rows)), columns]
    return np.clip(found, _LEAST_PROBABILITY, 1.0)


def _by_class(metric: str, rows: Answered) -> list[Callable[[np.ndarray], np.ndarray]]:
    """Give one function of weights for the positive class, or one for each class that occurs."""
    labels = [rows.positive] if rows.positive is not None else np.unique(rows.truth).tolist()
    if metric != "auc":
        compute = _ON_COUNTS[metric]
        return [
            lambda w, label=label: compute(*_cells(rows.truth == label, rows.answer == label, w)) for label in labels
        ]
    columns = [
        rows.probability if rows.positive is not None else rows.probability[:, rows.classes.index(label)]
        for label in labels
    ]
    return [
        lambda w, label=label, column=column: _auc(rows.truth == label, column, w)
        for label, column in zip(labels, columns, strict=True)
    ]


def _cells(truth: np.ndarray, answer: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, ...]:
    cells = (truth & answer, ~truth & answer, truth & ~answer, ~truth & ~answer)
    return tuple(weights @ cell.astype("float64") for cell in cells)


_ON_COUNTS = {
    "precision": lambda tp, fp, fn, tn: tp / (tp + fp),
    "recall": lambda tp, fp, fn, tn: tp / (tp + fn),
    "f1": lambda tp, fp, fn, tn: 2 * tp / (2 * tp + fp + fn),
    "selection_rate": lambda tp, fp, fn, tn: (tp + fp) / (tp + fp + fn + tn),
    "false_positive_rate": lambda tp, fp, fn, tn: fp / (fp + tn),
    "false_negative_rate": lambda tp, fp, fn, tn: fn / (tp + fn),
}


def _auc(truth: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Count, for each positive, the negatives ranked below it and half of those level with it."""
    order = np.argsort(probability, kind="stable")
    starts = np.flatnonzero(np.diff(probability[order], prepend=-np.inf))
    ordered, positive = weights[:, order], truth[order]
    hits = np.add.reduceat(ordered * positive, starts, axis=1)
    misses = np.add.reduceat(ordered * ~positive, starts, axis=1)
    below = np.cumsum(misses, axis=1) - misses / 2
    return (hits * below).sum(axis=1) / (hits.sum(axis=1) * misses.sum(axis=1))


def _r2(truth: np.ndarray, error: np.ndarray, weights: np.ndarray) -> np.ndarray:
    centred = truth - truth.mean()
    spread = _mean(np.square(centred), weights) - np.square(_mean(centred, weights))
    return 1.0 - _mean(np.square(error), weights) / np.where(spread > 1e-12 * np.square(centred).max(), spread, np.nan)


_ON_ERRORS = {
    "mae": lambda truth, error, weights: _mean(np.abs(error), weights),
    "rmse": lambda truth, error, weights: np.sqrt(_mean(np.square(error), weights)),
    "r2": _r2,
    "mape": lambda truth, error, weights: _mean(np.abs(error / truth), weights),
}

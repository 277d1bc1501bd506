"""The bootstrap: what a metric would have been on other samples of the same kind of rows.

Rows are drawn within each group and, in a classification, within each true class of it, so that no
group and no class can vanish from a resample. What rests on counts alone needs no rows: of the rows of
one true class, those answered as each class are multinomial. Else a resample is a row of weights, how
often each row was drawn, and a metric is computed for all resamples at once from weighted sums; with
all weights 1 it equals `pipeline.artifacts.metric.score`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from pipeline.artifacts.metric import CLASSIFICATION, RANKING, metric as metric_named
from pipeline.auditing.answered import Answered
from pipeline.auditing.cells import COUNTED, Cells
from pipeline.auditing.intervals import Interval, rounded

CELLS_AT_ONCE = 1_000_000
MANY_ROWS = 5_000


def bootstrap(
    rows: Answered, metrics: Sequence[str], *, resamples: int, confidence: float, seed: int
) -> dict[str, Interval]:
    """Bound metrics of rows by the percentile interval of `resamples` seeded resamples.

    A metric that comes out undefined in every resample has no interval and is left out.
    """
    drawn: dict[str, list[np.ndarray]] = {metric: [] for metric in metrics}
    by_gaps = {"auc"} if rows.positive is not None and len(rows) > MANY_ROWS else set()
    by_rows = [metric for metric in metrics if metric not in by_gaps]
    for weights in weights_of(rows, resamples=resamples, seed=seed) if by_rows else ():
        for metric in by_rows:
            drawn[metric].append(weighted(metric, rows, weights=weights))
    if by_gaps & drawn.keys():
        random, positive = np.random.default_rng(seed), rows.truth == rows.positive
        drawn["auc"].append(_auc_of_rare(positive, rows.probability, resamples, random))
    return _percentiles(drawn, confidence=confidence)


def bootstrap_counts(
    cells: Cells, table: np.ndarray, metrics: Sequence[str], *, resamples: int, confidence: float, seed: int
) -> dict[str, Interval]:
    """Bound metrics of one table of counts `(n_cells,)`, as `bootstrap` does those of its rows, in the same law."""
    random, values = np.random.default_rng(seed), {metric: [] for metric in metrics}
    for count in _pieces(resamples, len(table)):
        draws = multinomial(table, cells.truth, resamples=count, random=random)
        for metric in metrics:
            values[metric].append(cells.values(metric, draws)[0])
    return _percentiles(values, confidence=confidence)


def bootstrap_mean(values: np.ndarray, *, resamples: int, confidence: float, seed: int) -> Interval | None:
    """Bound the mean of values `(n,)`, of queries for one, drawn with replacement; None of no values."""
    if not len(values):
        return None
    random, means = np.random.default_rng(seed), []
    for count in _pieces(resamples, len(values)):
        means.append(_drawn(random, count, len(values)) @ values / len(values))
    return percentile(np.concatenate(means), confidence=confidence)


def multinomial(table: np.ndarray, strata: np.ndarray, *, resamples: int, random: np.random.Generator) -> np.ndarray:
    """Draw tables of counts `(resamples, n_cells)`, the total of each stratum of cells staying what it is."""
    draws = np.zeros((resamples, len(table)), dtype=np.int64)
    for stratum in np.unique(strata[table > 0]):
        cells = np.flatnonzero((strata == stratum) & (table > 0))
        total = table[cells].sum()
        draws[:, cells] = random.multinomial(total, table[cells] / total, size=resamples)
    return draws


def _percentiles(drawn: Mapping[str, list[np.ndarray]], *, confidence: float) -> dict[str, Interval]:
    found = {metric: percentile(np.concatenate(values), confidence=confidence) for metric, values in drawn.items()}
    return {metric: interval for metric, interval in found.items() if interval}


def percentile(values: np.ndarray, *, confidence: float) -> Interval | None:
    """Bound what the resamples came to, those that are defined; None if none is."""
    defined, tail = values[np.isfinite(values)], 50 * (1 - confidence)
    return tuple(rounded(end) for end in np.percentile(defined, (tail, 100 - tail))) if len(defined) else None


def weights_of(rows: Answered, *, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """Draw weights `(n_resamples, n_rows)`, in pieces that fit in memory."""
    random, strata = np.random.default_rng(seed), _strata(rows)
    for count in _pieces(resamples, len(rows)):
        weights = np.empty((count, len(rows)))
        for positions in strata:
            weights[:, positions] = _drawn(random, count, len(positions))
        yield weights


def _pieces(resamples: int, size: int) -> Iterator[int]:
    piece = max(1, CELLS_AT_ONCE // max(1, size))
    for start in range(0, resamples, piece):
        yield min(piece, resamples - start)


def _strata(rows: Answered) -> list[np.ndarray]:
    if rows.problem != CLASSIFICATION:
        return [np.arange(len(rows))]
    _, codes = np.unique(rows.truth, return_inverse=True)
    return [np.flatnonzero(codes == code) for code in range(codes.max() + 1)]


def _drawn(random: np.random.Generator, count: int, size: int) -> np.ndarray:
    picks = random.integers(0, size, (count, size)) + np.arange(count)[:, None] * size
    return np.bincount(picks.ravel(), minlength=count * size).reshape(count, size)


def weighted(metric: str, rows: Answered, *, weights: np.ndarray) -> np.ndarray:
    """Compute a metric for each row of `weights` `(n_resamples, n_rows)`: `(n_resamples,)`, NaN where undefined.

    Rankings are not drawn by row, and come out undefined.
    """
    if metric in COUNTED:
        return _counted(metric, rows, weights)
    if metric_named(metric).problem == RANKING:
        return np.full(len(weights), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        if metric in _ON_ERRORS:
            return _ON_ERRORS[metric](rows.truth, rows.truth - rows.answer.astype("float64"), weights)
        if metric == "log_loss":
            return _mean(-np.log(rows.of_truth()), weights)
        return np.mean([of_class(weights) for of_class in _auc_by_class(rows)], axis=0)


def _counted(metric: str, rows: Answered, weights: np.ndarray) -> np.ndarray:
    cells = Cells.of(rows)
    tables = [weights[:, cells.of_row == cell].sum(axis=1) for cell in range(len(cells.truth))]
    return cells.values(metric, np.stack(tables, axis=-1))[0]


def _mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return weights @ values.astype("float64") / weights.sum(axis=1)


def _auc_by_class(rows: Answered) -> list[Callable[[np.ndarray], np.ndarray]]:
    """Give one function of weights for the positive class, or one for each class that occurs."""
    return [
        lambda weights, truth=truth, probability=probability: _auc(truth, probability, weights)
        for truth, probability in rows.against_rest()
    ]


def _auc(truth: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Count, for each positive, the negatives ranked below it and half of those level with it."""
    order = np.argsort(probability, kind="stable")
    starts = np.flatnonzero(np.diff(probability[order], prepend=-np.inf))
    ordered, positive = weights[:, order], truth[order]
    hits = np.add.reduceat(ordered * positive, starts, axis=1)
    misses = np.add.reduceat(ordered * ~positive, starts, axis=1)
    below = np.cumsum(misses, axis=1) - misses / 2
    return (hits * below).sum(axis=1) / (hits.sum(axis=1) * misses.sum(axis=1))


def _auc_of_rare(
    positive: np.ndarray, probability: np.ndarray, count: int, random: np.random.Generator
) -> np.ndarray:
    """Draw the AUC of few rows of one class against many of the other, which count only by the gap they fall in."""
    sign = 1 if 2 * positive.sum() <= len(positive) else -1
    few, many = (np.sort(sign * probability[of]) for of in (positive, ~positive)[::sign])
    level, rows = np.unique(few, return_counts=True)
    below, upto = (np.searchsorted(many, level, side=side) for side in ("left", "right"))
    edges = np.stack([below, upto], axis=1).ravel()
    gaps = np.diff(edges, prepend=0, append=len(many))
    drawn = random.multinomial(len(many), gaps / len(many), size=count)
    passed = np.cumsum(drawn[:, :-1], axis=1)
    won = (passed[:, 0::2] + passed[:, 1::2]) / 2
    return (random.multinomial(len(few), rows / len(few), size=count) * won).sum(axis=1) / (len(few) * len(many))


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

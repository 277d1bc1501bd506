"""How well a fitted estimator does on some rows, and how much of that is the luck of these rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.artifacts.curve import Level
from pipeline.auditing.answered import Answered
from pipeline.auditing.intervals import rounded
from pipeline.auditing.resampling import weighted, weights_of

RESAMPLES = 400


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A metric's value, and its values `(n_resamples,)` in resamples of what it was measured on; `n` rows of it."""

    value: float
    draws: np.ndarray
    n: int


def drawn(metric: str, rows: Answered, *, seed: int) -> Drawn | None:
    """Measure a metric and resample it; None where it is 0/0. One seed gives all models the same resamples of rows."""
    found = rows.score(metric)
    if not found.defined:
        return None
    pieces = weights_of(rows, resamples=RESAMPLES, seed=seed)
    draws = np.concatenate([np.asarray(weighted(metric, rows, weights=weights)) for weights in pieces])
    return Drawn(found.value, np.where(np.isfinite(draws), draws, found.value), len(rows))


def together(repeats: Sequence[Drawn]) -> Drawn:
    """Take the mean over repeats, and over them in each resample."""
    draws = np.mean([each.draws for each in repeats], axis=0)
    return Drawn(float(np.mean([each.value for each in repeats])), draws, repeats[0].n)


def luck_per_row(repeats: Sequence[tuple[float, int, Sequence[Drawn]]]) -> float:
    """Estimate how much a metric varies with the draw of the training rows: its variance times their number.

    `repeats` gives for each size its fraction of all rows (0 to 1), its rows and what each draw of so many
    measured. Draws from the same rows vary by 1 - fraction of what draws afresh would (finite population).
    """
    found = [
        np.var([each.value for each in drawn_], ddof=1) * rows / (1 - fraction)
        for fraction, rows, drawn_ in repeats
        if fraction < 1 and len(drawn_) > 1
    ]
    return float(np.mean(found)) if found else 0.0


def blurred(measured: Drawn, *, variance: float, seed: int) -> Drawn:
    """Add the luck of the draw of the training rows to the resamples, normal with this variance."""
    noise = np.random.default_rng(seed).normal(0.0, np.sqrt(variance), len(measured.draws))
    return Drawn(measured.value, measured.draws + noise, measured.n)


def interval(draws: np.ndarray, *, confidence: float) -> tuple[float, float]:
    """Give the percentile interval of resampled values."""
    tail = 50 * (1 - confidence)
    low, high = np.percentile(draws, (tail, 100 - tail))
    return rounded(low), rounded(high)


def level(measured: Drawn, *, confidence: float) -> Level:
    """Give a measured value with its interval."""
    low, high = interval(measured.draws, confidence=confidence)
    return Level(value=rounded(measured.value), low=low, high=high, n=measured.n)

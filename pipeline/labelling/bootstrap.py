"""Intervals over items: what a coefficient would have been on other items of the same kind.

Items that were labelled alike are counted together: drawing items again is drawing these counts
anew, so that a million items cost no more than the ways in which they differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.artifacts.audit import Figure

CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampling:
    """How intervals are drawn: `resamples` seeded draws, bounded at `confidence` (0 to 1)."""

    resamples: int = 1000
    confidence: float = 0.95
    seed: int = 0


def distinct(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the distinct rows of a table, and how often each occurs."""
    if not rows.shape[0] or not rows.shape[1]:
        return rows[:0], np.zeros(0, int)
    found, counts = np.unique(rows, axis=0, return_counts=True)
    return found, counts


def figure(
    metric: str, counts: np.ndarray, compute: Callable[[np.ndarray], np.ndarray], *, n: int, how: Resampling
) -> Figure:
    """Measure what `compute` gives for weights, (n_resamples, n_profiles) to (n_resamples,), with its interval.

    `counts` are how often each profile occurs. The interval is the percentile one; there is none
    where every resample gives the same, as then the draws show nothing.
    """
    value = compute(counts[None, :])[0] if len(counts) else np.nan
    if not np.isfinite(value):
        return Figure(metric=metric, value=0.0, n=n, defined=False)
    drawn = _drawn(counts, compute, how)
    low, high = np.percentile(drawn, _ends(how)) if len(drawn) else (value, value)
    if low == high:
        return Figure(metric=metric, value=rounded(value), n=n)
    return Figure(metric=metric, value=rounded(value), n=n, low=rounded(low), high=rounded(high), method="bootstrap")


def rounded(value: float) -> float:
    """Drop the last bits, which depend on the order in which a machine adds: equal labels give equal digests."""
    return float(f"{value:.10g}")


def _drawn(counts: np.ndarray, compute: Callable[[np.ndarray], np.ndarray], how: Resampling) -> np.ndarray:
    random, items = np.random.default_rng(how.seed), int(counts.sum())
    piece = max(1, CELLS_AT_ONCE // len(counts))
    found = [
        compute(random.multinomial(items, counts / items, size=min(piece, how.resamples - start)))
        for start in range(0, how.resamples, piece)
    ]
    every = np.concatenate(found)
    return every[np.isfinite(every)]


def _ends(how: Resampling) -> tuple[float, float]:
    tail = 50 * (1 - how.confidence)
    return tail, 100 - tail

"""Coefficients of agreement, each computed for many resamples of the items at once.

`profiles` are the distinct ways in which an item was labelled, counts by class, shape (n_profiles,
n_classes); `weights` say how often each occurs in a resample, (n_resamples, n_profiles). Every
function gives (n_resamples,), NaN where the coefficient is 0/0.
"""

from __future__ import annotations

import numpy as np

LEVELS = ("nominal", "ordinal", "interval")


def raw_agreement(profiles: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Give the share of pairs of labels of one item that are alike, pooled over items."""
    size = profiles.sum(axis=1)
    return _share(weights @ (profiles * (profiles - 1)).sum(axis=1), weights @ (size * (size - 1)))


def fleiss_kappa(profiles: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Compute Fleiss' kappa (Fleiss 1971); NaN where items differ in their number of labels, or none has two."""
    size = profiles.sum(axis=1)
    if not len(size) or size.min() != size.max() or size[0] < 2:
        return np.full(len(weights), np.nan)
    shares = _share(weights @ profiles, (weights @ size)[:, None])
    return _beyond(raw_agreement(profiles, weights), np.square(shares).sum(axis=1))


def krippendorff_alpha(
    profiles: np.ndarray, weights: np.ndarray, *, level: str = "nominal", values: np.ndarray | None = None
) -> np.ndarray:
    """Compute Krippendorff's alpha (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability").

    Items with fewer than two labels say nothing and are left out. `values` are the classes as numbers,
    ascending, which the level `interval` needs; `ordinal` goes by their order alone.
    """
    paired = profiles.sum(axis=1) >= 2
    profiles, weights = profiles[paired].astype("float64"), weights[:, paired]
    totals = weights @ profiles
    n = totals.sum(axis=1)
    if level == "ordinal":
        observed, expected = _ordinal(profiles, weights, totals)
    else:
        distance = _distances(profiles.shape[1], values if level == "interval" else None)
        apart = ((profiles @ distance) * profiles).sum(axis=1) / (profiles.sum(axis=1) - 1)
        observed, expected = weights @ apart, ((totals @ distance) * totals).sum(axis=1)
    return 1 - _share(observed * (n - 1), expected)


def cohen_kappa(cells: np.ndarray) -> np.ndarray:
    """Compute Cohen's kappa of tables of what two labellers said, shape (n_resamples, n_classes, n_classes)."""
    n = cells.sum(axis=(1, 2))
    alike = _share(np.trace(cells, axis1=1, axis2=2), n)
    chance = _share((cells.sum(axis=1) * cells.sum(axis=2)).sum(axis=1), np.square(n))
    return _beyond(alike, chance)


def specific_agreement(profiles: np.ndarray, weights: np.ndarray, *, place: int) -> np.ndarray:
    """Give how often another labeller says the class at `place` too where one does (Spitzer and Fleiss 1974)."""
    said, size = profiles[:, place], profiles.sum(axis=1)
    return _share(weights @ (said * (said - 1)), weights @ (said * (size - 1)))


def _ordinal(profiles: np.ndarray, weights: np.ndarray, totals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sum up the differences of ranks, which hang on how often each class occurs in the resample."""
    kinds = profiles.shape[1]
    pairs = profiles[:, :, None] * profiles[:, None, :] - profiles[:, :, None] * np.eye(kinds)
    pairs /= (profiles.sum(axis=1) - 1)[:, None, None]
    together = (weights @ pairs.reshape(len(profiles), -1)).reshape(-1, kinds, kinds)
    rank = np.cumsum(totals, axis=1) - totals / 2
    distance = np.square(rank[:, :, None] - rank[:, None, :])
    return (together * distance).sum(axis=(1, 2)), np.einsum("bc,bck,bk->b", totals, distance, totals)


def _distances(kinds: int, values: np.ndarray | None) -> np.ndarray:
    return 1 - np.eye(kinds) if values is None else np.square(values[:, None] - values[None, :])


def _beyond(found: np.ndarray, chance: np.ndarray) -> np.ndarray:
    return _share(found - chance, 1 - chance)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide; what is divided by nothing is NaN, and so is what is left of 1 by rounding."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.abs(whole) > 1e-12, part / whole, np.nan)

"""Carrying a learning curve on: a power law with a floor, fitted to what was measured."""

from __future__ import annotations

import numpy as np

_POWERS = np.linspace(0.1, 1.0, 10)


def expected_loss(rows: np.ndarray, losses: np.ndarray, *, at: float) -> tuple[np.ndarray, np.ndarray]:
    """Fit loss = floor + scale · rows^-power to each curve; give the fitted loss at the last size and at `at` rows.

    `rows` is `(n_points,)`, `losses` `(n_curves, n_points)`; both results are `(n_curves,)`, not below 0. Of the powers
    0.1 to 1 that of least squared error is taken, points weighing by their rows: the inverse power law of
    learning curves (C. Cortes and others, Learning curves, NIPS 1993). A curve that worsens may have a
    negative scale, so that a gain of chance is not taken for one.
    """
    share = rows / rows.sum()
    fits = [_line(rows**-power, losses, share) for power in _POWERS]
    left = np.stack([fit[2] for fit in fits])
    best = np.argmin(left, axis=0)
    curves = np.arange(len(losses))
    floor = np.stack([fit[0] for fit in fits])[best, curves]
    scale = np.stack([fit[1] for fit in fits])[best, curves]
    ends = (np.clip(floor + scale * size ** -_POWERS[best], 0.0, None) for size in (rows[-1], at))
    return next(ends), next(ends)


def _line(x: np.ndarray, y: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fit y = floor + scale x by weighted least squares; give both and what is left of the squares."""
    centre = x @ share
    mean = y @ share
    scale = ((y - mean[:, None]) * (x - centre)) @ share / (np.square(x - centre) @ share)
    floor = mean - scale * centre
    return floor, scale, np.square(y - floor[:, None] - scale[:, None] * x) @ share

"""Estimates: a metric of many groups at once, with how far each may be from the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """A metric for each group, all `(n_groups,)`.

    `value` is NaN where the metric is 0/0, `n` the cases it rests on. `error` is its standard error,
    known in closed form; NaN where it is not.
    """

    value: np.ndarray
    n: np.ndarray
    error: np.ndarray

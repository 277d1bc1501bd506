"""The same estimator, fitted again to fewer of its training rows."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.answer import numeric
from pipeline.artifacts.metric import CLASSIFICATION
from pipeline.rank import mixed, ranks


class Unfit(Exception):
    """The estimator could not be fitted to so few rows, or not asked then; the text says why, for the report."""

    @classmethod
    def of(cls, error: Exception) -> Unfit:
        """Take the first line of what the estimator said."""
        return cls(str(error).strip().partition("\n")[0].rstrip("."))


def subset(ids: np.ndarray, strata: np.ndarray | None, *, fraction: float, seed: int) -> np.ndarray:
    """Give the positions of a `fraction` (0 to 1) of the rows, those that come first in an order hashed from ids.

    With `strata` (a class per row) it is that share of each class, rounded up, so that none is lost. With one
    `seed` a smaller part lies in every larger one.
    """
    order = mixed(ranks(ids, seed=seed))
    codes = np.zeros(len(ids), dtype=np.int64) if strata is None else pd.factorize(strata)[0]
    by_stratum = np.lexsort((order, codes))
    starts = np.searchsorted(codes[by_stratum], np.arange(codes.max(initial=0) + 1))
    place = np.arange(len(ids)) - starts[codes[by_stratum]]
    most = np.ceil(np.round(fraction * np.bincount(codes), 9))
    return np.sort(by_stratum[place < most[codes[by_stratum]]])


def refitted(
    estimator: Any, frame: pd.DataFrame, *, features: Sequence[str], target: str, problem: str, repeat: int
) -> Any:
    """Fit a copy of `estimator`, with its parameters, to `frame`, on one thread; `repeat` is added to its seeds.

    What it warns of is its training run's to tell.

    Raises:
        Unfit: the estimator refuses these rows.
    """
    from sklearn.base import clone
    from threadpoolctl import threadpool_limits

    fresh = clone(estimator)
    fresh.set_params(**{name: seed + repeat for name, seed in seeds(fresh).items()})
    truth = frame[target].to_numpy() if problem == CLASSIFICATION else frame[target].to_numpy("float64")
    with warnings.catch_warnings(), threadpool_limits(limits=1):
        warnings.simplefilter("ignore")
        try:
            return fresh.fit(numeric(frame, features), truth)
        except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
            raise Unfit.of(error) from error


def seeds(estimator: Any) -> dict[str, int]:
    """Give the estimator's parameters that are seeds, with their values."""
    return {
        name: value
        for name, value in estimator.get_params().items()
        if name.rpartition("__")[2] == "random_state" and isinstance(value, int)
    }

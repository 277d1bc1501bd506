"""An estimator from its dotted path: imported, built, seeded, and fitted the same way every time."""

from __future__ import annotations

import difflib
import importlib
import inspect
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.metric import CLASSIFICATION, REGRESSION
from pipeline.errors import Misuse, TrainingRefused


def build(path: str, *, parameters: Mapping[str, Any], seed: int) -> Any:
    """Build an estimator that is not fitted; `seed` goes wherever a `random_state` was left open.

    Raises:
        Misuse: no such class, or it does not take such a parameter, with near names.
    """
    kind = _class(path)
    known = list(inspect.signature(kind).parameters)
    open_ended = any(each.kind is each.VAR_KEYWORD for each in inspect.signature(kind).parameters.values())
    if not open_ended and (unknown := [name for name in parameters if name not in known]):
        raise Misuse(f"{path} takes no such parameter", examples=unknown, next_step=_near(unknown[0], known))
    estimator = kind(**parameters)
    problem_of(estimator)
    unset = [name for name, value in estimator.get_params().items() if _is(name, "random_state") and value is None]
    return estimator.set_params(**dict.fromkeys(unset, seed))


def _is(name: str, parameter: str) -> bool:
    return name == parameter or name.endswith(f"__{parameter}")


def _class(path: str) -> Any:
    module_name, _, name = path.rpartition(".")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise Misuse(
            f"estimator {path!r} cannot be imported", found=str(error), next_step="Is its package installed?"
        ) from error
    found = getattr(module, name, None)
    if inspect.isclass(found) and hasattr(found, "fit") and hasattr(found, "get_params"):
        return found
    raise Misuse(
        f"{module_name} has no estimator {name!r}",
        expected="a scikit-learn-compatible class",
        next_step=_near(name, [each for each in dir(module) if not each.startswith("_")]),
    )


def _near(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(near)}?" if near else ""


def problem_of(estimator: Any) -> str:
    """Tell classification from regression.

    Raises:
        Misuse: the estimator is for neither.
    """
    from sklearn.base import is_classifier, is_regressor

    if is_classifier(estimator):
        return CLASSIFICATION
    if is_regressor(estimator):
        return REGRESSION
    raise Misuse(f"{type(estimator).__name__} cannot be a candidate", expected="a classifier or a regressor")


def fit(estimator: Any, features: pd.DataFrame, truth: np.ndarray) -> tuple[Any, list[str]]:
    """Fit on one thread, so that sums come out the same; give the estimator and what it warned of.

    A parameter `n_jobs` speeds up the fitting; what is kept answers with one job.

    Raises:
        TrainingRefused: the features have nulls the estimator cannot take, or it refuses the data.
    """
    from threadpoolctl import threadpool_limits

    _check_nulls(estimator, features)
    with warnings.catch_warnings(record=True) as caught, threadpool_limits(limits=1):
        warnings.simplefilter("always")
        try:
            estimator.fit(features, truth)
        except (ValueError, TypeError, ArithmeticError, np.linalg.LinAlgError) as error:
            raise TrainingRefused(
                f"{type(estimator).__name__} could not be fitted to {len(features)} rows", found=str(error)
            ) from error
    jobs = [name for name in estimator.get_params() if _is(name, "n_jobs")]
    estimator.set_params(**dict.fromkeys(jobs, 1))
    return estimator, sorted({f"{each.category.__name__}: {each.message}" for each in caught})


def _check_nulls(estimator: Any, features: pd.DataFrame) -> None:
    from sklearn.utils import get_tags

    nulls = features.isna().sum()
    nulls = nulls[nulls > 0]
    if len(nulls) and not get_tags(estimator).input_tags.allow_nan:
        raise TrainingRefused(
            f"{type(estimator).__name__} takes no missing values",
            examples=[f"{column}: {count} of {len(features)} rows" for column, count in nulls.items()],
            next_step="Impute them with a transform, drop the rows before the split, or use an estimator that can.",
        )

"""The arithmetic behind the metrics, over whole arrays: each function gives (value, defined, n)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.counting import Counts, balanced, ratio
from pipeline.artifacts.ranking import per_query
from pipeline.errors import Misuse

Figure = tuple[float, bool, int]
UNDEFINED: Figure = (0.0, False, 0)
_LEAST_PROBABILITY = float(np.finfo(np.float64).eps)


def aligned(name: str, truth: Iterable[Any], answer: Iterable[Any]) -> tuple[np.ndarray, np.ndarray]:
    """Give truth and answer as plain arrays of one length without missing values.

    Raises:
        Misuse: the lengths differ, or a value is missing.
    """
    truths, answers = _plain(truth), _plain(answer)
    if truths.shape != answers.shape or truths.ndim != 1:
        raise Misuse(f"{name}: truth and answer differ in shape", expected=str(truths.shape), found=str(answers.shape))
    for what, values in (("truth", truths), ("answer", answers)):
        if missing := int(pd.isna(values).sum()):
            raise Misuse(f"{name}: the {what} has missing values", found=f"{missing} of {len(values)}")
    return truths, answers


def _plain(values: Iterable[Any]) -> np.ndarray:
    array = values if isinstance(values, (np.ndarray, pd.Series, pd.api.extensions.ExtensionArray)) else list(values)
    plain = pd.Series(array).to_numpy()
    if plain.dtype != object:
        return plain
    inferred = pd.Series(plain).infer_objects().to_numpy()
    return inferred if inferred.dtype.kind in "biuf" else plain


def _share(part: Any, whole: Any) -> Figure:
    return (float(part) / float(whole), True, int(whole)) if whole else UNDEFINED


def classification(name: str, truth: np.ndarray, answer: np.ndarray, *, positive: Any) -> Figure:
    """Compute a metric of answers: for the class `positive`, or as the mean over all classes.

    Raises:
        Misuse: `selection_rate` without a positive class.
    """
    if name == "accuracy":
        return _share((truth == answer).sum(), len(truth))
    if positive is not None:
        return _of_class(name, _counts(truth == positive, answer == positive))
    if name == "selection_rate":
        raise Misuse("selection_rate needs to know which class counts as yes", next_step="Give positive=…")
    name = "recall" if name == "balanced_accuracy" else name
    figures = [_of_class(name, _counts(truth == label, answer == label)) for label in pd.unique(truth)]
    return _mean(figures, n=len(truth))


def _mean(figures: Sequence[Figure], *, n: int) -> Figure:
    if not figures or not all(defined for _, defined, _ in figures):
        return (0.0, False, n)
    return (sum(value for value, _, _ in figures) / len(figures), True, n)


def _counts(truth: np.ndarray, answer: np.ndarray) -> Counts:
    return Counts(int((truth & answer).sum()), int(truth.sum()), int(answer.sum()), len(truth))


def _of_class(name: str, counts: Counts) -> Figure:
    value, n = (balanced(counts), counts.total) if name == "balanced_accuracy" else ratio(name, counts)
    return (0.0, False, int(n)) if np.isnan(value) else (float(value), True, int(n))


def probabilistic(
    name: str, truth: np.ndarray, probability: Any, *, positive: Any, classes: Sequence[Any] = ()
) -> Figure:
    """Compute `auc` or `log_loss`; a table of probabilities needs the classes of its columns.

    Raises:
        Misuse: there are no probabilities, they are missing or outside 0 to 1, or the shape does not fit.
    """
    table = _probabilities(name, truth, probability, classes=classes)
    if table.ndim == 1:
        return _auc(truth == positive, table) if name == "auc" else _log_loss(truth == positive, table)
    if positive is not None and positive in classes:
        return probabilistic(name, truth, table[:, list(classes).index(positive)], positive=positive)
    if name == "auc":
        present = [column for column, label in enumerate(classes) if (truth == label).any()]
        return _mean([_auc(truth == classes[column], table[:, column]) for column in present], n=len(truth))
    right = np.stack([truth == label for label in classes], axis=1)
    return _surprise(np.where(right, table, 0.0).sum(axis=1))


def _probabilities(name: str, truth: np.ndarray, probability: Any, *, classes: Sequence[Any]) -> np.ndarray:
    if probability is None:
        raise Misuse(f"{name} needs probabilities, and the model gives none", next_step="Choose accuracy or f1.")
    table = np.asarray(probability, dtype="float64")
    expected = (len(truth),) if table.ndim == 1 else (len(truth), len(classes))
    if table.shape != expected:
        raise Misuse(f"{name}: probabilities of the wrong shape", expected=str(expected), found=str(table.shape))
    if not ((table >= 0) & (table <= 1)).all():
        raise Misuse(f"{name}: probabilities are missing or outside 0 to 1")
    return table


def _auc(truth: np.ndarray, probability: np.ndarray) -> Figure:
    """Compute the area under the ROC curve from mean ranks, so that a tie counts one half."""
    positives, n = int(truth.sum()), len(truth)
    if positives in (0, n):
        return (0.0, False, n)
    ranks = pd.Series(probability).rank().to_numpy()
    above = ranks[truth].sum() - positives * (positives + 1) / 2
    return (float(above / (positives * (n - positives))), True, n)


def _log_loss(truth: np.ndarray, probability: np.ndarray) -> Figure:
    return _surprise(np.where(truth, probability, 1.0 - probability))


def _surprise(probability_of_truth: np.ndarray) -> Figure:
    n = len(probability_of_truth)
    if not n:
        return UNDEFINED
    likely = np.clip(probability_of_truth, _LEAST_PROBABILITY, 1.0)
    return (float(-np.log(likely).mean()), True, n)


def regression(name: str, truth: np.ndarray, answer: np.ndarray) -> Figure:
    """Compute a metric of numbers; r² needs truths that differ, MAPE truths that are not 0.

    Raises:
        Misuse: truth or answer is not numeric.
    """
    if not len(truth):
        return UNDEFINED
    if truth.dtype.kind not in "biuf" or answer.dtype.kind not in "biuf":
        raise Misuse(f"{name} needs numbers", found=f"{truth.dtype} and {answer.dtype}")
    truths, answers = truth.astype("float64"), answer.astype("float64")
    with np.errstate(all="ignore"):
        value = _REGRESSIONS[name](truths, truths - answers)
    return (float(value), True, len(truths)) if np.isfinite(value) else (0.0, False, len(truths))


def _r2(truth: np.ndarray, error: np.ndarray) -> float:
    if np.ptp(truth) == 0:  # the mean of equal numbers may differ from them in the last bit
        return np.nan
    return 1.0 - np.square(error).sum() / np.square(truth - truth.mean()).sum()


_REGRESSIONS = {
    "mae": lambda truth, error: np.abs(error).mean(),
    "rmse": lambda truth, error: np.sqrt(np.square(error).mean()),
    "r2": _r2,
    "mape": lambda truth, error: np.abs(error / truth).mean(),
}


def ranking(name: str, truth: np.ndarray, answer: np.ndarray, *, query: Iterable[Any] | None) -> Figure:
    """Compute the mean over the queries that have a relevant result, which are its count.

    Raises:
        Misuse: there are no queries, or one for another number of rows; a query is missing; or truth or
            answer is not numeric.
    """
    if query is None:
        raise Misuse(f"{name} needs to know which rows answer one query", next_step="Give query=…")
    codes, _ = pd.factorize(_plain(query))
    if len(codes) != len(truth) or (codes < 0).any():
        raise Misuse(f"{name}: queries are missing", expected=str(len(truth)), found=str(int((codes >= 0).sum())))
    if truth.dtype.kind not in "biuf" or answer.dtype.kind not in "biuf":
        raise Misuse(f"{name} needs numbers", found=f"{truth.dtype} and {answer.dtype}")
    values = per_query(name, truth.astype("float64"), answer.astype("float64"), codes)
    known = values[~np.isnan(values)]
    return (float(known.mean()), True, len(known)) if len(known) else UNDEFINED

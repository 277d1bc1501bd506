"""What each group gets: the rates that the definitions compare, each with its count and interval."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from pipeline.artifacts.audit import Figure, Group
from pipeline.artifacts.metric import CLASSIFICATION
from pipeline.auditing.answered import Answered
from pipeline.auditing.fairness.definitions import BASE_RATE, CALIBRATION_GAP, MEAN_ERROR
from pipeline.auditing.slicing import Parts
from pipeline.auditing.intervals import Interval, rounded, wilson


def rates(test: Answered, parting: Parts, *, attribute: str, confidence: float) -> tuple[Group, ...]:
    """Measure every group, in the order of the parting.

    In a classification: its base rate, and the share of each confusion that a definition looks at, with
    Wilson's interval over the cases counted. In a regression: mean absolute and mean error (answer −
    truth), with the normal interval, from two rows on.
    """
    measure = _shares if test.problem == CLASSIFICATION else _errors
    found = measure(test, parting, confidence=confidence)
    rows = np.bincount(parting.codes, minlength=len(parting.labels)).tolist()
    return tuple(
        Group(slice=attribute, label=label, rows=n, share=n / len(test), figures=figures)
        for label, n, figures in zip(parting.labels, rows, found, strict=True)
    )


def confusions(truth: np.ndarray, answer: np.ndarray, parting: Parts) -> np.ndarray:
    """Count true negatives, false positives, false negatives and true positives of each group: `(n_groups, 4)`.

    `truth` and `answer` are booleans `(n_rows,)`: whether it is the favourable one.
    """
    cells = parting.codes * 4 + truth * 2 + answer
    return np.bincount(cells, minlength=4 * len(parting.labels)).reshape(-1, 4)


def parts_of(confusion: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Give each rate as part and whole, from confusions `(…, 4)`: what is counted, of which cases."""
    tn, fp, fn, tp = (confusion[..., cell] for cell in range(4))
    return {
        BASE_RATE: (tp + fn, tn + fp + fn + tp),
        "selection_rate": (tp + fp, tn + fp + fn + tp),
        "recall": (tp, tp + fn),
        "false_positive_rate": (fp, fp + tn),
        "precision": (tp, tp + fp),
    }


def _shares(test: Answered, parting: Parts, *, confidence: float) -> list[tuple[Figure, ...]]:
    truth = test.truth == test.positive
    parts = parts_of(confusions(truth, test.answer == test.positive, parting))
    said = _means(test.probability, parting) if test.probability is not None else None
    found = []
    for group in range(len(parting.labels)):
        figures = [
            _share(name, int(part[group]), int(whole[group]), confidence=confidence)
            for name, (part, whole) in parts.items()
        ]
        if said is not None:
            figures.append(_calibration(figures[0], float(said[group])))
        found.append(tuple(figures))
    return found


def _share(name: str, part: int, whole: int, *, confidence: float) -> Figure:
    if not whole:
        return Figure(metric=name, value=0.0, n=0, defined=False)
    low, high = wilson(part / whole, whole, confidence=confidence)
    return Figure(metric=name, value=part / whole, n=whole, low=low, high=high, method="wilson")


def _calibration(base: Figure, said: float) -> Figure:
    """How much oftener it was true than said, given the probabilities: the base rate's interval, moved."""
    value, low, high = (rounded(end - said) for end in (base.value, base.low, base.high))
    return Figure(metric=CALIBRATION_GAP, value=value, n=base.n, low=low, high=high, method="wilson")


def _means(values: np.ndarray, parting: Parts) -> np.ndarray:
    sums = np.bincount(parting.codes, weights=values, minlength=len(parting.labels))
    return sums / np.bincount(parting.codes, minlength=len(parting.labels))


def _errors(test: Answered, parting: Parts, *, confidence: float) -> list[tuple[Figure, ...]]:
    error = test.answer.astype("float64") - test.truth.astype("float64")
    found = []
    for group in range(len(parting.labels)):
        of_group = error[parting.codes == group]
        found.append(
            (
                _mean("mae", np.abs(of_group), confidence=confidence),
                _mean(MEAN_ERROR, of_group, confidence=confidence),
            )
        )
    return found


def _mean(name: str, values: np.ndarray, *, confidence: float) -> Figure:
    value, n = rounded(values.mean()), len(values)
    if n < 2:
        return Figure(metric=name, value=value, n=n)
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * float(values.std(ddof=1)) / n**0.5
    return Figure(metric=name, value=value, n=n, low=rounded(value - half), high=rounded(value + half), method="normal")


def interval_at(group: Group, metric: str, *, measured_at: float, confidence: float) -> Interval:
    """Bound a group's figure at another confidence than that it was `measured_at`; it must be bounded already."""
    figure = group.figure(metric)
    if metric == CALIBRATION_GAP:
        base = group.figure(BASE_RATE)
        return tuple(end - base.value + figure.value for end in wilson(base.value, base.n, confidence=confidence))
    if figure.method == "wilson":
        return wilson(figure.value, figure.n, confidence=confidence)
    quantile = NormalDist().inv_cdf
    wider = quantile(0.5 + confidence / 2) / quantile(0.5 + measured_at / 2)
    return tuple(figure.value + wider * (end - figure.value) for end in (figure.low, figure.high))

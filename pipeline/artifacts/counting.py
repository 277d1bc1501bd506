"""Metrics of counts: what a class's hits, examples and answers among all rows come to, over whole arrays at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Of one class, or of many along an axis: `actual` rows are of it, `answered` as it, `hits` both, of `total`."""

    hits: Any
    actual: Any
    answered: Any
    total: Any

    def others(self) -> Counts:
        """Count all other classes together, as one."""
        misses = self.total - self.actual - self.answered + self.hits
        return Counts(misses, self.total - self.actual, self.total - self.answered, self.total)


RATIOS = {
    "precision": lambda c: (c.hits, c.answered),
    "recall": lambda c: (c.hits, c.actual),
    "f1": lambda c: (2 * c.hits, c.actual + c.answered),
    "selection_rate": lambda c: (c.answered, c.total),
    "false_positive_rate": lambda c: (c.answered - c.hits, c.total - c.actual),
    "false_negative_rate": lambda c: (c.actual - c.hits, c.actual),
    "specificity": lambda c: RATIOS["recall"](c.others()),
}


def ratio(name: str, counts: Counts) -> tuple[np.ndarray, np.ndarray]:
    """Give a metric (one of `RATIOS`) as values, NaN where it is 0/0, and the cases `n` it is a share of.

    F1 is 2·hits / (actual + answered), and its cases are the rows that are of the class or answered as it.
    """
    part, whole = (np.asarray(each, dtype="float64") for each in RATIOS[name](counts))
    with np.errstate(invalid="ignore", divide="ignore"):
        value = part / whole
    return value, whole - counts.hits if name == "f1" else whole


def balanced(counts: Counts) -> np.ndarray:
    """Give the mean of recall and specificity, NaN where either is 0/0."""
    return (ratio("recall", counts)[0] + ratio("specificity", counts)[0]) / 2


def over_classes(name: str, counts: Counts) -> np.ndarray:
    """Give the unweighted mean over the classes (last axis) that occur in the truth.

    NaN where none occurs, or the figure of one that does is 0/0.
    """
    values, present = ratio(name, counts)[0], np.asarray(counts.actual) > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(present, values, 0.0).sum(axis=-1) / present.sum(axis=-1)

"""Cells: how often each true class was answered as each class, group by group; what metrics of counts rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.counting import RATIOS, Counts, balanced, over_classes, ratio
from pipeline.auditing.answered import Answered
from pipeline.auditing.slicing import Parts

COUNTED = ("accuracy", "balanced_accuracy", *RATIOS)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The pairs of true and answered class that occur, `(n_cells,)` each as class numbers, and every row's pair.

    `positive` is the number of the class that counts as yes, None where all count alike. A *table*
    counts rows by cell, `(…, n_cells)`: of groups, of resamples.
    """

    truth: np.ndarray
    answer: np.ndarray
    of_row: np.ndarray
    classes: int
    positive: int | None

    @classmethod
    def of(cls, rows: Answered) -> Cells:
        """Find the cells of some rows."""
        truth, answer, labels = _numbered(rows)
        positive = None if rows.positive is None else labels.index(rows.positive)
        both = truth.astype(np.int64) * len(labels) + answer
        codes, cells = pd.factorize(both)
        return cls(cells // len(labels), cells % len(labels), _small(codes, len(cells)), len(labels), positive)

    def table(self, parts: Parts) -> np.ndarray:
        """Count the rows of each group by cell: `(n_groups, n_cells)`."""
        width = len(self.truth)
        flat = np.bincount(parts.codes.astype(np.int32) * width + self.of_row, minlength=len(parts) * width)
        return flat.reshape(len(parts), width)

    def values(self, metric: str, table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Compute a metric for each table, `(…,)`, NaN where it is 0/0, and the cases it rests on.

        A mean over classes rests on the rarest that occurs: the others cannot make up for it.
        """
        if metric == "accuracy":
            total = table.sum(axis=-1)
            return _share(table[..., self.truth == self.answer].sum(axis=-1), total), total
        counts = self._counts(table)
        if self.positive is not None and metric != "balanced_accuracy":
            return ratio(metric, counts)
        if self.positive is not None:
            return balanced(counts), np.minimum(counts.actual, counts.total - counts.actual)
        value = over_classes("recall" if metric == "balanced_accuracy" else metric, counts)
        rarest = np.where(counts.actual > 0, counts.actual, np.inf).min(axis=-1)
        return value, np.where(np.isfinite(rarest), rarest, 0)

    def _counts(self, table: np.ndarray) -> Counts:
        """Sum cells by class: arrays `(…,)` for the positive class, else `(…, n_classes)`."""
        total = table.sum(axis=-1)
        if self.positive is not None:
            true, answered = self.truth == self.positive, self.answer == self.positive
            sums = (table[..., cells].sum(axis=-1) for cells in (true & answered, true, answered))
            return Counts(*sums, total)
        right = self.truth == self.answer
        hits = _by_class(table[..., right], self.truth[right], self.classes)
        actual, answered = (_by_class(table, of, self.classes) for of in (self.truth, self.answer))
        return Counts(hits, actual, answered, total[..., None])


def _numbered(rows: Answered) -> tuple[np.ndarray, np.ndarray, list[Any]]:
    """Number the classes, the model's and any others that occur; give the truths and the answers as numbers."""
    number: dict[Any, int] = {}
    for label in [*rows.classes, *([] if rows.positive is None else [rows.positive])]:
        number.setdefault(label, len(number))
    places = []
    for values in (rows.truth, rows.answer):
        codes, found = pd.factorize(values)
        place = [number.setdefault(label, len(number)) for label in found.tolist()]
        places.append(np.array(place, dtype=np.int64)[codes])
    return places[0], places[1], list(number)


def _by_class(table: np.ndarray, of: np.ndarray, classes: int) -> np.ndarray:
    """Sum the cells of each class: `(…, n_cells)` to `(…, n_classes)`."""
    sums = np.zeros((*table.shape[:-1], classes), dtype=table.dtype)
    if len(of):
        order = np.argsort(of, kind="stable")
        starts = np.flatnonzero(np.diff(of[order], prepend=-1))
        sums[..., of[order][starts]] = np.add.reduceat(table[..., order], starts, axis=-1)
    return sums


def _small(codes: np.ndarray, count: int) -> np.ndarray:
    return codes.astype(np.uint8 if count <= 256 else np.int32)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return part / whole

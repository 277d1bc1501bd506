"""Metrics of counts, by hand and for many groups at once."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.artifacts.counting import Counts, balanced, over_classes, ratio

COURSE = Counts(68, 86, 77, 1000)


@pytest.mark.parametrize(
    ("name", "value", "n"),
    [
        ("precision", 68 / 77, 77),
        ("recall", 68 / 86, 86),
        ("f1", 136 / 163, 95),
        ("selection_rate", 77 / 1000, 1000),
        ("false_positive_rate", 9 / 914, 914),
        ("false_negative_rate", 18 / 86, 86),
        ("specificity", 905 / 914, 914),
    ],
)
def test_the_course_s_counts(name: str, value: float, n: int) -> None:
    """905 TN, 18 FN, 9 FP, 68 TP: every share of its own cases."""
    assert ratio(name, COURSE) == (pytest.approx(value), n)


def test_balanced_accuracy() -> None:
    """The mean of 68 of 86 and 905 of 914."""
    assert balanced(COURSE) == pytest.approx((68 / 86 + 905 / 914) / 2)


def test_nothing_over_nothing_is_no_number() -> None:
    """Never answered: precision 0/0 is NaN, recall 0; without positives it is the other way round."""
    never, none = Counts(0, 86, 0, 1000), Counts(0, 0, 10, 1000)
    assert np.isnan(ratio("precision", never)[0]) and ratio("recall", never)[0] == 0
    assert np.isnan(ratio("recall", none)[0]) and ratio("precision", none)[0] == 0
    assert np.isnan(balanced(none))


def test_mean_over_the_classes_that_occur() -> None:
    """Recalls 1/2, 1 and 0 in one group; in another only the first class occurs, in a third none."""
    counts = Counts(
        np.array([[1, 1, 0], [1, 0, 0], [0, 0, 0]]),
        np.array([[2, 1, 1], [2, 0, 0], [0, 0, 0]]),
        np.array([[1, 2, 1], [1, 1, 0], [0, 0, 0]]),
        np.array([[4], [2], [0]]),
    )
    found = over_classes("recall", counts)
    assert found[:2] == pytest.approx([0.5, 0.5]) and np.isnan(found[2])

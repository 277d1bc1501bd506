"""Is it more than luck? Each candidate is tested once, on rows that had no part in finding it."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

import numpy as np
from scipy import stats

from pipeline.artifacts.search import Rate
from pipeline.auditing.intervals import difference, rounded, wilson

CONFIDENCE = 0.95
Difference = tuple[float, float, float]


def p_value(group: np.ndarray, rest: np.ndarray, *, counted: bool) -> float:
    """Give the chance that a group like the rest would show such losses, or higher ones.

    Losses of 0 and 1 (`counted`) are tested by Fisher's exact test, one-sided; amounts by Welch's t test,
    one-sided. It is 1 where there is nothing to compare: fewer than 1 or 2 cases on a side, or no spread at all.
    """
    if counted:
        n_rows, errors, size = len(group) + len(rest), group.sum() + rest.sum(), len(group)
        return float(stats.hypergeom.sf(group.sum() - 1, n_rows, errors, size)) if size and len(rest) else 1.0
    if min(len(group), len(rest)) < 2 or not (group.std() or rest.std()):
        return 1.0
    return float(stats.ttest_ind(group, rest, equal_var=False, alternative="greater").pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p values for there being several (S. Holm, 1979), whatever their dependence.

    Whoever takes those of at most alpha as found makes even one false discovery with a chance of at most alpha,
    so that the expected share of false ones is no larger either.
    """
    adjusted, highest = [1.0] * len(p_values), 0.0
    for place, number in enumerate(np.argsort(p_values, kind="stable")):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[number]))
        adjusted[int(number)] = highest
    return adjusted


def rate(losses: np.ndarray, *, counted: bool) -> Rate:
    """Give the mean loss with its interval: Wilson's for shares of errors, Student's t for amounts."""
    n = len(losses)
    if not n:
        return Rate(value=0.0, n=0, low=0.0, high=1.0 if counted else 0.0, defined=False)
    value = rounded(losses.mean())
    if counted:
        low, high = wilson(value, n, confidence=CONFIDENCE)
    else:
        half = stats.t.ppf(0.5 + CONFIDENCE / 2, n - 1) * losses.std(ddof=1) / sqrt(n) if n > 1 else value
        low, high = max(0.0, value - half), value + half
    return Rate(value=value, n=n, low=rounded(low), high=rounded(high))


def contrast(group: np.ndarray, rest: np.ndarray, *, counted: bool) -> Difference:
    """Give the difference of the two means with its interval: Newcombe's for shares, the normal one for amounts."""
    first, second = rate(group, counted=counted), rate(rest, counted=counted)
    gap = first.value - second.value
    if counted:
        ends = difference(
            first.value, (first.low, first.high), from_value=second.value, from_interval=(second.low, second.high)
        )
    else:
        error = sqrt(sum(each.var(ddof=1) / len(each) for each in (group, rest) if len(each) > 1))
        half = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2) * error
        ends = gap - half, gap + half
    return rounded(gap), rounded(ends[0]), rounded(ends[1])

"""Intervals: how far a figure from so many cases may be from the truth."""

from __future__ import annotations

from functools import lru_cache
from math import exp, log, sqrt
from statistics import NormalDist

Interval = tuple[float, float]
Share = tuple[float, int]


def wilson(share: float, n: int, *, confidence: float = 0.95) -> Interval:
    """Bound a share (0 to 1) of `n` cases by Wilson's score interval.

    It stays within 0 and 1 and has width even where all or none of few cases are right. `n` of 0
    says nothing: 0 to 1.
    """
    if n == 0:
        return 0.0, 1.0
    z = deviations(confidence)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return 0.0 if share == 0 else centre - half, 1.0 if share == 1 else centre + half


@lru_cache(maxsize=64)
def deviations(confidence: float) -> float:
    """Give how many standard deviations either way hold `confidence` (0 to 1) of a normal law."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def rounded(end: float) -> float:
    """Drop the last bits, which depend on the order in which a machine adds: equal audits have equal digests."""
    return float(f"{end:.10g}")


def normal(value: float, error: float, *, confidence: float = 0.95) -> Interval:
    """Bound a value by the normal interval of its standard error."""
    half = deviations(confidence) * error
    return rounded(value - half), rounded(value + half)


def f1_interval(f1: float, n: int, *, confidence: float = 0.95) -> Interval:
    """Bound F1 over the `n` rows that are positive or answered positive.

    F1 rises with the share J of those rows that are both, F1 = 2J / (1 + J), so the ends of
    Wilson's interval for J are carried over.
    """
    low, high = wilson(f1 / (2 - f1), n, confidence=confidence)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def balanced_interval(recall: Share, specificity: Share, *, confidence: float = 0.95) -> Interval:
    """Bound the mean of two independent shares, each with its cases, by recovering variances from Wilson's intervals.

    The mean of two shares is half of what one exceeds one less the other by, so Newcombe's method serves.
    """
    (value, n), (other, m) = recall, specificity
    own, others = wilson(value, n, confidence=confidence), wilson(1 - other, m, confidence=confidence)
    ends = difference(value, own, from_value=1 - other, from_interval=others)
    return tuple((1 + end) / 2 for end in ends)


def difference(value: float, interval: Interval, *, from_value: float, from_interval: Interval) -> Interval:
    """Bound `value - from_value` of two independent groups from the interval of each.

    Newcombe's method (recovering variances): for two shares with Wilson intervals it is his
    hybrid score interval.
    """
    gap = value - from_value
    below = sqrt((value - interval[0]) ** 2 + (from_interval[1] - from_value) ** 2)
    above = sqrt((interval[1] - value) ** 2 + (from_value - from_interval[0]) ** 2)
    return gap - below, gap + above


def ratio(value: float, interval: Interval, *, to_value: float, to_interval: Interval) -> Interval:
    """Bound `value / to_value` of two independent groups, both shares or means of 0 or more, from the interval of each.

    Zou and Donner's method (2008): the difference of the logarithms, by recovered variances. A `value` of 0
    has no logarithm; its ratio then reaches from 0 to the quotient of the ends, which is wider than asked.

    Raises:
        ValueError: `to_value` or the lower end of its interval is not above 0.
    """
    if min(to_value, to_interval[0]) <= 0:
        raise ValueError(f"no ratio to {to_value} ({to_interval[0]} to {to_interval[1]})")
    if value <= 0:
        return 0.0, interval[1] / to_interval[0]
    at = log(value / to_value)
    above = sqrt(log(interval[1] / value) ** 2 + log(to_value / to_interval[0]) ** 2)
    if interval[0] <= 0:
        return 0.0, exp(at + above)
    below = sqrt(log(value / interval[0]) ** 2 + log(to_interval[1] / to_value) ** 2)
    return exp(at - below), exp(at + above)

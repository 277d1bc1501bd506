"""The difference of two shares over the same rows: how far it may be from the truth."""

from __future__ import annotations

from math import sqrt

from pipeline.auditing.intervals import Interval, wilson


def paired_difference(
    *, both: int, first: int, second: int, neither: int, confidence: float = 0.95
) -> tuple[float, Interval]:
    """Give the share of the first claim minus that of the second, and its interval.

    The counts are rows of which `both` claims hold, only the `first`, only the `second`, or `neither`; there
    is at least one row. Newcombe's square-and-add interval for paired data: Wilson's interval of each share,
    put together with the correlation of the two (Statistics in Medicine 17, 1998, 2635-2650, method 10).
    """
    n = both + first + second + neither
    one, other = (both + first) / n, (both + second) / n
    (low, high), (other_low, other_high) = (wilson(each, n, confidence=confidence) for each in (one, other))
    phi, gap = _correlation(both, first, second, neither), one - other
    below = _added(one - low, other_high - other, phi)
    above = _added(high - one, other - other_low, phi)
    return gap, (gap - below, gap + above)


def _correlation(both: int, first: int, second: int, neither: int) -> float:
    """Give phi of the four counts, a positive one drawn towards 0; 0 where a margin is empty."""
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    excess = both * neither - first * second
    if excess > 0:
        excess = max(excess - (both + first + second + neither) / 2, 0)
    return excess / sqrt(margins) if margins else 0.0


def _added(one: float, other: float, phi: float) -> float:
    return sqrt(max(one * one - 2 * phi * one * other + other * other, 0.0))

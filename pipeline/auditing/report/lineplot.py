"""Where the lines, bands and ticks of a small plot lie, so that a fragment can draw it as inline SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 360.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 12.0, 10.0, 26.0


@dataclass(frozen=True, slots=True)
class Axes:
    """The plotted ranges: `x` from low to high above 0, on a logarithmic axis, and `y` from low to high."""

    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, value: float) -> float:
        """Give the horizontal place of a value, in the plot's units."""
        low, high = map(math.log, self.x)
        share = (math.log(value) - low) / (high - low) if high > low else 0.5
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def up(self, value: float) -> float:
        """Give the vertical place of a value; what lies outside is drawn at the edge."""
        low, high = self.y
        share = min(1.0, max(0.0, (value - low) / (high - low)))
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    def line(self, points: Sequence[tuple[float, float]]) -> str:
        """Give the points of a line, as SVG writes them."""
        return " ".join(f"{self.across(x)},{self.up(y)}" for x, y in points)

    def band(self, points: Sequence[tuple[float, float, float]]) -> str:
        """Give the outline of a band of (x, low, high)."""
        below = [(x, low) for x, low, _ in points]
        above = [(x, high) for x, _, high in reversed(points)]
        return self.line([*below, *above])


def spanning(values: Sequence[float], *, within: tuple[float, float] | None = None) -> tuple[float, float]:
    """Give the ends of an axis that shows all values with a little room, no wider than `within`."""
    low, high = min(values), max(values)
    room = 0.08 * (high - low) or abs(high) * 0.1 or 1.0
    ends = low - room, high + room
    return (max(ends[0], within[0]), min(ends[1], within[1])) if within else ends


def ticks(ends: tuple[float, float], *, most: int = 5) -> list[float]:
    """Give round values (1, 2 or 5 times a power of ten apart) between the ends, at most so many."""
    least = (ends[1] - ends[0]) / most
    power = 10.0 ** math.floor(math.log10(least))
    apart = next(step * power for step in (1, 2, 5, 10) if step * power >= least * (1 - 1e-9))
    first = math.ceil(ends[0] / apart - 1e-9)
    return [round(place * apart, 12) for place in range(first, math.floor(ends[1] / apart + 1e-9) + 1)][:most + 1]


def short(count: float) -> str:
    """Write a count in few letters: 950, 1.2k, 35k, 4M."""
    for unit, letter in ((1_000_000, "M"), (1000, "k")):
        if count >= unit:
            return f"{count / unit:.2g}{letter}" if count < 100 * unit else f"{count / unit:.0f}{letter}"
    return f"{count:.0f}"

"""A figure drawn as a bar: its interval, its value as a dot, and a line to compare with. `cells.html` draws it."""

from __future__ import annotations

from typing import Any


def bar(
    value: float, low: float | None, high: float | None, *, scale: tuple[float, float], line: float | None = None
) -> dict[str, Any] | None:
    """Place a figure, its interval and a mark on an axis, in per cent of its length; None without an interval."""

    def at(place: float) -> float:
        return round(100 * min(1, max(0, (place - scale[0]) / (scale[1] - scale[0]))), 2)

    if low is None or high is None:
        return None
    return {
        "start": at(low),
        "width": round(at(high) - at(low), 2),
        "at": at(value),
        "line": None if line is None else at(line),
    }

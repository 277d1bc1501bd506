"""Priority: the gap to human level times the share of the data, so that a small gap in much data can come first."""

from __future__ import annotations

from dataclasses import replace

from pipeline.artifacts.errortable import TagLine

_MIDDLE, _DIGITS = 3, 12


def prioritised(line: TagLine) -> TagLine:
    """Add room and priority to a line, where there is a human level and it is known how often its rows go wrong."""
    if line.human_level is None or line.wrong is None or line.of_data is None or line.wrong.value is None:
        return line
    room, low, high = (
        _rounded(line.human_level - 1 + share) for share in (line.wrong.value, line.wrong.low, line.wrong.high)
    )
    priority = _rounded(room * line.of_data.value)
    return replace(line, room=room, room_low=low, room_high=high, priority=priority)


def _rounded(value: float) -> float:
    """Drop the last bits, and the sign of nothing."""
    return round(value, _DIGITS) + 0.0


def rank(
    *, gain: float | None, ceiling: float | None, importance: int | None, ease: int | None
) -> tuple[int, float, int, int]:
    """Give a sort key, the best first.

    First what is known to gain something, by how much; then what has no human level to compare with,
    by its ceiling (0 or more); then what has nothing to gain; last what is not known at all. Where these are equal,
    importance decides, then ease; what nobody said counts as the middle.
    """
    if ceiling is None and gain is None:
        place, value = 3, 0.0
    elif gain is None:
        place, value = (1 if ceiling else 2), ceiling
    else:
        place, value = (0 if gain > 0 else 2), gain
    return place, -value, -(importance or _MIDDLE), -(ease or _MIDDLE)

"""An interval in few signs: its unit once, and true minus signs."""

from __future__ import annotations

import re

_NEGATIVE = re.compile(r"(?<!\S)-(\d[\d.,]*)")
_UNITS = (" points", " %", " ms", " MB")


def span(low: str, high: str) -> str:
    """Join the two ends of an interval, as they are written for people: "−1.4 to 6.5 points"."""
    unit = next((unit for unit in _UNITS if low.endswith(unit) and high.endswith(unit)), "")
    first = low if unit == " %" else low.removesuffix(unit)
    return minus(f"{first} to {high}")


def per_cent(value: float, *, places: int = 0) -> str:
    """Write a share of 0 to 1 in per cent."""
    return f"{100 * value:.{places}f} %"


def minus(text: str) -> str:
    """Write a minus sign where a number begins with a hyphen, and none where it is rounded to zero."""
    return _NEGATIVE.sub(lambda found: ("−" if found[1].strip("0.,") else "") + found[1], text)


def signed(text: str) -> str:
    """Write a difference with its sign, so that it cannot be read as a value: "+3.1 points", "−0.112"."""
    return minus(text) if text.startswith("-") or not any(sign in "123456789" for sign in text) else f"+{text}"


def unbroken(text: str) -> str:
    """Keep a number and its per cent sign on one line; a sign between two numbers is none."""
    return re.sub(r"(?<=\d) %(?! ?\d)", "\u00a0%", text)

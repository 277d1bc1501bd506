"""Bars: places on an axis."""

from __future__ import annotations

from pipeline.auditing.report.bar import bar


def test_bar() -> None:
    """Places are per cent of the axis, what lies beyond its ends is cut; without an interval there is no bar."""
    assert bar(0.5, 0.25, 2.0, scale=(0.0, 1.0), line=0.8) == {"start": 25.0, "width": 75.0, "at": 50.0, "line": 80.0}
    assert bar(0.5, None, None, scale=(0.0, 1.0)) is None

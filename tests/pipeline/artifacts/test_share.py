"""A share knows what it rests on, and of nothing it is not defined."""

from __future__ import annotations

from dataclasses import asdict

from pipeline.artifacts.share import Share


def test_of_nothing_it_is_not_zero():
    """0 of 5 is 0; 0 of 0 is not known."""
    assert Share(count=0, of=5).value == 0 and Share(count=0, of=0).value is None
    assert Share(count=3, of=12).value == 0.25


def test_json_gives_it_back():
    """And of nothing, nothing."""
    share = Share(count=3, of=12, low=0.1, high=0.5)
    assert Share.from_json(asdict(share)) == share and Share.from_json(None) is None

"""Numbers as people read them: one unit an interval, true minus signs, nothing torn apart."""

from __future__ import annotations

import pytest

from pipeline.auditing.report.span import minus, per_cent, signed, span, unbroken


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [
        ("-1.4 points", "6.5 points", "−1.4 to 6.5 points"),
        ("57.0 %", "84.0 %", "57.0 % to 84.0 %"),
        ("44.1 ms", "53.2 ms", "44.1 to 53.2 ms"),
        ("-0.112", "0.030", "−0.112 to 0.030"),
        ("–", "–", "– to –"),
    ],
)
def test_an_interval_says_its_unit_once(low: str, high: str, written: str) -> None:
    """Points and milliseconds stand at the end, per cent at both."""
    assert span(low, high) == written


def test_only_a_number_gets_a_minus_sign() -> None:
    """A hyphen in a word or alone is left as it is, and what is rounded to zero is not below it."""
    assert minus("-3 of x-ray and - 4") == "−3 of x-ray and - 4"
    assert minus("-1,000 to -0.0 points") == "−1,000 to 0.0 points"


@pytest.mark.parametrize(
    ("given", "written"),
    [("3.1 points", "+3.1 points"), ("-0.112", "−0.112"), ("0.0 points", "0.0 points"), ("-0.000", "0.000")],
)
def test_a_difference_has_its_sign(given: str, written: str) -> None:
    """More is "+", less is "−", and nothing has neither."""
    assert signed(given) == written


def test_per_cent_sign_stays_with_its_number() -> None:
    """On one line with the number before it, but a remainder in a condition is no per cent."""
    assert unbroken("80 % of; x % 3; 5 % 2") == "80\u00a0% of; x % 3; 5 % 2"
    assert (per_cent(0.949), per_cent(0.0205, places=1)) == ("95 %", "2.1 %")

"""Values of any form under a declared type: the same whichever way they were written."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pytest

from pipeline.parsing import fits, parsed_value


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("integer", "12", 12),
        ("integer", " 12.0", 12),
        ("integer", "9223372036854775807", 2**63 - 1),
        ("integer", "1e3", 1000),
        ("integer", np.int8(3), 3),
        ("integer", decimal.Decimal("3"), 3),
        ("integer", "NA", None),
        ("integer", decimal.Decimal("sNaN"), None),
        ("integer", "", None),
        ("number", "1e-3", 0.001),
        ("number", "-inf", float("-inf")),
        ("number", 3, 3.0),
        ("number", decimal.Decimal("0.5"), 0.5),
        ("number", float("nan"), None),
        ("boolean", "Yes", True),
        ("boolean", 0.0, False),
        ("boolean", np.True_, True),
        ("text", "", ""),
        ("text", "NA", "NA"),
        ("text", 94304.0, "94304"),
        ("text", 94304, "94304"),
        ("category", 1, "1"),
        ("datetime", "2020-01-02", pd.Timestamp("2020-01-02", tz="UTC")),
        ("datetime", datetime.date(2020, 1, 2), pd.Timestamp("2020-01-02", tz="UTC")),
        ("datetime", "2020-01-02T03:00+02:00", pd.Timestamp("2020-01-02 01:00", tz="UTC")),
        ("datetime", np.datetime64("2020-01-02"), pd.Timestamp("2020-01-02", tz="UTC")),
    ],
)
def test_values_that_fit(kind, value, expected):
    """Each form of a value is the value."""
    assert parsed_value(value, kind) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", "1.5"),
        ("integer", 1.5),
        ("integer", "x"),
        ("integer", "0x10"),
        ("integer", True),
        ("integer", "9223372036854775808"),
        ("integer", float("inf")),
        ("integer", "1_0"),
        ("integer", []),
        ("number", "1,5"),
        ("number", "abc"),
        ("number", True),
        ("number", {}),
        ("number", 10**400),
        ("boolean", "maybe"),
        ("boolean", 2),
        ("text", True),
        ("text", ["a"]),
        ("datetime", "yesterday"),
        ("datetime", 5),
        ("integer", decimal.Decimal("Infinity")),
        ("datetime", "2020-13-01"),
    ],
)
def test_values_that_do_not_fit(kind, value):
    """What is no such value is pointed at, never guessed."""
    assert not fits(parsed_value(value, kind))

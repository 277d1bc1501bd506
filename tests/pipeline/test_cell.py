"""One cell as a JSON value."""

import numpy as np
import pandas as pd
import pytest

from pipeline.cell import to_json


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (pd.NA, None),
        (pd.NaT, None),
        (np.nan, None),
        (np.inf, None),
        (None, None),
        (np.int64(3), 3),
        (np.float64(0.5), 0.5),
        (np.bool_(True), True),
        ("x", "x"),
        (b"\x01", "b'\\x01'"),
        (pd.Timestamp("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05+00:00"),
    ],
)
def test_a_cell_becomes_a_json_value(value, plain):
    """Nulls of every kind are null; times are ISO text; what JSON lacks is text."""
    assert to_json(value) == plain

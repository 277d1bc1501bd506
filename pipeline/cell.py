"""One cell of a table as a JSON value."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd


def to_json(value: Any) -> Any:
    """Give one cell as a JSON value: null for nothing, ISO text for a time, text for what JSON lacks."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, float):
        return plain if math.isfinite(plain) else None
    if isinstance(plain, (bool, int, str)):
        return plain
    return plain.isoformat() if hasattr(plain, "isoformat") else str(plain)

"""Groups: every row in exactly one, crossed or not."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.auditing.fairness.groups import parted
from pipeline.auditing.slicing import Unsliceable

ROWS = pd.DataFrame({"race": ["b", "a", None, "b"], "sex": ["f", "m", "f", "f"]})


def test_every_row_is_in_one_group() -> None:
    """A missing value is a group of its own, "not stated", and it is the last."""
    parting = parted(("race",), ROWS)
    assert parting.labels == ("a", "b", "not stated")
    assert parting.named().tolist() == ["b", "a", "not stated", "b"]


def test_crossed() -> None:
    """Only pairs that occur are groups."""
    assert parted(("race", "sex"), ROWS).named().tolist() == ["b × f", "a × m", "not stated × f", "b × f"]


def test_a_column_that_is_not_stored() -> None:
    """It is said, with the nearest name."""
    with pytest.raises(Unsliceable, match="'rase' is not stored; did you mean 'race'"):
        parted(("rase",), ROWS)

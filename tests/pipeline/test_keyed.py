"""Rows found by key."""

import pandas as pd
import pytest

from pipeline.errors import StepRefused
from pipeline.keyed import NOWHERE, Keyed

TABLE = pd.DataFrame(
    {"a": pd.array(["x", None, "y", "x"], dtype="str"), "b": pd.array([1, 2, 3, 2], dtype="Int64")},
    index=pd.Index([5, 6, 7, 8], name="row"),
)


def asked(a, b):
    """Rows that ask, with columns of other names."""
    return pd.DataFrame({"k": pd.array(a, dtype="str"), "n": pd.array(b, dtype="Int64")})


def test_a_row_is_found_by_its_whole_key():
    """By both columns; a key that is not there, and one with a null, are nowhere."""
    keyed = Keyed(TABLE, by=["a", "b"])
    places = keyed.places(asked(["x", "x", "y", None, "y"], [2, 1, 3, 2, 1]), by=["k", "n"])
    assert places.tolist() == [3, 0, 2, NOWHERE, NOWHERE]
    assert keyed.rows(places).index.tolist() == [5, 7, 8]


def test_a_category_is_found_as_its_text():
    """Which column type a key stands in does not matter."""
    keyed = Keyed(TABLE.iloc[:3], by=["a"])
    frame = pd.DataFrame({"k": pd.Categorical(["y", "z", None, "x"])})
    assert keyed.places(frame, by=["k"]).tolist() == [2, NOWHERE, NOWHERE, 0]


def test_a_key_that_is_there_twice_is_refused():
    """Nobody could say which row is meant; nulls are no keys and may come as often as they like."""
    with pytest.raises(StepRefused, match="one row for each a: {'a': 'x'}"):
        Keyed(TABLE, by=["a"])
    assert Keyed(TABLE.iloc[[1, 1, 0]], by=["a"]).places(asked(["x"], [1]), by=["k"]).tolist() == [2]


@pytest.mark.parametrize("rows", [slice(0, 0), slice(1, 2)], ids=["no rows", "a null alone"])
def test_in_nothing_nothing_is_found(rows):
    """A table without keys answers too."""
    keyed = Keyed(TABLE.iloc[rows], by=["a"])
    places = keyed.places(asked(["x"], [1]), by=["k"])
    assert places.tolist() == [NOWHERE] and len(keyed.rows(places)) == 0

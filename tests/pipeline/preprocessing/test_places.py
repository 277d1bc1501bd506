"""Places, strata and seats."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pipeline.preprocessing.places import labels, places, seats, text_hashes

SHARES = st.lists(st.integers(1, 50), min_size=2, max_size=5).map(lambda parts: [p / sum(parts) for p in parts])


def test_texts_have_hashes_for_good():
    """A text hashes to what `b2sum -l 64` says of it, first byte lowest."""
    assert text_hashes(["a", ""]).tobytes().hex() == "40f89e395b66422f" + "e4a6a0577479b2b4"


@given(st.integers(0, 5000), SHARES)
def test_seats_are_all_given_and_near_the_ideal(n, shares):
    """All rows are divided, each part within one row of its share."""
    found = seats(n, shares=shares)
    assert sum(found) == n and all(abs(got - n * share) < 1 for got, share in zip(found, shares, strict=True))


def test_seats_go_to_the_largest_remainders():
    """1,989 rows at 60/20/20: 1193.4, 397.8 and 397.8 give 1193, 398 and 398."""
    assert seats(1989, shares=[0.6, 0.2, 0.2]) == [1193, 398, 398]
    assert seats(10, shares=[1 / 3, 1 / 3, 1 / 3]) == [4, 3, 3]


def test_places_spread_a_stratum_evenly():
    """Of four rows with offset a half, the ranks 1 to 4 lie at 1/8, 3/8, 5/8, 7/8; a heavy unit takes its room."""
    order, ones = np.array([30, 10, 40, 20]), np.ones(4)
    found = places(order, strata=np.zeros(4, int), offsets=np.array([0.5]), weights=ones)
    assert found.tolist() == [0.625, 0.125, 0.875, 0.375]
    heavy = places(order, strata=np.zeros(4, int), offsets=np.array([0.5]), weights=np.array([1, 1, 1, 5]))
    assert heavy.tolist() == [6.5 / 8, 0.5 / 8, 7.5 / 8, 3.5 / 8]


def test_strata_are_numbered_by_their_values_and_null_is_one():
    """Codes follow the values as text, null last, whatever order the rows are in."""
    frame = pd.DataFrame({"y": pd.array([1, 0, None, 1], dtype="Int64"), "c": pd.Categorical(["v", "u", "u", None])})
    codes, named = labels(frame, ["y", "c"])
    assert codes.tolist() == [1, 0, 3, 2]
    assert named == [{"y": "0", "c": "u"}, {"y": "1", "c": "v"}, {"y": "1", "c": None}, {"y": None, "c": "u"}]


def test_no_columns_make_one_stratum():
    """Without columns all rows are one stratum, without values."""
    codes, named = labels(pd.DataFrame(index=range(3)), [])
    assert codes.tolist() == [0, 0, 0] and named == [{}]

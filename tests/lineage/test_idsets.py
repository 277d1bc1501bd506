"""Sets of row ids answer as Python's sets do."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from lineage.idsets import ids_of, is_in, joined, rows_among, shared, without

some = st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3), max_size=12)


@given(one=some, other=some)
def test_sets_of_ids_are_sets(one: list[int], other: list[int]) -> None:
    """Joined, shared and left out, ascending, over the whole range of 64 bits."""
    left, right = ids_of(one), ids_of(np.array(other, np.int64))
    assert left.tolist() == ids_of(pd.Index(one, dtype="int64")).tolist() == sorted(set(one))
    assert joined(left, right, left).tolist() == sorted({*one, *other})
    assert shared(left, right).tolist() == sorted(set(one) & set(other))
    assert without(left, right).tolist() == sorted(set(one) - set(other))
    assert is_in(np.array(one, np.int64), right).tolist() == [each in other for each in one]


@given(rows=st.lists(st.integers(-9, 9), unique=True, max_size=9), asked=some)
def test_rows_are_taken_in_the_order_of_their_table(rows: list[int], asked: list[int]) -> None:
    """Whether a table is in the order of its ids or not, and whatever is asked for that it has not got."""
    for order in (rows, sorted(rows)):
        frame = pd.DataFrame({"own": order}, index=pd.Index(order, name="row", dtype="int64"))
        assert rows_among(frame, ids_of(asked))["own"].tolist() == [row for row in order if row in asked]

"""A claim is about rows, groups or parents: every row of input and output is told to which it belongs."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pipeline.runner.units import tables_of, units_of
from pipeline.step import Claim, Made, Rule

PER_USER = Claim(Rule.SAME_KEY, by=("user", "day"))


def visits(users, days):
    """Visits of users on days, with ids 1, 2, …"""
    columns = {"user": pd.array(users, "str"), "day": pd.array(days, "Int64")}
    return pd.DataFrame(columns, index=pd.RangeIndex(1, len(users) + 1, name="row").astype("int64"))


PAIRS = st.lists(st.tuples(st.none() | st.sampled_from("uv"), st.none() | st.integers(0, 2)), max_size=12)


@given(PAIRS)
def test_rows_are_in_one_group_where_they_have_one_key(pairs):
    """Words are equal where both values are, and a row with a null in either is in no group."""
    found = units_of(PER_USER, visits(*zip(*pairs, strict=True)) if pairs else visits([], []))
    without = [None in pair for pair in pairs]
    assert (found.none is None and not any(without)) or found.none.tolist() == without
    whole = [(pair, word) for pair, word in zip(pairs, found.words.tolist(), strict=True) if None not in pair]
    for pair, word in whole:
        assert [other for other, known in whole if known == word] == [other for other, _ in whole if other == pair]


def test_a_row_and_a_parent_are_units_by_their_ids():
    """A row-wise function and one that makes several rows of one are tested row by row."""
    frame = visits(["u", None], [1, 2])
    for rule in (Rule.SAME_ROW, Rule.PAIRS):
        found = units_of(Claim(rule), frame)
        assert found.words.tolist() == [1, 2] and found.none is None


def test_rows_in_no_group_are_not_tested():
    """What is drawn from has the rows with a key alone, and the output's rows are found by it."""
    frame = visits(["u", None, "v", "u"], [1, 1, 2, 1])
    output = visits(["v", "u"], [2, 1]).set_axis(pd.Index([70, 80], name="row"))
    made = {"data": Made("dataset", output)}
    tables = tables_of(PER_USER, {"data": frame, "limit": 3}, made, role="data", units=units_of(PER_USER, frame))
    assert tables.inputs["data"].index.tolist() == [1, 3, 4] and tables.inputs["limit"] == 3
    first, second, third = tables.units["data"]
    assert first == third != second and tables.output_units.tolist() == [second, first]
    only = tables.only(np.array([first]))
    assert only.inputs["data"].index.tolist() == [1, 4] and only.output.index.tolist() == [80]


def test_rows_made_of_one_are_found_by_their_parent():
    """The table of pairs says which; a parent without a row is a unit too."""
    frame, claim = visits(["u", "v", "w"], [1, 2, 3]), Claim(Rule.PAIRS)
    output = visits(["u", "u", "w"], [1, 1, 3]).set_axis(pd.Index([70, 80, 90], name="row"))
    pairs = pd.DataFrame({"parent": pd.array([1, 1, 3], "Int64")}, index=output.index)
    made = {"data": Made("dataset", output), "pairs": Made("dataset", pairs)}
    tables = tables_of(claim, {"data": frame}, made, role="data", units=units_of(claim, frame))
    assert tables.all_units().tolist() == [1, 2, 3]
    assert [len(tables.only(np.array([n])).output) for n in (1, 2, 3)] == [2, 0, 1]


def test_a_row_that_stays_is_found_by_its_own_id():
    """A row-wise step's output has the ids of the input, a page beside it counts for nothing."""
    frame = visits(["u", "v"], [1, 2])
    made = {"page": Made("page", "<p>"), "data": Made("dataset", frame.loc[[2]])}
    units = units_of(Claim(Rule.SAME_ROW), frame)
    tables = tables_of(Claim(Rule.SAME_ROW), {"data": frame}, made, role="data", units=units)
    assert tables.output_units.tolist() == [2] and tables.units["data"].tolist() == [1, 2]

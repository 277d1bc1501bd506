"""What a claim is tested on: drawn the same way every time, as large as it is asked to be."""

import numpy as np
import pandas as pd
import pytest

from pipeline.runner.sample import MOST_BATCHES, Tables, drawn, tables_of
from pipeline.runner.units import units_by, units_of
from pipeline.step import Claim, Made, Rule

PER_DAY = Claim(Rule.SAME_KEY, by=("user", "day"))


@pytest.mark.parametrize(
    ("rows", "share", "count"),
    [
        (1, 0, 1),
        (10, 0, 5),
        (100, 0, 32),
        (10_000, 0, 100),
        (2_000_000, 0, 10_000),
        (10_000, 0.001, 100),
        (10_000, 0.25, 2500),
        (2_000_000, 0.01, 20_000),
        (10, 0.99, 9),
    ],
)
def test_the_size_of_a_sample(rows, share, count):
    """One in a hundred, 32 at least and 10,000 at most, no more than half; a share only ever raises it."""
    [sample] = drawn(np.arange(rows), share=share)
    assert len(sample) == count and (np.diff(sample) > 0).all()


@pytest.mark.parametrize(("rows", "batches"), [(1, 1), (2, 2), (5, 5), (1000, MOST_BATCHES)])
def test_all_rows_are_dealt_into_batches(rows, batches):
    """Every row is in one batch, and there are two or more as soon as there are two rows."""
    dealt = drawn(np.arange(rows), share=1.0)
    assert len(dealt) == batches and np.sort(np.concatenate(dealt)).tolist() == list(range(rows))


def test_the_same_rows_are_drawn_again():
    """A run can be repeated: chance is seeded by the rows themselves."""
    units = np.arange(0, 9000, 7)
    assert drawn(units, share=0)[0].tolist() == drawn(units, share=0)[0].tolist()
    assert drawn(units[:0], share=1.0) == []


def test_a_part_holds_the_rows_of_its_units_and_no_others():
    """Groups 5 and 9 of the input, and what was made of them; what is not parted is given whole."""
    data = pd.DataFrame({"x": [1, 2, 3, 4]}, index=[11, 12, 13, 14])
    whole = pd.DataFrame({"y": [0]})
    output = pd.DataFrame({"n": [1, 2, 1]}, index=[7, 8, 9])
    given = {"data": data, "whole": whole}
    tables = Tables(given, "data", units_by(np.array([5, 9, 7, 5])), output, units_by(np.array([9, 5, 7])))
    part = tables.only(np.array([5, 9]))
    assert part.inputs["data"]["x"].tolist() == [1, 2, 4] and part.inputs["whole"] is whole
    assert part.output.index.tolist() == [7, 8] and part.units.words.tolist() == [5, 9]
    assert part.only(np.array([9])).inputs["data"]["x"].tolist() == [2]


def visits(users, days):
    """Visits of users on days, with ids 1, 2, …"""
    columns = {"user": pd.array(users, "str"), "day": pd.array(days, "Int64")}
    return pd.DataFrame(columns, index=pd.RangeIndex(1, len(users) + 1, name="row").astype("int64"))


def test_rows_in_no_group_are_in_no_part():
    """A row with a null in the key is not drawn with any group, and the output's rows are found by their key."""
    frame = visits(["u", None, "v", "u"], [1, 1, 2, 1])
    output = visits(["v", "u"], [2, 1]).set_axis(pd.Index([70, 80], name="row"))
    made, given = {"data": Made("dataset", output)}, {"data": frame, "limit": 3}
    tables = tables_of(PER_DAY, given, made, role="data", units=units_of(PER_DAY, frame))
    parts = [tables.only(np.array([word])) for word in tables.units.words]
    found = sorted((part.inputs["data"].index.tolist(), part.output.index.tolist()) for part in parts)
    assert found == [([1, 4], [80]), ([3], [70])]
    assert tables.only(tables.units.words).inputs["data"].index.tolist() == [1, 3, 4]
    assert {part.inputs["limit"] for part in parts} == {3}


def test_rows_made_of_one_are_found_by_their_parent():
    """The table of pairs says which; a parent without a row is a unit too."""
    frame, claim = visits(["u", "v", "w"], [1, 2, 3]), Claim(Rule.PAIRS)
    output = visits(["u", "u", "w"], [1, 1, 3]).set_axis(pd.Index([70, 80, 90], name="row"))
    pairs = pd.DataFrame({"parent": pd.array([1, 1, 3], "Int64")}, index=output.index)
    made = {"data": Made("dataset", output), "pairs": Made("dataset", pairs)}
    tables = tables_of(claim, {"data": frame}, made, role="data", units=units_of(claim, frame))
    assert tables.units.words.tolist() == [1, 2, 3]
    assert [len(tables.only(np.array([n])).output) for n in (1, 2, 3)] == [2, 0, 1]


def test_a_row_that_stays_is_found_by_its_own_id():
    """A row-wise step's output has the ids of the input, a page beside it counts for nothing."""
    frame = visits(["u", "v"], [1, 2])
    made = {"page": Made("page", "<p>"), "data": Made("dataset", frame.loc[[2]])}
    units = units_of(Claim(Rule.SAME_ROW), frame)
    tables = tables_of(Claim(Rule.SAME_ROW), {"data": frame}, made, role="data", units=units)
    assert tables.output_units.words.tolist() == [2] and tables.units.words.tolist() == [1, 2]

"""Rows in the order of their ids are the same rows."""

import numpy as np
import pandas as pd
import pytest

from pipeline.ordering import in_id_order


def table(rows):
    """A dataset of all dtypes, in no order, with nulls in every column but one."""
    draw = np.random.default_rng(3)
    null = draw.random(rows) < 0.2
    numbers = draw.integers(0, 9, rows)
    return pd.DataFrame(
        {
            "i": pd.array(np.where(null, None, numbers), dtype="Int64"),
            "f": np.where(null, np.nan, numbers * 0.5),
            "few": pd.Series(numbers.astype("U1")).astype("str").where(~null),
            "many": pd.Series(draw.permutation(rows).astype("U8")).astype("str").where(~null),
            "code": pd.Series(draw.integers(100, 999, rows).astype("U3"), dtype="str"),
            "none": pd.Series([None] * rows, dtype="str"),
            "c": pd.Categorical.from_codes(numbers % 3 - 1, ["b", "a", "unused"]),
            "t": pd.Series(pd.to_datetime(numbers, unit="D").as_unit("us")).dt.tz_localize("UTC"),
            "plain": numbers,
        }
    ).set_axis(pd.Index(draw.permutation(rows) * 7 - rows, name="row"))


@pytest.mark.parametrize("rows", [0, 1, 50, 5_000, 120_000])
def test_every_cell_stays_with_its_id(rows):
    """Cells, dtypes and names are those that sorting by the index gives."""
    frame = table(rows)
    pd.testing.assert_frame_equal(in_id_order(frame), frame.sort_index())


def test_the_given_frame_stays_as_it_was():
    """Neither order nor cells of it change, nor do they with the new one."""
    frame = table(100)
    before = frame.copy(deep=True)
    made = in_id_order(frame)
    made["f"] = 1.0
    made.loc[made.index[0], "plain"] = 100
    pd.testing.assert_frame_equal(frame, before)
    ordered = frame.sort_index()
    same = in_id_order(ordered)
    same.loc[same.index[0], "plain"] = 100
    pd.testing.assert_frame_equal(ordered, frame.sort_index())


def test_ids_alone_are_ordered_too():
    """A frame without columns is one of ids."""
    frame = pd.DataFrame(index=pd.Index([2, -1, 7, 1], name="row"))
    assert in_id_order(frame).index.tolist() == [-1, 1, 2, 7]

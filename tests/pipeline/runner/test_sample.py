"""What a claim is tested on: drawn the same way every time, as large as it is asked to be."""

import numpy as np
import pandas as pd
import pytest

from pipeline.runner.sample import MOST_BATCHES, Tables, drawn


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
    tables = Tables({"data": data, "whole": whole}, {"data": np.array([5, 9, 7, 5])}, output, np.array([9, 5, 7]))
    part = tables.only(np.array([5, 9]))
    assert part.inputs["data"]["x"].tolist() == [1, 2, 4] and part.inputs["whole"] is whole
    assert part.output.index.tolist() == [7, 8] and part.all_units().tolist() == [5, 9]

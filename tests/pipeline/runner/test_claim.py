"""The test of a row-wise claim finds every dependence that its sample shows, and nothing else."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.runner.claim import check_rowwise
from pipeline.schema import normalised


def table(values):
    """A table of numbers, ids from 1."""
    return pd.DataFrame({"x": values}, index=pd.RangeIndex(1, len(values) + 1, name="row").astype("int64"))


def checked(function, values):
    """Test `function` as a row-wise claim on a table of `values`."""
    frame = table(values)

    def call(inputs):
        return normalised(function(inputs["data"].copy(deep=False)))

    return check_rowwise(call, {"data": frame}, {"data"}, call({"data": frame}))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60))
def test_a_rowwise_function_passes(values):
    """A map with a filter is row-wise on any numbers."""
    found = checked(lambda frame: frame.assign(y=frame["x"] * 2)[frame["x"] > 0], values)
    assert (found.broken, found.batch_sensitive) == ("", False)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=70, max_size=90, unique=True))
def test_a_rank_is_found(values):
    """A rank depends on every row."""
    assert checked(lambda frame: frame.assign(y=frame["x"].rank()), np.array(values, float)).broken


def test_a_neighbour_is_found():
    """A difference to the row above depends on another row."""
    assert checked(lambda frame: frame.assign(y=frame["x"].diff()), np.arange(200.0) ** 2).broken


def test_a_filter_on_the_mean_is_found():
    """Which rows stay may not depend on other rows either."""
    found = checked(lambda frame: frame[frame["x"] > frame["x"].mean()], np.arange(300.0) ** 3)
    assert found.broken == "other rows stay when a sample runs alone"


def test_raising_on_fewer_rows_is_found():
    """A function that needs a hundred rows cannot serve one."""

    def needs_many(frame):
        assert len(frame) > 90
        return frame

    assert "raises on" in checked(needs_many, np.arange(100.0)).broken


def test_randomness_is_told_from_dependence():
    """A function that draws numbers is found, and called by its name."""
    found = checked(lambda frame: frame.assign(y=np.random.default_rng().random(len(frame))), np.arange(100.0))
    assert found.broken == "it gives different results for the same rows"


def test_last_bits_are_batch_sensitive_not_broken():
    """A sum that differs in the last bits with the number of rows is recorded, not refused."""

    def rounding(frame):
        return frame.assign(y=frame["x"] * (1 + 1e-15 * len(frame)))

    found = checked(rounding, np.arange(1.0, 101.0))
    assert (found.broken, found.batch_sensitive) == ("", True)


def test_a_tenth_of_a_sample_is_enough_on_a_million_rows():
    """On large tables one row in a hundred is tested, ten thousand at most."""
    found = checked(lambda frame: frame, np.arange(1_000_000.0))
    assert (found.rows, found.sampled) == (1_000_000, 10_000)

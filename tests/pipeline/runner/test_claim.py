"""The test of a claim finds every dependence that what is drawn shows, and nothing else."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.runner.claim import check_claim
from pipeline.runner.sample import Tables
from pipeline.runner.units import units_by
from pipeline.schema import normalised


def table(values):
    """A table of numbers, ids from 1."""
    return pd.DataFrame({"x": values}, index=pd.RangeIndex(1, len(values) + 1, name="row").astype("int64"))


def checked(function, values, share=0.0):
    """Test `function` as a row-wise claim on a table of `values`."""
    frame = table(values)

    def call(inputs):
        return normalised(function(inputs["data"].copy(deep=False)))

    output = call({"data": frame})
    units, of_output = units_by(frame.index.to_numpy()), units_by(output.index.to_numpy())
    tables = Tables({"data": frame}, "data", units, output, of_output)
    return check_claim(call, tables, share=share)


def grouped(function, values, share=0.0):
    """Test `function` as a claim on groups: the values' remainders by 50, which name the output's rows."""
    frame = table(values).assign(key=lambda frame: frame["x"] % 50)
    keys = frame["key"].to_numpy().astype("int64")

    def call(inputs):
        return normalised(function(inputs["data"])).rename_axis(index="row")

    output = call({"data": frame})
    tables = Tables({"data": frame}, "data", units_by(keys), output, units_by(output.index.to_numpy()))
    return check_claim(call, tables, share=share)


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
    assert (found.of, found.sampled) == (1_000_000, 10_000)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_groups_treated_by_themselves_pass(share):
    """A sum by key rests on the rows of the key."""
    found = grouped(lambda frame: frame.groupby("key")[["x"]].sum(), np.arange(500), share)
    assert (found.broken, found.of, found.sampled) == ("", 50, {0.0: 25, 0.5: 25, 1.0: 50}[share])


@pytest.mark.parametrize("share", [0.0, 1.0])
@pytest.mark.parametrize(
    "function",
    [
        lambda sums: sums / sums.sum(),
        lambda sums: sums.rank(),
        lambda sums: sums[sums["x"] > sums["x"].mean()],
        lambda sums: sums.assign(first=sums.index[0]),
        lambda sums: sums.assign(now=time.time()),
        lambda sums: sums.assign(drawn=np.random.default_rng().random(len(sums))),
    ],
)
def test_groups_that_look_at_others_are_found(function, share):
    """A share of all, a rank, a filter on the mean, the first key, the clock and chance."""
    assert grouped(lambda frame: function(frame.groupby("key")[["x"]].sum()), np.arange(500), share).broken


def test_the_clock_is_called_by_its_name():
    """What changes with the time alone is told from what looks at other rows."""
    found = checked(lambda frame: frame.assign(year=time.gmtime().tm_year), np.arange(100.0))
    assert found.broken == "its result changes with the clock"


def second_ones(frame):
    """Mark every value that was there before: row-wise but for repeated values."""
    return frame.assign(again=frame["x"].duplicated())


def test_a_few_pairs_are_missed_by_a_sample_and_found_by_all_rows():
    """Ten repeated values in 100,000 rows: a sample of 1,000 shows none of them here; all rows in batches do."""
    values = np.arange(100_000.0)
    values[50_000:50_010] = values[:10]
    usual, whole = checked(second_ones, values), checked(second_ones, values, share=1.0)
    assert (usual.sampled, usual.broken) == (1000, "")
    assert whole.broken == "values differ when a sample runs alone"


@pytest.mark.parametrize("rows", [1, 2, 3, 70])
def test_with_all_rows_each_runs_once(rows):
    """However few rows there are, every one is tested."""
    found = checked(lambda frame: frame, np.arange(float(rows)), share=1.0)
    assert (found.of, found.sampled, found.broken) == (rows, rows, "")


def test_two_rows_of_one_value_run_apart():
    """With all of two rows drawn, each runs without the other."""
    assert checked(second_ones, np.array([7.0, 7.0]), share=1.0).broken


def test_no_rows_have_nothing_to_test():
    """An empty table holds to every claim."""
    assert checked(lambda frame: frame, np.empty(0)).sampled == 0

"""Pairs of rows with one key: against every pair tried, and named alike whatever other rows do."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Misuse
from pipeline.preprocessing.join import join, join_rows
from pipeline.step import Rule, Step


def table(keys, first, value):
    """Rows with a key, a value and ids from `first`."""
    columns = {"k": pd.array(keys, "Int64"), value: pd.array(range(len(keys)), "Int64")}
    return pd.DataFrame(columns, index=pd.RangeIndex(first, first + len(keys), name="row").astype("int64"))


def joined(left, right):
    """What join makes: the pairs, and the rows that each was made of."""
    made = join_rows(left, right, on={"k": "k"})
    return made["data"].value, made["pairs"].value


@given(st.lists(st.none() | st.integers(0, 3), max_size=7), st.lists(st.none() | st.integers(0, 3), max_size=7))
def test_it_equals_trying_every_pair(left, right):
    """All pairs with equal keys, none with a null; and those of one key alone come out as among all."""
    ours, theirs = table(left, 100, "a"), table(right, 200, "b")
    data, pairs = joined(ours, theirs)
    expected = {(i, j) for i, k in enumerate(left) for j, m in enumerate(right) if k is not None and k == m}
    assert set(zip(data["a"], data["b"], strict=True)) == expected and len(data) == len(expected)
    assert list(data) == ["k", "a", "b"] and data.index.equals(pairs.index) and data.index.is_monotonic_increasing
    assert (pairs["left"] - 100).tolist() == data["a"].tolist()
    assert (pairs["right"] - 200).tolist() == data["b"].tolist()
    alone, _ = joined(ours[ours["k"] == 1], theirs[theirs["k"] == 1])
    pd.testing.assert_frame_equal(alone, data[data["k"] == 1])


def test_a_pair_is_named_by_both_in_their_places():
    """Left 1 with right 2 is another pair than left 2 with right 1."""
    one, _ = joined(table([7], 1, "a"), table([7], 2, "b"))
    other, _ = joined(table([7], 2, "a"), table([7], 1, "b"))
    assert one.index[0] != other.index[0]


def test_the_rights_key_is_left_out_under_any_name():
    """The key is there once, by the left's name."""
    right = table([1], 200, "b").rename(columns={"k": "m"})
    made = join_rows(table([1, 2], 100, "a"), right, on={"k": "m"})["data"].value
    assert (list(made), made["k"].tolist()) == (["k", "a", "b"], [1])


def test_columns_of_both_are_misuse():
    """Which of two columns is meant nobody guesses."""
    with pytest.raises(Misuse, match="in both datasets.*a"):
        joined(table([1], 1, "a"), table([1], 2, "a"))


def left():
    """The left table."""
    return table([1, 1, 2], 100, "a")


def right():
    """The right table."""
    return table([1, 3, 1], 200, "b")


def test_a_pair_rests_on_its_two_rows_and_which_there_are_on_the_key(runner):
    """Two rules by pairs, each with its side, its key and the columns that it passes on."""
    one = runner.run(Step(name="left", stage="ingestion", function=left)).outputs["data"]
    two = runner.run(Step(name="right", stage="ingestion", function=right)).outputs["data"]
    made = join(runner, left=one, right=two, on="k")
    assert len(runner.value(made)) == 4
    rules = {each.input: each for each in runner.store.dependencies(made)}
    assert {each.rule for each in rules.values()} == {Rule.PAIRS}
    shared = {"on": {"output": ["k"], "input": ["k"]}, "reads": [], "decides": ["k"], "gives": []}
    assert {**rules[one].detail, "pairs": ""} == {**shared, "pairs": "", "side": "left", "passes": ["k", "a"]}
    assert {**rules[two].detail, "pairs": ""} == {**shared, "pairs": "", "side": "right", "passes": ["b"]}

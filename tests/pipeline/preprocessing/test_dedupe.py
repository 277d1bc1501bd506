"""One row of each key stays: worked by hand, and against a choice row by row."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Misuse
from pipeline.preprocessing.dedupe import dedupe, dedupe_rows
from pipeline.preprocessing.preprocess import preprocess
from pipeline.step import Known, Rule


def people(rows):
    """People as (e-mail, age), with ids 1, 2, …"""
    columns = {"email": pd.array([e for e, _ in rows], "str"), "age": pd.array([a for _, a in rows], "Int64")}
    return pd.DataFrame(columns, index=pd.RangeIndex(1, len(rows) + 1, name="row").astype("int64"))


ROWS = [("a", 30), ("b", 5), ("a", 20), (None, 1), ("a", 20), (None, 1), ("b", None)]


@pytest.mark.parametrize(
    ("order", "keep", "kept"),
    [
        (None, "first", [1, 2, 4, 6]),
        (None, "last", [4, 5, 6, 7]),
        ("age", "first", [2, 3, 4, 6]),
        ("age", "last", [1, 2, 4, 6]),
    ],
)
def test_one_row_of_each_key_stays(order, keep, kept):
    """By id, or by age and then id; a null age loses, and rows without a key are all kept."""
    assert dedupe_rows(people(ROWS), by=["email"], order=order, keep=keep).index.tolist() == kept


def test_nothing_to_drop_and_nothing_at_all():
    """Rows of different keys all stay, as they are; no rows stay no rows."""
    once = people([("a", 1), ("b", 1)])
    assert dedupe_rows(once, by=["email"]).equals(once)
    assert dedupe_rows(once[:0], by=["email", "age"], order="age").equals(once[:0])


def test_an_ordered_category_is_in_its_own_order():
    """Low comes before high because it is said to; a category without an order goes by its values."""
    frame = people([("a", 1), ("a", 1)])
    frame["level"] = pd.Categorical(["high", "low"], categories=["low", "high"], ordered=True)
    assert dedupe_rows(frame, by=["email"], order="level").index.tolist() == [2]
    frame["level"] = pd.Categorical(["high", "low"], categories=["low", "high"])
    assert dedupe_rows(frame, by=["email"], order="level").index.tolist() == [1]


@given(st.lists(st.tuples(st.none() | st.sampled_from("ab"), st.none() | st.integers(0, 2)), max_size=9), st.data())
def test_it_equals_a_choice_row_by_row(rows, data):
    """By hand: of each key the smallest (null, age, id) first; and the same on the rows of some keys alone."""
    keep, order = data.draw(st.sampled_from(["first", "last"])), data.draw(st.sampled_from([None, "age"]))
    best = {}
    for row, (email, age) in enumerate(rows, 1):
        if keep == "first":
            rank = (age is None, age or 0, row) if order else (row,)
            better = email not in best or rank < best[email][0]
        else:
            rank = (age is not None, age or 0, row) if order else (row,)
            better = email not in best or rank > best[email][0]
        if better:
            best[email] = rank, row
    expected = sorted(
        [row for email, (_, row) in best.items() if email is not None]
        + [row for row, (email, _) in enumerate(rows, 1) if email is None]
    )
    frame = people(rows)
    made = dedupe_rows(frame, by=["email"], order=order, keep=keep)
    assert made.index.tolist() == expected
    some = frame["email"] == "a"
    assert dedupe_rows(frame[some], by=["email"], order=order, keep=keep).equals(made[made["email"] == "a"])


@pytest.mark.parametrize(
    ("given", "words"), [({"by": ()}, "by="), ({"by": ["a", "a"]}, "by="), ({"by": "a", "keep": "best"}, "keep=")]
)
def test_what_cannot_be_declared_is_misuse(given, words):
    """No key, a column twice, and a way to choose that there is not."""
    with pytest.raises(Misuse, match=words):
        dedupe(**given)


def test_columns_that_are_not_there_are_misuse():
    """A key or an order of no column is named."""
    with pytest.raises(Misuse, match="nothing"):
        dedupe_rows(people(ROWS), by=["nothing"])
    with pytest.raises(Misuse, match="nothing"):
        dedupe_rows(people(ROWS), by=["email"], order="nothing")


def test_values_come_from_the_row_and_its_staying_from_its_key(runner, data):
    """Two rules on one input, both by construction; the step has a name of its own."""
    made = preprocess(runner, data=data, steps=[dedupe(by="person", order="income")])
    assert made.startswith("dataset/loans.dedupe@") and len(runner.value(made)) == 25
    rules = {each.rule: each for each in runner.store.dependencies(made)}
    assert {each.known for each in rules.values()} == {Known.BY_CONSTRUCTION}
    assert rules[Rule.SAME_ROW].detail == {"reads": [], "decides": [], "passes": "*", "gives": []}
    assert rules[Rule.SAME_KEY].detail == {
        "on": {"output": ["person"], "input": ["person"]},
        "reads": [],
        "decides": ["person", "income"],
        "gives": [],
    }

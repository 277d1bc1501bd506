"""A claim is about rows, groups or parents: every row is told to which it belongs, and is found by it."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pipeline.runner.units import NONE, units_by, units_of
from pipeline.step import Claim, Rule

PER_USER = Claim(Rule.SAME_KEY, by=("user", "day"))


def visits(users, days):
    """Visits of users on days, with ids 1, 2, …"""
    columns = {"user": pd.array(users, "str"), "day": pd.array(days, "Int64")}
    return pd.DataFrame(columns, index=pd.RangeIndex(1, len(users) + 1, name="row").astype("int64"))


PAIRS = st.lists(st.tuples(st.none() | st.sampled_from("uv"), st.none() | st.integers(0, 2)), max_size=12)
WORDS = st.lists(st.integers(-3, 3) | st.sampled_from([-(2**63), 2**63 - 1]), max_size=12)


@given(PAIRS)
def test_rows_are_in_one_group_where_they_have_one_key(pairs):
    """A group's rows are those with its two values; a row with a null in either is in no group."""
    units = units_of(PER_USER, visits(*zip(*pairs, strict=True)) if pairs else visits([], []))
    found = [units.places(np.array([word])).tolist() for word in units.words]
    whole = {pair for pair in pairs if None not in pair}
    assert sorted(found) == sorted([place for place, pair in enumerate(pairs) if pair == one] for one in whole)


@given(WORDS, st.sets(st.integers(-4, 4) | st.sampled_from([-(2**63), 2**63 - 1])))
def test_the_rows_of_some_units_are_found(words, chosen):
    """They are the rows with one of the words, in their order, which keep their units when taken."""
    units = units_by(np.array(words, dtype=np.int64))
    places = units.places(np.array(sorted(chosen), dtype=np.int64))
    assert units.words.tolist() == sorted(set(words))
    assert places.tolist() == [place for place, word in enumerate(words) if word in chosen]
    taken = units.take(places)
    assert taken.words.tolist() == sorted(chosen & set(words))
    for word in taken.words:
        assert [words[place] for place in places[taken.places(np.array([word]))]] == [word] * words.count(word)


def test_a_row_and_a_parent_are_units_by_their_ids():
    """A row-wise function and one that makes several rows of one are tested row by row."""
    frame = visits(["u", None], [1, 2])
    for rule in (Rule.SAME_ROW, Rule.PAIRS):
        found = units_of(Claim(rule), frame)
        assert found.words.tolist() == [1, 2] and found.numbers is None


def test_a_row_without_a_key_has_no_unit():
    """It has the number that stands for none, and no word."""
    found = units_of(PER_USER, visits(["u", None, "u"], [1, 1, None]))
    assert len(found.words) == 1 and found.numbers.tolist() == [0, NONE, NONE]

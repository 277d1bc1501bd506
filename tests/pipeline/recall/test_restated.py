"""Logged inputs are stated again as their rows are now."""

import pandas as pd

from pipeline.recall.restated import asked_rows, restated

INDEX = {"name": "row", "dtype": "int64"}


def rows(ids, ages, names, kinds):
    """A table of people."""
    columns = {
        "age": pd.array(ages, "Int64"),
        "name": pd.array(names, "str"),
        "kind": pd.Categorical(kinds),
        "secret": pd.array(range(len(ids)), "Int64"),
    }
    return pd.DataFrame(columns, index=pd.Index(ids, **INDEX))


BEFORE = rows([1, 2, 3], [20, None, 40], ["ann", "bob", "cy"], ["x", "y", "x"])
AFTER = rows([1, 2, 4], [21, 30, 50], ["ann", "rob", "dee"], ["z", "y", "x"])


def stated(*inputs):
    """Inputs, and the frame they are typed as: what is left out is null."""
    columns = {
        "age": pd.array([one.get("age") for one in inputs], "Int64"),
        "name": pd.array([one.get("name") for one in inputs], "str"),
        "kind": pd.Categorical([one.get("kind") for one in inputs]),
    }
    return inputs, pd.DataFrame(columns, index=pd.RangeIndex(len(inputs), name="row"))


def again(inputs, about):
    """State inputs again."""
    given, typed = stated(*inputs)
    return restated(given, typed, about, before=BEFORE, after=AFTER)


def test_what_was_stated_as_the_row_had_it_is_stated_as_it_has_it_now():
    """A number, a null and a category, each in its own column; what the row keeps is not touched."""
    found = again([{"age": 20, "name": "ann", "kind": "x"}, {"age": None, "name": "bob", "kind": "y"}], [1, 2])
    assert found.inputs == {0: {"age": 21, "name": "ann", "kind": "z"}, 1: {"age": 30, "name": "rob", "kind": "y"}}
    assert found.gone == frozenset()


def test_what_was_stated_otherwise_or_not_at_all_stays():
    """Age 99 was never the row's; a column left out is no statement, though the row's null looks like it."""
    found = again([{"age": 99, "kind": "x"}, {"name": "bob"}], [1, 2])
    assert found.inputs == {0: {"age": 99, "kind": "z"}, 1: {"name": "rob"}}


def test_rows_that_are_no_longer_there_are_told():
    """Row 3 went; row 4 came and was not there to be asked about; somebody is nobody's row; 9 was never any."""
    found = again([{"age": 40}, {"age": 50}, {"age": 20}, {"age": 20}], [3, 4, None, 9])
    assert (found.inputs, found.gone) == ({}, frozenset([0]))


def test_two_inputs_about_one_row_are_each_stated_again():
    """Each by what it stated."""
    assert again([{"age": 20}, {"age": 7}, {"age": 20}], [1, 1, 1]).inputs == {0: {"age": 21}, 2: {"age": 21}}


def test_the_rows_asked_about_are_read_once():
    """In order of their ids."""
    assert asked_rows([3, None, 1, 3]).tolist() == [1, 3]

"""Ids of rows that are made of others."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pipeline.errors import StepRefused
from pipeline.offspring import child_ids, pair_ids, pairs_table


def ids(*parents):
    """Parents' ids."""
    return np.array(parents, dtype="int64")


def test_a_child_is_named_by_parent_element_and_occurrence():
    """Equal elements of one parent are counted; equal elements of two are two rows."""
    found = child_ids(ids(1, 1, 1, 2), pd.DataFrame({"a": ["x", "x", "y", "x"]}, dtype="str"))
    assert len(set(found)) == 4
    assert child_ids(ids(2, 1), pd.DataFrame({"a": ["x", "y"]}, dtype="str")).tolist() == [found[3], found[2]]


def test_a_null_is_an_element():
    """A null and an empty text are two elements."""
    found = child_ids(ids(1, 1, 1), pd.DataFrame({"a": ["", None, "x"]}, dtype="str"))
    assert len(set(found)) == 3


def test_an_integer_and_the_same_float_are_one_element():
    """A null that comes or goes in a column of numbers renames no other row."""
    whole, parted = pd.DataFrame({"a": pd.array([3], "Int64")}), pd.DataFrame({"a": [3.0, np.nan]})
    assert child_ids(ids(1), whole)[0] == child_ids(ids(1, 1), parted)[0]


def test_elements_of_any_kind():
    """Lists, which can be no key, are told apart by their text; columns in any order name alike."""
    lists = pd.Series([[1, 2], [1, 3]], dtype=pd.ArrowDtype(pa.list_(pa.int64())))
    frame = pd.DataFrame({"a": lists, "b": pd.array([True, True], "boolean")})
    found = child_ids(ids(1, 1), frame)
    assert found[0] != found[1] and found.tolist() == child_ids(ids(1, 1), frame[["b", "a"]]).tolist()


def test_pairs_are_named_by_both():
    """A pair that is there twice has one id, and is refused."""
    assert len(set(pair_ids(ids(1, 1, 2), ids(1, 2, 1)))) == 3
    with pytest.raises(StepRefused, match="one id"):
        pair_ids(ids(1, 1), ids(2, 2))


def test_the_table_of_pairs_is_by_row():
    """Each side is a column of ids that keep all 64 bits."""
    table = pairs_table(ids(9, 3), {"parent": ids(2**62 + 1, 5)})
    assert table.index.tolist() == [3, 9] and table["parent"].tolist() == [5, 2**62 + 1]
    assert (table["parent"].dtype, table.index.name) == ("Int64", "row")

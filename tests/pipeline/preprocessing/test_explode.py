"""A row for every element: worked by hand, and named alike whatever other rows do."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Misuse
from pipeline.preprocessing.explode import explode, explode_rows
from pipeline.preprocessing.preprocess import preprocess
from pipeline.step import Rule, Step


def people(skills, dtype="str", ids=None):
    """People with skills and ids 1, 2, …"""
    ids = list(range(1, len(skills) + 1)) if ids is None else ids
    columns = {
        "age": pd.array(ids, "Int64"),
        "skills": pd.Series(skills, dtype=dtype),
        "town": pd.array(["A"] * len(ids)),
    }
    return pd.DataFrame(columns).astype({"town": "str"}).set_axis(pd.Index(ids, name="row", dtype="int64"))


def exploded(frame, **given):
    """What explode makes, each row with its parent."""
    made = explode_rows(frame, column="skills", **given)
    return made["data"].value, made["pairs"].value


def test_a_text_gives_a_row_for_every_part():
    """Blanks are cut off, empty parts are none; a null or empty text leaves no row. Other columns are repeated."""
    data, pairs = exploded(people(["sql, python,", None, " , ", "sql", "go,go"]), separator=",")
    found = sorted(zip(pairs["parent"], data["skills"], data["age"], data["town"], strict=True))
    assert found == [
        (1, "python", 1, "A"),
        (1, "sql", 1, "A"),
        (4, "sql", 4, "A"),
        (5, "go", 5, "A"),
        (5, "go", 5, "A"),
    ]
    assert list(data) == ["age", "skills", "town"] and data.index.equals(pairs.index) and data.index.is_unique
    assert pairs["parent"].dtype == "Int64" and data.index.is_monotonic_increasing


@pytest.mark.parametrize(("values", "kind", "dtype"), [([1, 2], pa.int64(), "Int64"), (["x", "y"], pa.string(), "str")])
def test_lists_give_a_row_for_every_element(values, kind, dtype):
    """An empty list and a null one leave no row; a null in a list is an element. Dtypes are those of a dataset."""
    frame = people([values, [], None, [values[0], None]], dtype=pd.ArrowDtype(pa.list_(kind)))
    data, pairs = exploded(frame)
    assert data["skills"].dtype == dtype and len(data) == 4
    shown = {(parent, None if pd.isna(each) else each) for parent, each in zip(pairs["parent"], data["skills"])}
    assert shown == {(1, values[0]), (1, values[1]), (4, values[0]), (4, None)}


def test_no_elements_at_all_still_have_columns():
    """An empty table and one of empty texts give an empty table of the same columns."""
    for frame in (people([]), people(["", None])):
        data, pairs = exploded(frame, separator=",")
        assert (len(data), len(pairs), list(data)) == (0, 0, ["age", "skills", "town"])
        assert data["skills"].dtype == "str" and pairs["parent"].dtype == "Int64"


def test_a_category_of_texts_is_text():
    """Its parts are texts."""
    data, _ = exploded(people(["a,b", "a,b"], dtype="category"), separator=",")
    assert sorted(data["skills"]) == ["a", "a", "b", "b"]


@given(
    st.lists(st.lists(st.sampled_from("abc"), max_size=4), min_size=1, max_size=5), st.randoms(use_true_random=False)
)
def test_ids_hold_whatever_other_rows_do(skills, random):
    """The rows of a parent alone, or among others in any order, have the same ids and values."""
    frame = people([",".join(each) for each in skills])
    data, pairs = exploded(frame, separator=",")
    order = list(range(len(frame)))
    random.shuffle(order)
    for some in (frame.iloc[order], frame.iloc[order[:1]]):
        alone, parents = exploded(some, separator=",")
        mine = pairs["parent"].isin(some.index)
        pd.testing.assert_frame_equal(alone, data[mine])
        pd.testing.assert_frame_equal(parents, pairs[mine])


def test_equal_elements_of_a_parent_are_counted():
    """The second a is another row than the first; a third renumbers neither."""
    two, three = exploded(people(["a,a"]), separator=",")[0], exploded(people(["a,a,a"]), separator=",")[0]
    assert len(set(two.index)) == 2 and set(two.index) < set(three.index)


@pytest.mark.parametrize(
    ("column", "separator", "words"),
    [("nothing", ",", "no column"), ("skills", None, "holds no lists"), ("age", ",", "is no text")],
)
def test_what_cannot_be_exploded_is_misuse(column, separator, words):
    """A column that is not there, text without a separator, and numbers."""
    with pytest.raises(Misuse, match=words):
        explode_rows(people(["a"]), column=column, separator=separator)


@pytest.mark.parametrize("given", [{"column": 3}, {"column": "a", "separator": ""}])
def test_what_cannot_be_declared_is_misuse(given):
    """A column by number, and parts between nothing."""
    with pytest.raises(Misuse, match="explode"):
        explode(**given)


def skilled():
    """Two people with skills."""
    return people(["a,b", "c"])


def test_each_row_rests_on_its_parent(runner):
    """The rule is pairs, with the table of parents beside it."""
    data = runner.run(Step(name="skilled", stage="ingestion", function=skilled)).outputs["data"]
    made = preprocess(runner, data=data, steps=[explode("skills", separator=",")])
    [rule] = runner.store.dependencies(made)
    pairs = rule.detail["pairs"]
    assert [each.rule for each in runner.store.dependencies(pairs)] == [Rule.PAIRS]
    assert rule.rule is Rule.PAIRS and runner.value(pairs).index.equals(runner.value(made).index)
    assert {**rule.detail, "pairs": ""} == {
        "pairs": "",
        "side": "parent",
        "passes": "*",
        "reads": ["skills"],
        "gives": ["skills"],
    }

"""A recorded way, taken again by other rows."""

import pandas as pd
import pytest

from pipeline.code import bundle, reach
from pipeline.errors import Misuse
from pipeline.preprocessing.lookup import lookup_rows
from pipeline.step import Made, rowwise
from pipeline.way import Call, called, function_at, parts, way

TABLE = pd.DataFrame(
    {"k": pd.array(["a", "b"], dtype="str"), "n": pd.array([10, 20], dtype="Int64"), "other": [0.5, 1.5]},
    index=pd.Index([1, 2], name="row"),
)
LOOKUP = {
    "step": "numbers",
    "code": None,
    "function": "pipeline.preprocessing.lookup:lookup_rows",
    "parameters": {"on": {"key": "k"}, "columns": ["n"], "found": None},
    "columns": {"key": "str", "n": "Int64"},
    "reference": "dataset/table@00",
    "origin": "table",
    "on": {"output": ["key"], "input": ["k"]},
    "reads": ["k", "n"],
}


@rowwise
def more(rows, *, by):
    """Add to all numbers."""
    return rows.assign(n=rows["n"] + by)


@rowwise(reads=("n",))
def halved(rows):
    """Read the number alone, and call it otherwise."""
    return pd.DataFrame({"half": rows["n"] / 2})


MORE = {"step": "more", "code": "code/more@00", "function": None, "parameters": {"by": 5}, "columns": {"n": "Int64"}}
HALVED = {"step": "halved", "code": "code/halved@00", "function": None, "parameters": {}, "columns": {}}


def asked(*keys):
    """Rows that ask."""
    return pd.DataFrame({"key": pd.array(keys, dtype="str")}).rename_axis(index="row")


def taken(frame, path, functions=()):
    """Take rows all the way."""
    code = [bundle(function, reach(function)) for function in functions]
    for step in way(path, code=code, references=[TABLE] * path.count(LOOKUP)):
        frame = step(frame)
    return frame


def test_functions_and_lookups_follow_one_another():
    """Ours by their name, the user's from the text that was kept, each with its parameters."""
    made = taken(asked("b", "z", None), [LOOKUP, MORE], [more])
    assert made["n"].tolist() == [25, pd.NA, pd.NA] and str(made["n"].dtype) == "Int64"


def test_a_function_is_given_the_columns_it_reads():
    """What it did not read passes by, as in the run."""
    made = taken(asked("b", "a"), [LOOKUP, HALVED], [halved])
    assert made.to_dict("list") == {"key": ["b", "a"], "half": [10.0, 5.0]}


def test_a_lookup_gives_what_the_whole_table_gives():
    """Though only the rows that are asked for come before the function."""
    frame = asked("b", "z", None, "b")
    expected = lookup_rows(frame, TABLE, on={"key": "k"}, columns=["n"], found=None)
    pd.testing.assert_frame_equal(taken(frame, [LOOKUP]), expected)


def test_nulls_alone_have_the_dtype_of_training():
    """A single null cannot tell its type; what was recorded can."""
    call = Call(
        step="own", function=lambda data: data.assign(b=None), role="data", dtypes={"b": "Int64", "gone": "str"}
    )
    assert str(call(asked("a"))["b"].dtype) == "Int64"


def test_what_a_step_of_ours_made_is_taken_out():
    """One that returns its output by role gives the dataset in it."""
    call = Call(step="own", function=lambda data: {"data": Made("dataset", data)}, role="data")
    assert call(asked("a"))["key"].tolist() == ["a"]


def test_a_way_stands_on_code_and_tables():
    """Both are listed in the order of the steps that have them, and a role without any is left out."""
    assert parts([MORE, LOOKUP, HALVED]) == {
        "code": ["code/more@00", "code/halved@00"], "references": ["dataset/table@00"],
    }  # fmt: skip
    assert parts([]) == {} and parts([LOOKUP]).keys() == {"references"}


def test_a_function_that_is_gone_is_named():
    """A recorded function that this installation lacks is told with its step."""
    with pytest.raises(Misuse, match="the code of step apply cannot be loaded; found ModuleNotFoundError"):
        function_at("apply", "pipeline.nowhere:apply")
    with pytest.raises(Misuse, match="the code of step more cannot be loaded"):
        called({**MORE, "function": "pipeline.way:nothing"})

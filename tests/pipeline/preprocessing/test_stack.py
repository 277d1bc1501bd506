"""Rows of several datasets under one another."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.errors import Misuse, StepRefused
from pipeline.preprocessing.stack import stack, stack_rows
from pipeline.step import Rule, Step


def table(first, **columns):
    """Rows with ids from `first`; columns are (values, dtype)."""
    made = pd.DataFrame({name: pd.Series(values, dtype=dtype) for name, (values, dtype) in columns.items()})
    return made.set_axis(pd.RangeIndex(first, first + len(made), name="row").astype("int64"))


def test_rows_come_by_id_with_the_columns_of_all():
    """A row has nulls, of the right dtype, in columns that its own table lacks."""
    upper = table(20, a=([1, 2], "Int64"), b=(["x", "y"], "str"))
    lower = table(10, b=(["z"], "str"), c=([True], "boolean"), d=([0.5], "float64"))
    made = stack_rows([upper, lower])
    assert made.index.tolist() == [10, 20, 21] and list(made) == ["a", "b", "c", "d"]
    assert made.dtypes.astype(str).tolist() == ["Int64", "str", "boolean", "float64"]
    assert made["a"].tolist() == [pd.NA, 1, 2] and made["b"].tolist() == ["z", "x", "y"]


def test_dtypes_never_depend_on_rows():
    """Any rows of the tables, none too, give the dtypes of the whole."""
    tables = [table(1, a=(["x"], "category")), table(2, a=(["y"], "category"), t=(["2026-01-01"], "datetime64[us]"))]
    whole = stack_rows(tables)
    assert whole["a"].dtype == "str" and whole["a"].tolist() == ["x", "y"]
    assert stack_rows([each[:0] for each in tables]).dtypes.equals(whole.dtypes)


def test_a_row_in_two_tables_is_refused():
    """Of two versions of a row, none is taken for the other."""
    with pytest.raises(StepRefused, match="1 rows are in more than one.*row 2"):
        stack_rows([table(1, a=([1, 2], "Int64")), table(2, a=([3], "Int64"))])


@pytest.mark.parametrize("dtype", ["str", "float64", "boolean"])
def test_different_kinds_under_one_name_are_misuse(dtype):
    """Numbers are not turned into text, nor integers into floats, unasked."""
    with pytest.raises(Misuse, match="a holds different kinds.*Int64"):
        stack_rows([table(1, a=([1], "Int64")), table(2, a=([], dtype))])


def upper():
    """A table."""
    return table(20, a=([1, 2], "Int64"))


def lower():
    """Another."""
    return table(10, a=([3], "Int64"))


def test_every_row_is_itself(runner):
    """Both datasets, in one role, pass their rows on."""
    tables = [runner.run(Step(name=f.__name__, stage="ingestion", function=f)).outputs["data"] for f in (upper, lower)]
    made = stack(runner, tables=tables)
    assert runner.value(made)["a"].tolist() == [3, 1, 2]
    rules = runner.store.dependencies(made)
    assert [each.rule for each in rules] == [Rule.SAME_ROW] * 2 and {each.input for each in rules} == set(tables)
    assert rules[0].detail == {"reads": [], "decides": [], "passes": "*", "gives": []}


def test_nothing_to_stack_is_misuse(runner):
    """An empty list, and what is no dataset, are refused."""
    with pytest.raises(Misuse, match="stacks nothing"):
        stack(runner, tables=[])
    with pytest.raises(Misuse, match=r"tables\[1\]"):
        stack(runner, tables=["dataset/x@1", {"parts": {}}])

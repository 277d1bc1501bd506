"""A condition on columns, asked of every row."""

import pandas as pd
import pytest

from pipeline.condition import holding
from pipeline.errors import Misuse

TABLE = pd.DataFrame({"length": [0.7, 0.2, None], "kind": pd.array(["a", None, "b"], "str")})


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("length > 0.3", [True, False, False]),
        ("kind == 'b' or length < 0.3", [False, True, True]),
        ("length.isna()", [False, False, True]),
        ("length > 9", [False, False, False]),
    ],
)
def test_a_condition_is_true_or_false_of_every_row(condition, rows):
    """What is null holds for no comparison."""
    assert holding(TABLE, condition).tolist() == rows


def test_no_rows_give_no_answers():
    """An empty table is asked like any other."""
    assert holding(TABLE[:0], "length > 0.3").tolist() == []


@pytest.mark.parametrize("condition", ["width > 1", "length", "", "kind.str.len() > 1", "__import__('os')"])
def test_anything_else_is_misuse(condition):
    """Only columns, constants and comparisons are evaluated."""
    with pytest.raises(Misuse, match="The columns are length, kind"):
        holding(TABLE, condition)

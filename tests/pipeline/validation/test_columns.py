"""The columns a check reads."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.validation.columns import concerned, unfit
from pipeline.validation.expectations import Expectation

FRAME = pd.DataFrame({"age": [1, 2], "town": pd.array(["a", "b"], dtype="str"), "at": pd.to_datetime(["2024", "2025"])})


def test_all_columns_of_a_check_are_named_once():
    """Arguments, lists and the condition's columns count."""
    pair = Expectation("expect_column_pair_values_to_be_equal", column_A="a", column_B="b", where="c > row or a < 2")
    listed = Expectation("expect_compound_columns_to_be_unique", column_list=["a", "b"])
    assert concerned(pair) == ["a", "b", "c"] and concerned(listed) == ["a", "b"]
    assert concerned(Expectation("expect_table_row_count_to_equal", value=3)) == []


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("age > 1 and town == 'a'", ""), ("at >= '2024-06-01'", ""), ("town is not None", ""),
        ("twon == 'a'", "there is no column 'twon', but there is 'town'"),
        ("age in ['1']", "age (int64) is compared with ['1']"), ("town == 1", "town (str) is compared with 1"),
    ],
)
def test_a_condition_must_fit_the_data(where, why):
    """A column that is not there, or a constant of another type, is told in words."""
    assert unfit(Expectation("expect_column_values_to_not_be_null", column="age", where=where), frame=FRAME) == why

"""Expectations as they are declared."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys

import pytest

from pipeline.errors import Misuse
from pipeline.validation.expectations import Expectation

BETWEEN = "expect_column_values_to_be_between"


def test_its_repr_is_the_call_that_makes_it():
    """An edit of a declaration shows in its repr, which reads as the declaration."""
    declared = Expectation(BETWEEN, column="age", max_value=120, severity="quarantine", where="age > 3", at_most=0.1)
    assert eval(repr(declared)) == declared  # noqa: S307
    assert repr(Expectation(BETWEEN, column="age")) == f"Expectation('{BETWEEN}', column='age')"


def test_it_survives_json():
    """A declaration read back from its JSON form is the same declaration."""
    declared = Expectation(BETWEEN, column="age", max_value=120, severity="warn", where="age > 3")
    assert Expectation(**declared.to_json()) == declared


def test_declaring_loads_no_data_library():
    """A DAG file that declares expectations is parsed without pandas or Great Expectations."""
    code = (
        "import sys; from pipeline.validation.expectations import Expectation; Expectation('expect_x', where='a > 1');"
        "print(sorted({'pandas', 'numpy', 'great_expectations', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": "be between"}, "expect_column_values_to_not_be_null"),
        ({"severity": "error"}, "fail, quarantine, warn"),
        ({"where": "age >"}, "no condition"),
        ({"row_condition": "age > 3"}, 'where="age > 3"'),
        ({"at_most": 0.5}, "goes with"),
        ({"severity": "quarantine", "at_most": 1.5}, "from 0 to 1"),
        ({"severity": "quarantine", "mostly": 0.9}, "at_most"),
        ({"kind": "expect_table_row_count_to_equal", "severity": "quarantine"}, "names no rows"),
        ({"kind": "expect_column_mean_to_be_between", "severity": "quarantine"}, "names no rows"),
        ({"kind": "expect_column_values_to_be_of_type", "severity": "quarantine"}, "names no rows"),
        ({"max_value": float("nan")}, "JSON"),
        ({"value_set": {1, 2}}, "JSON"),
    ],
)
def test_a_wrong_declaration_is_misuse(wrong, words):
    """A declaration that cannot work is refused where it is written, saying what would."""
    with pytest.raises(Misuse, match=re.escape(words)):
        Expectation(**{"kind": BETWEEN, "column": "age", **wrong})


def test_the_kinds_that_name_rows_are_those_of_great_expectations():
    """Whether a check can quarantine, told from its name, agrees with the library's own classes."""
    import great_expectations.expectations as known
    from great_expectations.expectations import expectation as kinds

    maps = (kinds.ColumnMapExpectation, kinds.ColumnPairMapExpectation, kinds.MulticolumnMapExpectation)
    by_type = {"ExpectColumnValuesToBeOfType", "ExpectColumnValuesToBeInTypeList"}
    for name, each in vars(known).items():
        if inspect.isclass(each) and name.startswith("Expect") and name != "Expectation":
            kind = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
            assert Expectation(kind).names_rows == (issubclass(each, maps) and name not in by_type), kind


@pytest.mark.parametrize(
    ("kind", "rowwise"),
    [
        (BETWEEN, True), ("expect_column_values_to_not_be_null", True), ("expect_multicolumn_sum_to_equal", True),
        ("expect_column_values_to_be_unique", False), ("expect_compound_columns_to_be_unique", False),
        ("expect_column_value_z_scores_to_be_less_than", False), ("expect_column_mean_to_be_between", False),
    ],
)
def test_a_check_that_looks_at_other_rows_is_not_rowwise(kind, rowwise):
    """Uniqueness, order and scores of a column rest on other rows; bounds and nulls do not."""
    assert Expectation(kind).is_rowwise is rowwise

"""The two steps of validation, as plain functions."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.artifacts.verdict import Verdict
from pipeline.errors import DatasetRejected
from pipeline.validation.expectations import Expectation
from pipeline.validation.judge import carry_out, judge

BETWEEN = "expect_column_values_to_be_between"
NAMES = {"data": "dataset/loans@1", "verdict": "verdict/loans@2"}
DATA = pd.DataFrame({"age": [30.0, -3.0, 214.0, 55.0]}, index=pd.Index([11, 12, 13, 14], name="row"))


def judged(*expectations: Expectation) -> dict:
    """Judge DATA; give the verdict's JSON."""
    return judge(DATA, expectations=[each.to_json() for each in expectations], title="loans")["verdict"].value


def test_the_verdict_tells_its_facts():
    """Beside the verdict stand small facts: passed or not, by which checks, how many rows set aside."""
    aside = Expectation(BETWEEN, column="age", max_value=120, severity="quarantine")
    made = judge(DATA, expectations=[aside.to_json()], title="loans")
    assert made["verdict"].facts == {"passed": True, "checks": 1, "refusing": [], "warnings": [], "quarantined": 1}
    assert made["page"].kind == "page" and made["verdict"].kind == "verdict"


def test_the_same_data_give_the_same_verdict():
    """A verdict holds no times and no ids of runs, so that it has one digest."""
    check = Expectation(BETWEEN, column="age", max_value=120)
    assert judged(check) == judged(check)


def test_rows_set_aside_and_rows_that_pass_are_all_rows():
    """Quarantine parts the dataset; what passes is unchanged."""
    made = carry_out(DATA, verdict=judged(Expectation(BETWEEN, column="age", min_value=0, severity="quarantine")),
                     names=NAMES)
    assert made["data"].value.index.tolist() == [11, 13, 14] and made["quarantined"].value.index.tolist() == [12]
    pd.testing.assert_frame_equal(made["data"].value, DATA.loc[[11, 13, 14]])


def test_nothing_set_aside_makes_no_dataset_of_it():
    """A check that only warns, or is met, leaves all rows."""
    verdict = judged(Expectation(BETWEEN, column="age", min_value=0, severity="warn"))
    made = carry_out(DATA, verdict=verdict, names=NAMES)
    assert list(made) == ["data"] and len(made["data"].value) == 4


def test_a_refusal_names_checks_counts_rows_and_the_verdict():
    """The letter says which of how many checks failed, on how many rows, with examples, and where to look."""
    verdict = judged(Expectation(BETWEEN, column="age", min_value=0, max_value=120),
                     Expectation("expect_column_values_to_not_be_null", column="age"))
    with pytest.raises(DatasetRejected) as caught:
        carry_out(DATA, verdict=verdict, names=NAMES)
    assert str(caught.value) == (
        "dataset/loans@1 failed 1 of 2 expectations; found expect_column_values_to_be_between(column='age', "
        "max_value=120, min_value=0): 2 of 4 rows do not meet it: row 12 (age=-3.0), row 13 (age=214.0). "
        "See what was found: headwater show verdict/loans@2"
    )


def test_too_many_rows_to_set_aside_refuse_the_dataset():
    """More rows than at_most allows are not a matter of some rows any more."""
    check = Expectation(BETWEEN, column="age", min_value=0, max_value=120, severity="quarantine", at_most=0.25)
    with pytest.raises(DatasetRejected, match="at most 0.25 of all rows"):
        carry_out(DATA, verdict=judged(check), names=NAMES)


def test_no_row_left_refuses_the_dataset():
    """A dataset of which every row would be set aside is refused as such."""
    check = Expectation(BETWEEN, column="age", min_value=1000, severity="quarantine")
    with pytest.raises(DatasetRejected, match="all 4 rows would be set aside"):
        carry_out(DATA, verdict=judged(check), names=NAMES)


def test_examples_are_five_and_the_count_is_told():
    """However many rows fail, the letter is short."""
    many = pd.DataFrame({"age": [-1.0] * 30}, index=pd.Index(range(30), name="row"))
    check = Expectation(BETWEEN, column="age", min_value=0).to_json()
    verdict = judge(many, expectations=[check], title="loans")["verdict"].value
    with pytest.raises(DatasetRejected, match="and 25 more") as caught:
        carry_out(many, verdict=verdict, names=NAMES)
    assert len(caught.value.examples) == 5 and Verdict.from_json(verdict).rows == 30

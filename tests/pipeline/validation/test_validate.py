"""The validation stage, through the runner."""

from __future__ import annotations

import pytest

from pipeline.artifacts.verdict import Verdict
from pipeline.errors import DatasetRejected, Misuse
from pipeline.step import Effect, Rule
from pipeline.validation.expectations import Expectation
from pipeline.validation.validate import validate

BETWEEN = "expect_column_values_to_be_between"
NO_666 = Expectation(BETWEEN, column="hours", max_value=168, severity="quarantine")
NOT_NULL = Expectation("expect_column_values_to_not_be_null", column="hours", severity="warn")
UNIQUE = Expectation(
    "expect_column_values_to_be_unique", column="town", where="hours < 50", severity="quarantine"
)


def rules(runner, reference: str, onto: str) -> set:
    """The rules and effects by which one artifact rests on another."""
    return {(each.rule, each.effect) for each in runner.store.dependencies(reference) if each.input == onto}


def test_666_is_set_aside_as_a_dataset_of_its_own(runner, data):
    """Rows with the code for missing are quarantined; the others go on under the stage's name."""
    passing = validate(runner, data=data, expectations=[NO_666, NOT_NULL])
    aside = runner.ran[-1].outputs["quarantined"]
    assert passing.startswith("dataset/loans.validate@") and aside.startswith("dataset/loans.validate.quarantined@")
    assert runner.value(aside).index.tolist() == [3, 7]
    assert runner.value(passing).index.tolist() == [1, 2, 4, 5, 6, 8, 9, 10]


def test_the_verdict_and_its_page_are_artifacts(runner, data):
    """What was found is kept, exact to the row, and shown to people; MLflow holds both."""
    validate(runner, data=data, expectations=[NO_666, NOT_NULL])
    judged = runner.ran[-2]
    verdict = Verdict.from_json(runner.value(judged.outputs["verdict"]))
    assert [check.failing for check in verdict.checks] == [(3, 7), (5,)]
    assert "rows set aside" in runner.value(judged.outputs["page"])
    assert runner.store.producer(judged.outputs["verdict"]).mlflow_run_id


def test_a_rows_own_data_decide_its_quarantine(runner, data):
    """A row-wise check decides row by row, a check against other rows by all of them."""
    rowwise = validate(runner, data=data, expectations=[NO_666])
    assert rules(runner, rowwise, data) == {(Rule.SAME_ROW, Effect.DIRECT), (Rule.SAME_ROW, Effect.DECISION)}
    others = validate(runner, data=data, expectations=[UNIQUE])
    assert rules(runner, others, data) == {(Rule.SAME_ROW, Effect.DIRECT), (Rule.EVERY_ROW, Effect.DECISION)}


def test_only_the_columns_that_are_checked_are_read(runner, data):
    """A check reads its column and its condition's; rows that pass, pass as they are."""
    passing = validate(runner, data=data, expectations=[UNIQUE, NOT_NULL])
    [judged] = runner.store.dependencies(runner.ran[-2].outputs["verdict"])
    assert judged.detail == {"reads": ["town", "hours"]}
    details = [each.detail for each in runner.store.dependencies(passing) if each.input == data]
    assert {"reads": ["town", "hours"]} in details
    assert {"reads": [], "decides": [], "passes": "*", "gives": []} in details


def test_a_check_that_may_look_at_any_column_reads_all(runner, data):
    """What is demanded of the table's columns is not narrowed; its number of rows reads none."""
    count = Expectation("expect_table_row_count_to_be_between", min_value=1)
    columns = Expectation("expect_table_columns_to_match_set", column_set=["hours", "town"])
    for expectations, detail in (([count, NOT_NULL], {"reads": ["hours"]}), ([columns, NOT_NULL], {})):
        validate(runner, data=data, expectations=expectations)
        [judged] = runner.store.dependencies(runner.ran[-2].outputs["verdict"])
        assert judged.detail == detail


def test_the_gate_is_a_decision_of_every_row(runner, data):
    """That the dataset passes at all rests on the whole verdict, and the verdict on the whole dataset."""
    passing = validate(runner, data=data, expectations=[NOT_NULL])
    verdict = runner.ran[-2].outputs["verdict"]
    assert rules(runner, passing, verdict) == rules(runner, verdict, data) == {(Rule.EVERY_ROW, Effect.DECISION)}
    assert rules(runner, passing, data) == {(Rule.SAME_ROW, Effect.DIRECT)}


def test_a_refusal_leaves_the_verdict_and_a_failed_run(runner, data):
    """A dataset with 666 left in is refused; the verdict is there to read, and the run says why."""
    strict = Expectation(BETWEEN, column="hours", max_value=168)
    with pytest.raises(DatasetRejected, match="2 of 10 rows.*row 3 \\(hours=666\\), row 7"):
        validate(runner, data=data, expectations=[strict])
    refused = runner.store.runs(limit=1)[0]
    assert refused.outcome == "failed" and "DatasetRejected" in refused.error and not refused.outputs
    assert not runner.value(runner.ran[-1].outputs["verdict"])["passed"]


def test_a_renamed_column_is_refused_by_name(runner, data):
    """A column renamed upstream is told with its new name, whatever the severity but warn."""
    gone = Expectation(BETWEEN, column="hour", max_value=168, severity="quarantine")
    with pytest.raises(DatasetRejected, match="there is no column 'hour', but there is 'hours'"):
        validate(runner, data=data, expectations=[gone])


def test_the_same_again_is_reused(runner, data):
    """Nothing is judged twice; another expectation is judged anew."""
    first = validate(runner, data=data, expectations=[NO_666])
    assert validate(runner, data=data, expectations=[NO_666]) == first
    assert [ran.reused for ran in runner.ran[-2:]] == [True, True]
    validate(runner, data=data, expectations=[Expectation(BETWEEN, column="hours", max_value=700)])
    assert [ran.reused for ran in runner.ran[-2:]] == [False, False]


def test_an_unknown_expectation_is_misuse(runner, data):
    """A misspelt kind is told with near names, and recorded as a failed run."""
    with pytest.raises(Misuse, match="Did you mean expect_column_values_to_not_be_null"):
        validate(runner, data=data, expectations=[Expectation("expect_column_values_to_not_be_nul", column="hours")])
    assert runner.store.runs(limit=1)[0].outcome == "failed"


def test_the_rows_keep_their_way_to_the_source(runner, data):
    """From a validated dataset, the source and no value-changing step is found."""
    passing = validate(runner, data=data, expectations=[NO_666])
    assert runner.source_of(passing) == data and runner.path(passing) == []

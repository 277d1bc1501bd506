"""The split stage, through the runner."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.artifacts.split import Policy, Split
from pipeline.errors import Misuse, TrainingRefused
from pipeline.preprocessing.split import split, split_rows
from pipeline.step import Effect, Rule


def test_the_parts_are_datasets_that_make_up_the_whole(runner, data):
    """Every row is in one part and one only, unchanged, under the stage's and the part's name."""
    made = split(runner, data=data, target="denied")
    parts = {name: runner.value(reference) for name, reference in made["parts"].items()}
    assert {name: (len(part), int(part["denied"].sum())) for name, part in parts.items()} == {
        "train": (60, 18), "dev": (20, 6), "test": (20, 6)}
    pd.testing.assert_frame_equal(pd.concat(parts.values()).sort_index(), runner.value(data))
    assert made["parts"]["dev"].startswith("dataset/loans.split.dev@")
    assert made["split"].startswith("split/loans.split@")


def test_the_split_is_a_document(runner, data):
    """Policy and counts per stratum are kept; the target is told beside it."""
    made = split(runner, data=data, target="denied", balance=["town"], sizes={"train": 0.5, "test": 0.5}, seed=3)
    told = Split.from_json(runner.value(made["split"]))
    policy = Policy(target="denied", balance=("town",), sizes={"train": 0.5, "test": 0.5}, seed=3)
    assert told.policy == policy and told.rows == {"train": 50, "test": 50}
    assert told.strata[-1].values == {"denied": "1", "town": None} and sum(told.strata[-1].rows.values()) == 3
    assert runner.describe(made["split"]).facts["target"] == "denied"


def test_membership_is_a_decision_of_every_row(runner, data):
    """A part's rows are the dataset's own; that they are in this part rests on all rows."""
    made = split(runner, data=data, target="denied")
    for reference in made["parts"].values():
        found = {(each.rule, each.effect) for each in runner.store.dependencies(reference)}
        assert found == {(Rule.SAME_ROW, Effect.DIRECT), (Rule.EVERY_ROW, Effect.DECISION)}
    assert [each.effect for each in runner.store.dependencies(made["split"])] == [Effect.DECISION]
    assert runner.source_of(made["parts"]["test"]) == data


def test_which_columns_decide_is_recorded(runner, data):
    """Values pass through untouched; only the policy's columns decide who goes where."""
    made = split(runner, data=data, target="denied", balance=["town"])
    details = {each.effect: each.detail for each in runner.store.dependencies(made["parts"]["test"])}
    assert details[Effect.DIRECT] == {"reads": [], "decides": [], "passes": "*", "gives": []}
    assert details[Effect.DECISION] == {"reads": ["denied", "town"]}


def test_the_same_again_is_reused(runner, data):
    """The same policy on the same data is not cut twice."""
    first = split(runner, data=data, group="person")
    assert split(runner, data=data, group="person") == first and runner.ran[-1].reused


def test_a_null_target_is_refused_with_its_rows():
    """Rows whose answer is not known are named; they must be set aside before."""
    frame = pd.DataFrame({"y": pd.array([1, None, 0, None], dtype="Int64")}, index=pd.Index([5, 6, 7, 8], name="row"))
    with pytest.raises(TrainingRefused, match="null.*row 6, row 8.*quarantine"):
        split_rows(frame, policy=Policy(target="y").to_json())


def test_a_missing_column_is_misuse_with_near_names():
    """A misspelt column is told with the one that was meant."""
    frame = pd.DataFrame({"denied": [1, 0]}, index=pd.Index([5, 6], name="row"))
    with pytest.raises(Misuse, match="Did you mean denied"):
        split_rows(frame, policy=Policy(target="denid").to_json())


def test_a_part_may_be_left_out(runner, data):
    """Two sizes make two parts."""
    assert list(split(runner, data=data, sizes={"train": 0.8, "test": 0.2})["parts"]) == ["train", "test"]

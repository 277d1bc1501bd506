"""The overfit gate: whoever cannot fit a handful of examples does not come to the long training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import StepRefused, TrainingRefused
from pipeline.step import Depends, Rule, Step
from pipeline.training.candidates import Candidate
from pipeline.training.overfit import fit_tiny, overfit

TREE = {"estimator": "sklearn.tree.DecisionTreeClassifier", "parameters": {}}
STUMP = {"estimator": "sklearn.tree.DecisionTreeClassifier", "parameters": {"max_depth": 1}}
SIZES = [1, 10, 100]


def rows(count: int = 200, **columns: Any) -> pd.DataFrame:
    """Make rows whose target follows from x in no simple way: nothing but memory can fit them."""
    random = np.random.default_rng(1)
    made = {"x": random.permutation(count).astype(float), "y": random.integers(0, 2, count), **columns}
    return pd.DataFrame(made, index=pd.Index(range(count), name="row"))


def gate(frame: pd.DataFrame, given: dict[str, Any], *, sizes: list[int] = SIZES) -> dict[str, Any]:
    """Give what the gate found."""
    return fit_tiny(frame, candidate="it", given=given, target="y", sizes=sizes, reason="")["gate"].value


def test_a_tree_learns_anything_by_heart() -> None:
    """A tree without limits fits 1 of each class, 10 and 100 examples perfectly."""
    found = gate(rows(), TREE)
    assert found["passed"] and [check["examples"] for check in found["checks"]] == [2, 10, 100]
    assert {check["value"] for check in found["checks"]} == {1.0}


def test_a_stump_fits_two_examples_and_not_a_hundred() -> None:
    """One cut tells two examples apart, and cannot follow a hundred: the gate says where it stops."""
    found = gate(rows(), STUMP)
    assert not found["passed"] and [check["passed"] for check in found["checks"]][0::2] == [True, False]


def test_examples_that_contradict_each_other_are_not_held_against_it() -> None:
    """Where equal features have different truths, the best possible answer counts as perfect."""
    found = gate(rows(x=np.repeat([1.0, 2.0], 100), y=np.tile([0, 0, 0, 1], 50)), TREE, sizes=[100])
    check = found["checks"][0]
    assert found["passed"] and check["value"] == check["attainable"] < 0.9


def test_a_regression_is_measured_by_its_error() -> None:
    """A tree hits every number; one that may not split misses by the target's spread."""
    frame = rows(y=np.random.default_rng(0).normal(100, 10, 200))
    tree = {"estimator": "sklearn.tree.DecisionTreeRegressor", "parameters": {}}
    found = gate(frame, tree)
    assert found["passed"] and [check["examples"] for check in found["checks"]] == [1, 10, 100]
    leaf = gate(frame, tree | {"parameters": {"min_samples_leaf": 90}})
    assert [check["passed"] for check in leaf["checks"]] == [True, False, False]


def test_few_rows_make_fewer_handfuls() -> None:
    """With 30 rows the hundred is thirty, and equal handfuls are tried once."""
    assert [check["examples"] for check in gate(rows(30), TREE)["checks"]] == [2, 10, 30]
    assert [check["examples"] for check in gate(rows(8), TREE)["checks"]] == [2, 8]


def test_every_class_is_in_every_handful() -> None:
    """One example of each of three classes comes before all others, so a classifier can be fitted."""
    frame = rows(y=np.array([0] * 150 + [1] * 48 + [2] * 2))
    assert gate(frame, TREE)["checks"][0]["examples"] == 3


def test_one_class_stops_at_the_gate() -> None:
    """A target with a single class is refused before anything is trained."""
    with pytest.raises(TrainingRefused, match="one class only"):
        gate(rows(y=np.ones(200, dtype=int)), TREE)


def test_the_gate_refuses_the_run_and_keeps_what_it_found(begun: Callable, prepared: Callable) -> None:
    """A failing candidate is named with its figures; both results stay recorded."""
    runner = begun()
    ready = prepared(runner)
    candidates = [
        Candidate("tree", estimator="sklearn.tree.DecisionTreeClassifier"),
        Candidate("stump", estimator="sklearn.tree.DecisionTreeClassifier", max_depth=1),
    ]
    with pytest.raises(TrainingRefused, match="1 of 2 candidates .*stump on .*overfit_parameters"):
        overfit(runner, ready=ready, candidates=candidates)
    assert [ran.step for ran in runner.ran[-2:]] == ["overfit_tree", "overfit_stump"]
    assert runner.value(runner.ran[-1].outputs["gate"])["passed"] is False


def test_relaxed_parameters_or_a_reason_let_it_pass(begun: Callable, prepared: Callable) -> None:
    """The gate tries `overfit_parameters`, or fewer sizes where the candidate says why."""
    runner = begun()
    candidates = [
        Candidate("deep", estimator="sklearn.tree.DecisionTreeClassifier", max_depth=1,
                  overfit_parameters={"max_depth": None}),
        Candidate("stump", estimator="sklearn.tree.DecisionTreeClassifier", max_depth=1, overfit=(1,),
                  overfit_reason="a stump is a baseline"),
    ]
    gates = overfit(runner, ready=prepared(runner), candidates=candidates)
    assert list(gates) == ["deep", "stump"]
    assert runner.value(gates["stump"])["reason"] == "a stump is a baseline"


def test_a_split_without_a_target_cannot_be_trained(begun: Callable, prepared: Callable) -> None:
    """The target is named at the split, and its absence says so."""
    runner = begun()
    tree = Candidate("tree", estimator="sklearn.tree.DecisionTreeClassifier")
    with pytest.raises(TrainingRefused, match="split without a target"):
        overfit(runner, ready=prepared(runner, target=None), candidates=[tree])


def centred(data: pd.DataFrame) -> pd.DataFrame:
    """Make features of all rows together."""
    return data.assign(ratio=data["ratio"] - data["ratio"].mean())


def test_a_way_that_no_single_row_can_go_stops_before_training(begun: Callable, prepared: Callable) -> None:
    """Features that each row has only among the others are named before anything is fitted."""
    runner = begun()
    ready = prepared(runner)
    step = Step(name="centred", stage="preprocessing", function=centred, depends=(Depends("data", Rule.EVERY_ROW),))
    train = runner.run(step, {"data": ready["features"]["train"]}).outputs["data"]
    wrong = {**ready, "features": {**ready["features"], "train": train}}
    tree = Candidate("tree", estimator="sklearn.tree.DecisionTreeClassifier")
    with pytest.raises(StepRefused, match="no single row can go the way to dataset/lending.centred"):
        overfit(runner, ready=wrong, candidates=[tree])
    assert not [ran for ran in runner.ran if ran.step.startswith("overfit")]

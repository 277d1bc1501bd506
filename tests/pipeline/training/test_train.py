"""Training one candidate through the runner: recorded, scored, reused, and told from its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pipeline.errors import Misuse, TrainingRefused
from pipeline.runner import Runner
from pipeline.step import Effect, Rule
from pipeline.training.candidates import Candidate
from pipeline.training.overfit import overfit
from pipeline.training.train import train_candidate

TREE = Candidate(
    "tree", estimator="sklearn.tree.DecisionTreeClassifier", max_depth=3, overfit=(), overfit_reason="test"
)
RIDGE = Candidate("ridge", estimator="sklearn.linear_model.Ridge", overfit=(), overfit_reason="test")


def trained(runner: Runner, ready: Mapping[str, Any], candidate: Candidate = TREE, **how: Any) -> dict[str, str]:
    """Train a candidate by F1 with three folds."""
    return train_candidate(runner, ready=ready, candidate=candidate, **({"metric": "f1", "folds": 3} | how))


def test_a_trained_candidate_names_its_parts_and_carries_its_facts(begun: Callable, prepared: Callable) -> None:
    """The estimator's record says what it was fitted to, and its scores hold train, dev and cross-validation."""
    runner = begun()
    ready = prepared(runner)
    made = trained(runner, ready)
    facts = runner.describe(made["estimator"]).facts
    assert (facts["features"], facts["target"], facts["rows"]) == (["income", "loan", "ratio"], "denied", 144)
    assert (facts["classes"], facts["positive"], facts["problem"]) == ([0, 1], 1, "classification")
    scores = runner.value(made["scores"])
    assert scores["dev"]["f1"]["value"] > 0.7 and len(scores["cv"]["folds"]) == 3


def test_the_estimator_rests_on_train_alone(begun: Callable, prepared: Callable) -> None:
    """Fitting reads every training row as model; dev decides about the scores, and touches no estimator."""
    runner = begun()
    ready = prepared(runner)
    gate = overfit(runner, ready=ready, candidates=[TREE])
    made = trained(runner, ready, gate=gate)
    rests = {each.input: (each.rule, each.effect) for each in runner.store.dependencies(made["estimator"])}
    assert rests == {
        ready["features"]["train"]: (Rule.EVERY_ROW, Effect.MODEL),
        gate["tree"]: (Rule.EVERY_ROW, Effect.DECISION),
    }
    scored = {each.input: each.effect for each in runner.store.dependencies(made["scores"])}
    assert scored[ready["features"]["dev"]] == Effect.DECISION


def test_what_was_trained_before_is_reused_with_its_mlflow_run(begun: Callable, prepared: Callable) -> None:
    """The next DAG run on the same data trains nothing and logs nothing."""
    first = begun()
    before = trained(first, prepared(first))
    second = begun("second")
    assert trained(second, prepared(second)) == before
    assert all(ran.reused for ran in second.ran)


def test_another_metric_scores_again_and_trains_nothing(begun: Callable, prepared: Callable) -> None:
    """The estimator does not depend on what it is judged by."""
    runner = begun()
    ready = prepared(runner)
    trained(runner, ready)
    trained(runner, ready, metric="auc")
    assert [(ran.step, ran.reused) for ran in runner.ran[-2:]] == [("train_tree", True), ("score_tree", False)]


def test_the_same_data_trains_the_same_estimator_anew(begun: Callable, prepared: Callable, tmp_path: Any) -> None:
    """An estimator fitted from scratch in another store has the same digest."""
    from pipeline.runner import Occasion
    from pipeline.settings import Settings

    forest = Candidate("forest", estimator="sklearn.ensemble.RandomForestClassifier", n_estimators=20)
    settings = Settings.from_environment({"HEADWATER_HOME": str(tmp_path / "other")})
    settings.home.mkdir()
    runners = [begun(), Runner.open(settings, Occasion(dag="lending", dag_run="elsewhere"))]
    one, two = (trained(runner, prepared(runner), forest, folds=0) for runner in runners)
    assert one["estimator"] == two["estimator"] and one["scores"] == two["scores"]


@pytest.mark.parametrize("policy", [{"group": "town"}, {"time": "year"}])
def test_folds_respect_the_split_s_policy(begun: Callable, prepared: Callable, policy: dict[str, str]) -> None:
    """A split by group or by time is cross-validated by group or by time: the rows before fitting decide."""
    runner = begun()
    ready = prepared(runner, sizes={"train": 0.75, "test": 0.25}, **policy)
    made = trained(runner, ready, folds=2)
    inputs = {use.role: use.artifact.reference for use in runner.store.producer(made["scores"]).inputs}
    assert inputs["rows"] == ready["parts"]["train"] and "dev" not in inputs
    assert len(runner.value(made["scores"])["cv"]["folds"]) == 2


def test_a_regression_is_trained_the_same_way(begun: Callable, prepared: Callable) -> None:
    """A number as target takes a regressor and its metrics."""
    runner = begun()
    made = trained(runner, prepared(runner, target="cost"), RIDGE, metric="rmse")
    scores = runner.value(made["scores"])
    assert scores["problem"] == "regression" and 0 < scores["dev"]["rmse"]["value"] < 8


def test_a_metric_of_another_problem_is_refused(begun: Callable, prepared: Callable) -> None:
    """A classifier cannot be judged by RMSE."""
    runner = begun()
    with pytest.raises(Misuse, match="metric rmse is not for a classification; found candidate tree"):
        trained(runner, prepared(runner), metric="rmse")


def test_a_candidate_that_failed_the_gate_is_not_trained(begun: Callable, prepared: Callable) -> None:
    """Even with the gate's result in hand, training looks at it."""
    runner = begun()
    stump = Candidate("stump", estimator="sklearn.tree.DecisionTreeClassifier", max_depth=1)
    with pytest.raises(TrainingRefused):
        overfit(runner, ready=(ready := prepared(runner)), candidates=[stump])
    with pytest.raises(TrainingRefused, match="stump did not pass the overfit gate"):
        trained(runner, ready, stump, gate={"stump": runner.ran[-1].outputs["gate"]})

"""The choice among candidates, and the manifest of the chosen model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.artifacts.model import Model
from pipeline.errors import TrainingRefused
from pipeline.step import Effect, Rule
from pipeline.training.candidates import Candidate
from pipeline.training.select import rank, select
from pipeline.training.train import train_candidate

TREE = "sklearn.tree.DecisionTreeClassifier"


def figures(
    name: str, dev: float | None, *, defined: bool = True, cv: float = 0.5, metric: str = "f1"
) -> dict[str, Any]:
    """Write the scores of a candidate."""
    scores: dict[str, Any] = {"candidate": name, "cv": {"mean": cv, "sd": 0.0, "folds": [], "defined": True}}
    return scores if dev is None else scores | {"dev": {metric: {"value": dev, "defined": defined, "n": 10}}}


def ranked(*scores: dict[str, Any], metric: str = "f1") -> list[str]:
    """Name the candidates, the best first."""
    return [each["candidate"] for each in rank(scores=scores, metric=metric)["selection"].value["ranking"]]


def test_the_greater_f1_and_the_smaller_error_win() -> None:
    """F1 83.4 beats 13.6, as the course chooses; an RMSE of 3 beats 4."""
    assert ranked(figures("precise", 0.136), figures("balanced", 0.834)) == ["balanced", "precise"]
    assert ranked(figures("a", 4.0, metric="rmse"), figures("b", 3.0, metric="rmse"), metric="rmse") == ["b", "a"]


def test_equal_figures_are_decided_by_name() -> None:
    """The order in which candidates finished decides nothing."""
    assert ranked(figures("b", 0.5), figures("a", 0.5)) == ranked(figures("a", 0.5), figures("b", 0.5)) == ["a", "b"]


def test_a_figure_that_is_not_defined_comes_last() -> None:
    """An error of 0 over nothing does not win."""
    nothing = figures("nothing", 0.0, defined=False, metric="mape")
    assert ranked(nothing, figures("some", 0.9, metric="mape"), metric="mape") == ["some", "nothing"]


def test_without_a_dev_part_cross_validation_decides() -> None:
    """The mean over the folds stands in for dev."""
    assert ranked(figures("a", None, cv=0.4), figures("b", None, cv=0.6)) == ["b", "a"]


def test_nothing_defined_is_no_choice() -> None:
    """Where the metric is 0/0 for all, no candidate is chosen."""
    with pytest.raises(TrainingRefused, match="f1 is not defined on dev for any candidate"):
        ranked(figures("a", 0.0, defined=False))


def test_the_model_says_all_that_serving_needs(begun: Callable, prepared: Callable) -> None:
    """The manifest holds the chosen estimator, its transforms, its way from the source, and the columns it needs."""
    runner = begun()
    ready = prepared(runner)
    candidates = [
        Candidate("deep", estimator=TREE, max_depth=4), Candidate("constant", estimator=TREE, min_samples_leaf=100),
    ]
    made = [train_candidate(runner, ready=ready, candidate=each, metric="f1", folds=2) for each in candidates]
    reference = select(runner, ready=ready, estimators=made, metric="f1")
    model = Model.from_json(runner.value(reference))
    assert reference.startswith("model/lending@") and model.candidate == "deep"
    assert (model.estimator, model.transforms) == (made[0]["estimator"], tuple(ready["transforms"]))
    assert model.source == runner.source_of(ready["features"]["train"]) and model.source_name == "loans"
    assert [entry["step"] for entry in model.path] == ["ratio"] and model.required == ("income", "loan")
    assert model.metrics["dev"]["f1"] == runner.value(made[0]["scores"])["dev"]["f1"]
    assert runner.store.producer(reference).mlflow_run_id == made[0]["mlflow_run_id"] != ""


def test_the_model_rests_on_its_estimator_and_on_who_lost(begun: Callable, prepared: Callable) -> None:
    """The chosen estimator is its model; every candidate's scores decided, through the selection."""
    runner = begun()
    ready = prepared(runner)
    candidates = [Candidate(name, estimator=TREE, max_depth=depth) for name, depth in (("a", 3), ("b", 1))]
    made = [train_candidate(runner, ready=ready, candidate=each, metric="f1", folds=0) for each in candidates]
    model = select(runner, ready=ready, estimators=made, metric="f1")
    rests = {each.input: (each.rule, each.effect) for each in runner.store.dependencies(model)}
    chosen = next(each for each in made if each["estimator"] in rests)
    assert rests[chosen["estimator"]] == (Rule.EVERY_ROW, Effect.MODEL)
    above = {artifact.reference for artifact in runner.store.upstream(model).artifacts}
    assert {each["scores"] for each in made} <= above


def test_no_candidates_are_no_model(begun: Callable, prepared: Callable) -> None:
    """An empty list says so instead of failing on its first element."""
    runner = begun()
    with pytest.raises(TrainingRefused, match="no candidates"):
        select(runner, ready={}, estimators=[], metric="f1")

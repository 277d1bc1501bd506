"""A candidate is scored on the rows it saw, the rows kept from it, and by cross-validation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import RidgeClassifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from pipeline.artifacts.answer import numeric
from pipeline.errors import Misuse, TrainingRefused
from pipeline.training.scores import evaluate

TREE = {"estimator": "sklearn.tree.DecisionTreeClassifier", "parameters": {}}


def part(x: Any, y: Any) -> pd.DataFrame:
    """Make a part of a feature and a target."""
    return pd.DataFrame({"x": np.asarray(x, dtype=float), "y": y}, index=pd.Index(range(len(y)), name="row"))


def scored(estimator: Any, train: pd.DataFrame, **how: Any) -> dict[str, Any]:
    """Give the scores of an estimator fitted to `train`."""
    estimator.fit(numeric(train, ["x"]), train["y"].to_numpy())
    given = {"candidate": "it", "given": TREE, "target": "y", "metric": "accuracy", "folds": 0, "by": {}}
    return evaluate(estimator=estimator, train=train, **(given | how))["scores"].value


def test_each_part_has_the_figures_of_its_own_rows() -> None:
    """A tree that knows x < 2 from the rest answers 3 of 4 later rows: accuracy 0.75, recall 1 of 2."""
    train = part([0, 1, 2, 3], [0, 0, 1, 1])
    scores = scored(DecisionTreeClassifier(), train, dev=part([0, 1, 2, 9], [0, 1, 1, 1]))
    assert scores["train"]["accuracy"] == {"value": 1.0, "defined": True, "n": 4}
    assert scores["dev"]["accuracy"]["value"] == 0.75
    assert scores["dev"]["recall"] == {"value": 2 / 3, "defined": True, "n": 3}


def test_a_classifier_without_probabilities_has_no_figures_of_them() -> None:
    """AUC and log loss are left out, and refused where they are to decide."""
    train = part([0, 1, 2, 3], [0, 0, 1, 1])
    assert {"auc", "log_loss"}.isdisjoint(scored(RidgeClassifier(), train)["train"])
    with pytest.raises(Misuse, match="auc needs probabilities"):
        scored(RidgeClassifier(), train, metric="auc")


def test_a_regression_has_its_own_figures() -> None:
    """MAE, RMSE, r² and MAPE; a tree knows its training rows by heart."""
    tree = {"estimator": "sklearn.tree.DecisionTreeRegressor", "parameters": {}}
    scores = scored(DecisionTreeRegressor(), part([0, 1, 2, 3], [1.0, 2.0, 4.0, 8.0]), given=tree, metric="mae")
    values = {name: score["value"] for name, score in scores["train"].items()}
    assert values == {"mae": 0, "rmse": 0, "r2": 1, "mape": 0}


def test_cross_validation_scores_each_row_by_a_fit_without_it() -> None:
    """A tree that only remembers has nothing to remember: on random labels it is right about half the time."""
    random = np.random.default_rng(0)
    train = part(random.permutation(400), random.permutation(np.tile([0, 1], 200)))
    cv = scored(DecisionTreeClassifier(), train, folds=4)["cv"]
    assert [fold["n"] for fold in cv["folds"]] == [100, 100, 100, 100]
    assert 0.4 < cv["mean"] < 0.6 and cv["defined"]
    assert cv["mean"] == pytest.approx(sum(fold["value"] for fold in cv["folds"]) / 4)


def test_the_spread_over_folds_is_that_of_a_sample() -> None:
    """The standard deviation over folds divides by one less than their number."""
    random = np.random.default_rng(0)
    cv = scored(DecisionTreeClassifier(), part(random.permutation(100), random.integers(0, 2, 100)), folds=2)["cv"]
    one, two = (fold["value"] for fold in cv["folds"])
    assert cv["sd"] == pytest.approx(abs(one - two) / 2**0.5)


def test_groups_leak_nothing_into_their_check() -> None:
    """Labels that follow from the speaker alone are remembered by row, and not known of a new speaker."""
    speaker = np.repeat(np.arange(40), 10)
    label = np.random.default_rng(2).integers(0, 2, 40)[speaker]
    train = part(speaker, label)
    rows = pd.DataFrame({"speaker": pd.array(speaker, dtype="Int64")}, index=train.index)
    known = scored(DecisionTreeClassifier(), train, folds=5)["cv"]["mean"]
    new = scored(DecisionTreeClassifier(), train, rows=rows, folds=5, by={"group": "speaker"})["cv"]["mean"]
    assert known == 1.0 and new < 0.8


def test_time_runs_forward() -> None:
    """With folds by time the first block is never checked: 3 checks of 4 blocks of 25."""
    train = part(np.arange(100), np.tile([0, 1], 50))
    rows = pd.DataFrame({"day": np.arange(100)}, index=train.index)
    cv = scored(DecisionTreeClassifier(), train, rows=rows, folds=3, by={"time": "day"})["cv"]
    assert [fold["n"] for fold in cv["folds"]] == [25, 25, 25]


@pytest.mark.parametrize(
    ("labels", "folds", "said"),
    [
        ([0, 1, 0], 5, "needs 5 rows for 5 folds; found 3 rows"),
        ([0, 0, 0, 1], 2, "a class has a single training row.*: 1. Collect"),
    ],
)
def test_too_few_rows_for_the_folds_are_refused(labels: list[int], folds: int, said: str) -> None:
    """Fewer rows than folds, or a class that only one fold could hold, stop with what to do."""
    with pytest.raises(TrainingRefused, match=said):
        scored(DecisionTreeClassifier(), part(range(len(labels)), labels), folds=folds)


def test_one_fold_is_no_cross_validation() -> None:
    """folds=1 is a mistake; 0 leaves cross-validation out."""
    with pytest.raises(Misuse, match="folds=1"):
        scored(DecisionTreeClassifier(), part(range(4), [0, 1, 0, 1]), folds=1)

"""The whole curve on data whose faults are known: a line for what is not straight, a deep tree for what is noisy."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from pipeline.artifacts.curve import Curve, Diagnosis, MoreData
from pipeline.auditing.curve.learningcurve import LearningCurve
from pipeline.auditing.curve.measure import measure
from pipeline.errors import AuditRefused, Misuse

DIGEST = "0" * 32
FEATURES = ["a", "b", "c", "d"]


def manifest(**changes: Any) -> dict:
    """A model's manifest."""
    return {
        "name": "m", "candidate": "c", "problem": "classification", "target": "y", "features": FEATURES,
        "estimator": f"estimator/e@{DIGEST}", "transforms": [], "classes": [0, 1], "positive": 1,
        "source": f"dataset/s@{DIGEST}", "source_name": "s", "types": {}, "required": [], "path": [], "apply": {},
        "selection": "", "trained_on": f"dataset/x@{DIGEST}", "trained_rows": 4, "metric": "accuracy", "metrics": {},
        **changes,
    }  # fmt: skip


def noisy(n: int, seed: int, *, noise: float = 0.1) -> pd.DataFrame:
    """Yes where a + b·c is above 0, with so many labels turned round: 90 % can be reached by whoever knows that."""
    random = np.random.default_rng(seed)
    table = pd.DataFrame(random.normal(size=(n, 4)), columns=FEATURES, index=pd.Index(np.arange(n), name="row"))
    yes = (table["a"] + table["b"] * table["c"] > 0) ^ (random.random(n) < noise)
    return table.assign(y=yes.astype("int64"))


def traced(estimator: Any, train: pd.DataFrame, dev: pd.DataFrame, model: dict | None = None, **asked: Any) -> Curve:
    """Trace a curve, through JSON."""
    given = {"target": 0.9, **asked}
    made = measure(
        model=model or manifest(), estimator=estimator, train=train, dev=dev, asked=LearningCurve(**given).to_json()
    )
    assert made["curve"].kind == "curve"
    return Curve.from_json(json.loads(json.dumps(made["curve"].value)))


def test_a_line_for_what_is_not_straight_is_high_bias() -> None:
    """A linear model misses b·c: it does as badly on its training rows, and more data is not recommended."""
    found = traced(LogisticRegression(), noisy(2000, 0), noisy(2000, 1))
    assert (found.diagnosis, found.more_data) == (Diagnosis.HIGH_BIAS, MoreData.NOT_RECOMMENDED)
    assert found.bias.low > 0.05 and abs(found.variance.value) < 0.03 and abs(found.gain.value) < 0.02


def test_a_deep_tree_on_noise_is_high_variance() -> None:
    """A full tree learns the noise by heart. Twice the data helps, within the interval, as really doubling it shows."""
    tree = DecisionTreeClassifier(random_state=0)
    found = traced(tree, noisy(3000, 0), noisy(6000, 1), repeats=4)
    assert (found.diagnosis, found.more_data) == (Diagnosis.HIGH_VARIANCE, MoreData.RECOMMENDED)
    assert found.points[-1].train.value == 1.0 and found.gain.rows == 6000
    assert found.advice[0].startswith("Collect more rows")
    fresh = noisy(20_000, 2)
    right = {n: np.mean([score(tree, noisy(n, 10 + seed), fresh) for seed in range(8)]) for n in (3000, 6000)}
    assert 0 < found.gain.low < right[6000] - right[3000] < found.gain.high


def score(estimator: Any, train: pd.DataFrame, dev: pd.DataFrame) -> float:
    """The accuracy of an estimator fitted to these rows."""
    estimator.fit(train[FEATURES], train["y"])
    return float((estimator.predict(dev[FEATURES]) == dev["y"]).mean())


def test_points_are_what_fitting_by_hand_gives() -> None:
    """The last point is the estimator's accuracy after fitting to all rows; parts hold their share of the rows."""
    train, dev = noisy(1000, 0), noisy(500, 1)
    found = traced(LogisticRegression(), train, dev, fractions=(0.1, 0.5, 1.0))
    assert [(point.fraction, point.repeats) for point in found.points] == [(0.1, 3), (0.5, 3), (1.0, 1)]
    assert [point.rows for point in found.points] == pytest.approx([100, 500, 1000], abs=2)
    last = found.points[-1]
    assert last.dev.value == score(LogisticRegression(), train, dev) and last.dev.n == 500
    assert last.train.value == score(LogisticRegression(), train, train) and last.train.n == 1000
    assert all(point.dev.low < point.dev.value < point.dev.high for point in found.points)


def test_no_target() -> None:
    """Without a reachable level bias is not judged, and the advice is to declare one."""
    found = traced(LogisticRegression(), noisy(2000, 0), noisy(2000, 1), target=None)
    assert (found.bias, found.diagnosis) == (None, Diagnosis.NOT_ENOUGH_EVIDENCE)
    assert found.advice[0].startswith("Declare the level")


def test_regression() -> None:
    """A straight line through a square: mean absolute error, lower is better, is as bad on the training rows."""
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.normal(size=(1500, 4)), columns=FEATURES).rename_axis("row")
    table["y"] = table["a"] ** 2 + random.normal(0, 0.1, 1500)
    model = manifest(problem="regression", classes=[], positive=None, metric="mae")
    found = traced(LinearRegression(), table.iloc[:1000], table.iloc[1000:], model, target=0.08)
    assert (found.diagnosis, found.more_data) == (Diagnosis.HIGH_BIAS, MoreData.NOT_RECOMMENDED)
    assert found.lower_is_better and found.bias.value > 0.5


def test_equal_inputs_equal_curves() -> None:
    """The order of rows does not matter; a seed of the estimator is moved, and so fitted anew each time."""
    train, dev = noisy(400, 0), noisy(300, 1)
    tree = DecisionTreeClassifier(max_features=1, random_state=0)
    first = traced(tree, train, dev)
    assert traced(tree, train, dev) == first and first.points[-1].repeats == 3
    assert traced(LogisticRegression(), train, dev) != first


def test_what_cannot_be_fitted_is_left_out() -> None:
    """Five neighbours of two rows do not exist: that point is missing, with the reason; the others stand."""
    found = traced(KNeighborsClassifier(50), noisy(200, 0), noisy(300, 1))
    assert list(found.left_out) == ["0.1", "0.2"] and "n_neighbors" in found.left_out["0.1"]
    assert [point.fraction for point in found.points] == [0.4, 0.7, 1.0] and found.gain is not None


def test_refusals() -> None:
    """No rows to measure on, a metric of another problem, and probabilities that are not there are told."""
    train, dev = noisy(100, 0), noisy(100, 1)
    with pytest.raises(AuditRefused, match="no learning curve.*100 and 0"):
        traced(LogisticRegression(), train, dev.iloc[:0])
    with pytest.raises(Misuse, match="measures mae"):
        traced(LogisticRegression(), train, dev, metric="mae")
    with pytest.raises(Misuse, match="auc, which needs probabilities"):
        traced(LinearSVC(), train, dev, metric="auc")

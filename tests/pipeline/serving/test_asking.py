"""Asked with less ceremony, an estimator answers the same."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import is_classifier
from sklearn.ensemble import (
    ExtraTreesClassifier, HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from pipeline.artifacts.answer import ask
from pipeline.errors import StepRefused
from pipeline.serving.asking import Asking

FEATURES = ["b", "a"]
RANDOM = np.random.default_rng(0)
FRAME = pd.DataFrame({"a": RANDOM.normal(size=300), "b": RANDOM.integers(0, 5, 300).astype(float), "c": "text"})
LABELS = np.where(FRAME["a"] + FRAME["b"] > 2, "yes", np.where(FRAME["a"] > 1, "maybe", "no"))


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(), DecisionTreeClassifier(max_depth=2), RandomForestClassifier(10), ExtraTreesClassifier(10),
        HistGradientBoostingClassifier(max_iter=5), GaussianNB(), SVC(),
        make_pipeline(StandardScaler(), LogisticRegression()),
        LinearRegression(), Ridge(), RandomForestRegressor(10), HistGradientBoostingRegressor(max_iter=5),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_answers_are_those_of_training_and_audit(estimator) -> None:
    """Classes, probabilities and numbers equal what the estimator says of a named table."""
    target = LABELS if is_classifier(estimator) else FRAME["a"] * 3
    estimator.fit(FRAME[FEATURES], target)
    expected = ask(estimator, FRAME, features=FEATURES)
    got = Asking(estimator, features=FEATURES)(FRAME)
    assert got.answer.tolist() == expected.answer.tolist()
    assert got.classes == expected.classes
    np.testing.assert_array_equal(got.probability, expected.probability)


def test_nullable_numbers_are_floats() -> None:
    """Whole numbers and booleans, with nulls, are asked about as in training."""
    whole, yes = pd.array([1, None, 3] * 100, dtype="Int64"), pd.array([True, False, None] * 100, dtype="boolean")
    frame = FRAME.assign(b=whole, a=yes)
    estimator = HistGradientBoostingClassifier(max_iter=5).fit(frame[FEATURES].astype("float64"), LABELS)
    expected = ask(estimator, frame, features=FEATURES)
    np.testing.assert_array_equal(Asking(estimator, features=FEATURES)(frame).probability, expected.probability)


def test_columns_in_another_order_than_fitted_are_left_to_the_estimator() -> None:
    """An estimator fitted to other columns refuses, as it does in training."""
    estimator = LogisticRegression().fit(FRAME[["a", "b"]], LABELS)
    with pytest.raises(ValueError, match="feature names"):
        Asking(estimator, features=FEATURES)(FRAME)


def test_features_that_are_absent_or_no_numbers_are_refused() -> None:
    """The feature is named."""
    estimator = LogisticRegression().fit(FRAME[FEATURES], LABELS)
    with pytest.raises(StepRefused, match="b"):
        Asking(estimator, features=FEATURES)(FRAME[["a"]])
    with pytest.raises(StepRefused, match="b: str"):
        Asking(estimator, features=FEATURES)(FRAME.assign(b="x"))

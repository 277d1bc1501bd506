"""Training, auditing and serving ask an estimator in one way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier

from pipeline.artifacts.answer import ask, numeric
from pipeline.errors import StepRefused

FRAME = pd.DataFrame(
    {"x": pd.array([1, None, 3, 4], dtype="Int64"), "flag": pd.array([True, False, None, True], dtype="boolean")}
)
FULL = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]})


def test_nullable_numbers_become_floats_with_nan() -> None:
    """Integers and booleans with nulls reach the estimator as float64, null as NaN."""
    matrix = numeric(FRAME, ["flag", "x"])
    assert list(matrix.columns) == ["flag", "x"] and set(map(str, matrix.dtypes)) == {"float64"}
    np.testing.assert_array_equal(matrix.to_numpy(), [[1, 1], [0, np.nan], [np.nan, 3], [1, 4]])


@pytest.mark.parametrize("kind", ["str", "category", "datetime64[us]", "timedelta64[us]"])
def test_what_is_no_number_is_refused_by_name(kind: str) -> None:
    """Text, categories and times are named with their type and sent to the fit stage."""
    frame = pd.DataFrame({"x": pd.Series([1, 2]).astype(kind)})
    with pytest.raises(StepRefused, match=r"x: .*Encode them"):
        numeric(frame, ["x"])


def test_a_category_of_booleans_is_no_number() -> None:
    """A category is refused even where its values could count as 0 and 1."""
    with pytest.raises(StepRefused, match="x: category"):
        numeric(pd.DataFrame({"x": pd.Categorical([True, False])}), ["x"])


def test_an_absent_feature_is_named() -> None:
    """A column the estimator needs and the data lacks is named."""
    with pytest.raises(StepRefused, match="absent from the data: y"):
        numeric(FULL, ["x", "y"])


def test_a_classifier_answers_with_probabilities_by_class() -> None:
    """Classes are plain Python values, and each one's probability can be asked for."""
    answers = ask(LogisticRegression().fit(FULL, np.array(["no", "no", "yes", "yes"])), FULL, features=["x"])
    assert answers.classes == ("no", "yes") and list(answers.answer) == ["no", "no", "yes", "yes"]
    assert answers.probability_of("yes")[3] > 0.5 > answers.probability_of("yes")[0]
    assert answers.probability_of("perhaps") is None


def test_an_estimator_without_probabilities_gives_none() -> None:
    """A regression, and a classifier that only decides, have no probabilities."""
    assert ask(LinearRegression().fit(FULL, [0, 1, 2, 3]), FULL, features=["x"]).probability is None
    assert ask(RidgeClassifier().fit(FULL, [0, 0, 1, 1]), FULL, features=["x"]).probability is None

"""An estimator is built from declared text, seeded, and fitted the same way every time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.artifacts.metric import CLASSIFICATION, REGRESSION
from pipeline.errors import Misuse, TrainingRefused
from pipeline.training.estimators import build, fit, problem_of

FOREST = "sklearn.ensemble.RandomForestClassifier"
FEATURES = pd.DataFrame({"x": np.arange(20.0), "z": np.tile([0.0, 1.0], 10)})
TRUTH = (np.arange(20) > 9).astype(int)


def test_a_seed_goes_where_none_was_given() -> None:
    """An open random_state is filled; a declared one is kept."""
    assert build(FOREST, parameters={}, seed=7).random_state == 7
    assert build(FOREST, parameters={"random_state": 3}, seed=7).random_state == 3


@pytest.mark.parametrize(
    ("path", "parameters", "said"),
    [
        ("sklearn.ensemble.RandomForrestClassifier", {}, "Did you mean RandomForestClassifier"),
        ("sklearn.ensembles.RandomForestClassifier", {}, "cannot be imported"),
        ("sklearn.metrics.accuracy_score", {}, "has no estimator 'accuracy_score'"),
        (FOREST, {"n_estimator": 5}, "takes no such parameter: n_estimator. Did you mean n_estimators"),
        ("sklearn.preprocessing.StandardScaler", {}, "expected a classifier or a regressor"),
    ],
)
def test_a_wrong_declaration_is_named_with_what_is_near(path: str, parameters: dict, said: str) -> None:
    """A misspelt class, module or parameter says so, and what was probably meant."""
    with pytest.raises(Misuse, match=said):
        build(path, parameters=parameters, seed=0)


def test_classifiers_and_regressors_are_told_apart() -> None:
    """The estimator decides what the problem is."""
    assert problem_of(build(FOREST, parameters={}, seed=0)) == CLASSIFICATION
    assert problem_of(build("sklearn.linear_model.Ridge", parameters={}, seed=0)) == REGRESSION


def test_two_fits_are_the_same() -> None:
    """A forest fitted twice, with several jobs and with one, gives the same probabilities to the last bit."""
    one, two = (fit(build(FOREST, parameters={"n_jobs": n}, seed=0), FEATURES, TRUTH)[0] for n in (2, 1))
    assert (one.predict_proba(FEATURES) == two.predict_proba(FEATURES)).all()
    assert one.n_jobs == two.n_jobs == 1


def test_what_the_estimator_warns_of_is_kept() -> None:
    """A fit that did not converge succeeds, and its warning is handed on as text."""
    logistic = build("sklearn.linear_model.LogisticRegression", parameters={"max_iter": 1}, seed=0)
    _, warned = fit(logistic, FEATURES, TRUTH)
    assert any(text.startswith("ConvergenceWarning: ") for text in warned)


def test_nulls_are_refused_by_column_unless_the_estimator_takes_them() -> None:
    """Missing values name their columns and counts; gradient boosting by histograms learns from them."""
    holes = FEATURES.mask(FEATURES["x"] == 3)
    with pytest.raises(TrainingRefused, match="x: 1 of 20 rows, z: 1 of 20 rows. Impute"):
        fit(build("sklearn.linear_model.LogisticRegression", parameters={}, seed=0), holes, TRUTH)
    boosting = build("sklearn.ensemble.HistGradientBoostingClassifier", parameters={}, seed=0)
    fit(boosting, holes, TRUTH)


def test_a_parameter_out_of_range_is_a_refusal_in_its_own_words() -> None:
    """What scikit-learn says of a parameter reaches the reader."""
    with pytest.raises(TrainingRefused, match="could not be fitted to 20 rows; found .*max_depth"):
        fit(build(FOREST, parameters={"max_depth": -1}, seed=0), FEATURES, TRUTH)

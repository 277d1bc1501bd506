"""Fitting transforms and applying them, as plain functions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import Misuse, StepRefused
from pipeline.preprocessing.fitted import apply_transforms, fit_transforms
from pipeline.preprocessing.transforms import Transform

TRAIN = pd.DataFrame(
    {
        "race": pd.array([1, 2, None, 1], dtype="Int64"),
        "town": pd.array(["a", None, "b", "a"], dtype="str"),
        "kind": pd.Categorical(["u", "v", None, "u"]),
        "flag": pd.array([True, None, False, True], dtype="boolean"),
        "pay": [1.0, 2.0, 3.0, 6.0],
        "note": pd.array(["buy buy now", "hello", None, "now"], dtype="str"),
        "y": pd.array([0, 1, 0, 1], dtype="Int64"),
    },
    index=pd.Index([10, 20, 30, 40], name="row"),
)


def transform(columns, path, **parameters):
    """Declare one transform of the library's preprocessing, named `it`."""
    return Transform("it", estimator=f"sklearn.{path}", columns=columns, **parameters)


def features(*declared, data=TRAIN, chosen=("race", "town", "kind", "flag", "pay"), target="y"):
    """Fit to TRAIN and apply to `data`."""
    made = fit_transforms(
        TRAIN, transforms=[each.to_json() for each in declared], features=list(chosen), target=target)
    specs = [{"name": each.name, "columns": list(each.columns)} for each in declared]
    fitted = [each.value for each in made.values()]
    return apply_transforms(data, fitted, specs=specs, features=list(chosen), target=target)


def test_features_are_chosen_and_the_target_comes_last():
    """Without transforms, the chosen columns in their order and the target as it was."""
    found = features(chosen=("pay", "race"))
    assert list(found.columns) == ["pay", "race", "y"] and found.index.equals(TRAIN.index)
    assert str(found["race"].dtype) == "float64" and np.isnan(found.loc[30, "race"])
    assert str(found["y"].dtype) == "Int64"


def test_a_scaler_learns_from_train_alone():
    """Mean 3 and variance 3.5 of 1, 2, 3, 6 are used on any rows."""
    new = pd.DataFrame({"pay": [3.0, 3 + np.sqrt(3.5)]}, index=pd.Index([1, 2], name="row"))
    found = features(transform(["pay"], "preprocessing.StandardScaler"), data=new, chosen=["pay"])
    assert found["pay"].tolist() == pytest.approx([0, 1])


@pytest.mark.parametrize(
    ("column", "names"),
    [
        ("race", ["race_1", "race_2", "race_nan"]), ("town", ["town_a", "town_b", "town_nan"]),
        ("kind", ["kind_u", "kind_v", "kind_nan"]), ("flag", ["flag_0", "flag_1", "flag_nan"]),
    ],
)
def test_one_hot_columns_have_readable_names(column, names):
    """Codes are named `race_1`, and a null is a category; what is made stands where the column stood."""
    found = features(transform([column], "preprocessing.OneHotEncoder"))
    place = ["race", "town", "kind", "flag", "pay"].index(column)
    assert list(found.columns)[place:place + 3] == names
    assert (found[names].sum(axis=1) == 1).all() and (found[names].dtypes == "float64").all()


def test_a_later_transform_works_on_what_an_earlier_made():
    """Imputed first with the median 1, then scaled: the row without a value has the mean's place."""
    steps = [
        Transform("fill", estimator="sklearn.impute.SimpleImputer", columns=["race"], strategy="median"),
        Transform("scale", estimator="sklearn.preprocessing.MinMaxScaler", columns=["race", "pay"]),
    ]
    found = features(*steps, chosen=["race", "pay"])
    assert found["race"].tolist() == [0, 1, 0, 0] and found["pay"].tolist() == pytest.approx([0, 0.2, 0.4, 1])


def test_words_of_a_text_are_counted():
    """Of one text column a vectoriser makes a column per word: *buy* twice is 2; no text has none."""
    found = features(transform(["note"], "feature_extraction.text.CountVectorizer"), chosen=["note"])
    assert list(found.columns) == ["it_buy", "it_hello", "it_now", "y"]
    assert found["it_buy"].tolist() == [2, 0, 0, 0] and found.loc[30].drop("y").sum() == 0


def test_a_transform_may_learn_from_the_target():
    """The target goes to the fit of those that want it: the mean of y by race, not smoothed."""
    found = features(transform(["race"], "preprocessing.TargetEncoder", smooth=0.0), chosen=["race"])
    assert found["race"].tolist() == [0.5, 1.0, 0.0, 0.5]


def test_one_column_may_become_several():
    """What is made stands together, and the other columns stay around it in order."""
    squares = transform(["pay"], "preprocessing.PolynomialFeatures", include_bias=False)
    found = features(squares, chosen=["race", "pay", "flag"])
    assert list(found.columns) == ["race", "pay", "pay^2", "flag", "y"] and found["pay^2"].tolist() == [1, 4, 9, 36]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from(TRAIN.index.tolist()), min_size=1, unique=True))
def test_a_row_is_transformed_the_same_alone_or_among_others(rows):
    """Features of a row rest on that row and the fitted state: a request gets what training saw."""
    steps = [
        Transform("fill", estimator="sklearn.impute.SimpleImputer", columns=["flag", "race"]),
        Transform("encode", estimator="sklearn.preprocessing.OneHotEncoder", columns=["town", "kind"]),
        Transform("scale", estimator="sklearn.preprocessing.StandardScaler", columns=["pay", "race"]),
    ]
    among = features(*steps).loc[sorted(rows)].drop(columns="y")
    alone = features(*steps, data=TRAIN.loc[sorted(rows)].drop(columns="y"))
    pd.testing.assert_frame_equal(alone, among)


def test_an_open_seed_is_set():
    """Two fits give one result where chance plays a part, and another seed may give another."""
    step = transform(["race", "pay"], "random_projection.GaussianRandomProjection", n_components=1)
    frame = TRAIN.assign(race=TRAIN["race"].fillna(1))
    given = {"transforms": [step.to_json()], "features": ["race", "pay"]}
    fits = [fit_transforms(frame, **given, seed=seed)["it"].value.components_.tolist() for seed in (0, 0, 1)]
    assert fits[0] == fits[1] != fits[2]


def test_what_was_fitted_is_told():
    """Beside the fitted object stand its columns, class and parameters."""
    made = fit_transforms(
        TRAIN, transforms=[transform(["pay"], "preprocessing.MinMaxScaler", clip=True).to_json()], features=["pay"])
    assert made["it"].kind == "transform" and made["it"].facts == {
        "columns": ["pay"], "estimator": "sklearn.preprocessing.MinMaxScaler", "parameters": {"clip": True}}


@pytest.mark.parametrize(
    ("declared", "error", "words"),
    [
        (transform(["race"], "preprocessing.OneHotEncodr"), Misuse, "Did you mean OneHotEncoder"),
        (transform(["race"], "preprocesing.OneHotEncoder"), Misuse, "cannot be imported"),
        (transform(["race"], "linear_model.LogisticRegression"), Misuse, "no transformer"),
        (transform(["rase"], "preprocessing.StandardScaler"), Misuse, "rase. Did you mean race"),
        (transform(["race"], "preprocessing.StandardScaler", with_men=1), Misuse, "Did you mean with_mean"),
        (transform(["race", "town"], "feature_extraction.text.CountVectorizer"), Misuse, "one text column"),
        (transform(["town"], "preprocessing.StandardScaler"), StepRefused, "it cannot be fitted to 4 rows"),
        (transform(["race"], "preprocessing.StandardScaler", with_mean="x"), StepRefused, "with_mean"),
    ],
)
def test_a_transform_that_cannot_be_fitted_is_refused(declared, error, words):
    """A wrong class, parameter or column is told by name, with near names."""
    with pytest.raises(error, match=words):
        features(declared)


def test_rows_a_transform_cannot_take_are_refused():
    """A category never seen is refused by an encoder that was not told to ignore it."""
    new = TRAIN.iloc[:1].assign(town="z")
    with pytest.raises(StepRefused, match="transform it cannot take these 1 rows.*unknown categories"):
        features(transform(["town"], "preprocessing.OneHotEncoder"), data=new)


def test_a_missing_feature_is_misuse():
    """A request or a part without a feature is told which one."""
    with pytest.raises(Misuse, match="pay"):
        features(data=TRAIN.drop(columns="pay"))


def test_columns_that_would_meet_are_misuse():
    """A transform cannot make a column whose name is taken."""
    with pytest.raises(Misuse, match="race_1"):
        fit_transforms(TRAIN.assign(race_1=1.0), features=["race", "race_1"],
                       transforms=[transform(["race"], "preprocessing.OneHotEncoder").to_json()])

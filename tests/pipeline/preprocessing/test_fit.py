"""The fit stage, through the runner."""

from __future__ import annotations

import importlib

import pytest

from pipeline.errors import Misuse
from pipeline.preprocessing.fit import fit
from pipeline.preprocessing.split import split
from pipeline.preprocessing.transforms import Transform
from pipeline.step import Effect, Known, Rule

FILL = Transform("fill", estimator="sklearn.impute.SimpleImputer", columns=["debt"], strategy="median")
CODE = Transform("encode", estimator="sklearn.preprocessing.OneHotEncoder", columns=["town"])
FEATURES = ["income", "debt", "town"]


@pytest.fixture
def parts(runner, data):
    """The applicants, split."""
    return split(runner, data=data, target="denied")


def rules(runner, reference: str, onto: str) -> set:
    """The rules, effects and ways of knowing by which one artifact rests on another."""
    found = runner.store.dependencies(reference)
    return {(each.rule, each.effect, each.known) for each in found if each.input == onto}


def test_every_part_gets_the_features(runner, parts):
    """Parts keep their rows; features and target are their columns."""
    ready = fit(runner, parts=parts, transforms=[FILL, CODE], features=FEATURES)
    for part, reference in ready["features"].items():
        found = runner.value(reference)
        assert found.index.equals(runner.value(parts["parts"][part]).index)
        assert list(found.columns) == ["income", "debt", "town_A", "town_B", "town_C", "town_nan", "denied"]
    assert ready["features"]["dev"].startswith("dataset/loans.fit.dev@")
    assert ready["parts"] == parts["parts"] and ready["split"] == parts["split"]


def test_it_is_fitted_on_train_only(runner, parts):
    """The imputed value is the median of train, and what was fitted rests on train alone."""
    ready = fit(runner, parts=parts, transforms=[FILL], features=["debt"])
    train = parts["parts"]["train"]
    debts = sorted(runner.value(train)["debt"].dropna().tolist())
    middle = (debts[(len(debts) - 1) // 2] + debts[len(debts) // 2]) / 2
    assert runner.value(ready["transforms"][0]).statistics_.tolist() == [middle]
    found = runner.store.dependencies(ready["transforms"][0])
    assert {(each.input, each.rule, each.effect) for each in found} == {(train, Rule.EVERY_ROW, Effect.MODEL)}


def test_columns_that_are_no_features_are_not_read(runner, parts):
    """What is fitted and what is applied rest on the features and the target alone."""
    ready = fit(runner, parts=parts, transforms=[FILL], features=["debt"])
    for reference in (ready["transforms"][0], ready["features"]["dev"]):
        own = [each for each in runner.store.dependencies(reference) if each.input in parts["parts"].values()]
        assert ["debt", "denied"] in [each.detail["reads"] for each in own]


def test_a_rows_features_rest_on_the_row_and_on_what_was_fitted(runner, parts):
    """Same row in the data, tested on a sample; every row of train through the fitted state."""
    ready = fit(runner, parts=parts, transforms=[FILL, CODE], features=FEATURES)
    dev = ready["features"]["dev"]
    assert rules(runner, dev, parts["parts"]["dev"]) == {(Rule.SAME_ROW, Effect.DIRECT, Known.SAMPLED)}
    for fitted in ready["transforms"]:
        assert rules(runner, dev, fitted) == {(Rule.EVERY_ROW, Effect.MODEL, Known.BY_CONSTRUCTION)}


def test_what_applies_them_is_told(runner, parts):
    """Anybody can make features of new rows with the function named, as the stage did."""
    ready = fit(runner, parts=parts, transforms=[FILL, CODE], features=FEATURES)
    module, _, name = ready["apply"]["function"].partition(":")
    apply = getattr(importlib.import_module(module), name)
    rows = runner.value(parts["parts"]["test"]).head(3).drop(columns="denied")
    made = apply(rows, [runner.value(each) for each in ready["transforms"]], **ready["apply"]["parameters"])
    expected = runner.value(ready["features"]["test"]).head(3).drop(columns="denied")
    assert made.to_numpy().tolist() == expected.to_numpy().tolist()


def test_transforms_may_be_none(runner, parts):
    """Without transforms features are chosen, and nothing is fitted."""
    ready = fit(runner, parts=parts, transforms=[], features=["income"])
    assert ready["transforms"] == [] and list(runner.value(ready["features"]["train"]).columns) == ["income", "denied"]


def test_the_same_again_is_reused_and_the_same_anew_is_equal(runner, parts):
    """A second call fits nothing; another transform is fitted, and the first one's digest stays."""
    first = fit(runner, parts=parts, transforms=[FILL], features=FEATURES[:2])
    before = len(runner.ran)
    assert fit(runner, parts=parts, transforms=[FILL], features=FEATURES[:2]) == first
    assert all(ran.reused for ran in runner.ran[before:])
    more = fit(runner, parts=parts, transforms=[FILL, CODE], features=FEATURES)
    assert more["transforms"][0].partition("@")[2] == first["transforms"][0].partition("@")[2]


@pytest.mark.parametrize(
    ("transforms", "features", "words"),
    [
        ([], ["income", "denied"], "target 'denied' is among the features"), ([], [], "each once"),
        ([], ["income", "income"], "each once"), ([FILL, FILL], ["debt"], "share a name"),
        ([CODE], ["income"], "town"), ([], ["incom"], "Did you mean income"),
    ],
)
def test_features_that_cannot_be_are_misuse(runner, parts, transforms, features, words):
    """The target as a feature, a column twice or missing, and two transforms of one name are refused."""
    with pytest.raises(Misuse, match=words):
        fit(runner, parts=parts, transforms=transforms, features=features)

"""Fitting again: seeded parts that grow and lose no class, and the same estimator with its parameters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import BaggingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from pipeline.auditing.curve.refit import Unfit, refitted, seeds, subset


@given(
    classes=st.lists(st.sampled_from("aab"), min_size=1, max_size=40),
    fraction=st.floats(0.01, 1.0),
    seed=st.integers(0, 99),
)
def test_parts_keep_their_classes(classes: list[str], fraction: float, seed: int) -> None:
    """Of each class the share asked for is taken, rounded up."""
    ids, strata = np.arange(len(classes)) * 7, np.array(classes)
    chosen = strata[subset(ids, strata, fraction=fraction, seed=seed)]
    for each in set(classes):
        count = classes.count(each)
        assert np.sum(chosen == each) == int(np.ceil(round(fraction * count, 9)))


@given(n=st.integers(1, 60), small=st.floats(0.01, 1.0), large=st.floats(0.01, 1.0))
def test_smaller_parts_lie_in_larger_ones(n: int, small: float, large: float) -> None:
    """With one seed a part only gains rows as it grows, whatever the order of the rows."""
    small, large = sorted((small, large))
    ids = np.arange(n) * 13
    first, second = (ids[subset(ids, None, fraction=fraction, seed=3)] for fraction in (small, large))
    assert set(first) <= set(second)
    assert set(first) == set(ids[::-1][subset(ids[::-1], None, fraction=small, seed=3)])


def test_another_seed_draws_other_rows() -> None:
    """Half of 1,000 rows, drawn twice: about half of the one lies in the other."""
    ids = np.arange(1000)
    first, second = (set(subset(ids, None, fraction=0.5, seed=seed)) for seed in (0, 1))
    assert len(first) == len(second) == 500 and 200 < len(first & second) < 300


def frame() -> pd.DataFrame:
    """Four rows of one feature and a target."""
    return pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0], "y": pd.array([0, 0, 1, 1], dtype="Int64")})


def fit(estimator: object, rows: pd.DataFrame, repeat: int = 0) -> object:
    """Fit again."""
    return refitted(estimator, rows, features=["x"], target="y", problem="classification", repeat=repeat)


def test_parameters_stay_and_seeds_move() -> None:
    """The copy has the same parameters and another seed for each repeat; the estimator itself is untouched."""
    given_ = DecisionTreeClassifier(max_depth=2, random_state=5)
    fresh = fit(given_, frame(), repeat=3)
    assert (fresh.max_depth, fresh.random_state, given_.random_state) == (2, 8, 5)
    assert fresh.predict(frame()[["x"]]).tolist() == [0, 0, 1, 1] and not hasattr(given_, "tree_")


def test_seeds_of_nested_estimators() -> None:
    """A seed inside another estimator is one, too; an open one is not."""
    nested = BaggingClassifier(DecisionTreeClassifier(random_state=1), random_state=2)
    assert seeds(nested) == {"estimator__random_state": 1, "random_state": 2}
    assert seeds(LogisticRegression()) == {}


def test_too_few_rows_are_told() -> None:
    """An estimator that refuses so few rows says why."""
    with pytest.raises(Unfit, match="one class|2 classes"):
        fit(LogisticRegression(), frame().iloc[:2])
    fit(KNeighborsClassifier(2), frame())

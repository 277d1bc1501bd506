"""A part becomes features and truths, or says why it cannot be trained on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.artifacts.metric import CLASSIFICATION, REGRESSION
from pipeline.errors import TrainingRefused
from pipeline.training.examples import check_classes, examples, positive_of


def part(**columns: object) -> pd.DataFrame:
    """Make a part of four rows, with ids 11 to 14."""
    return pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], **columns}, index=pd.Index([11, 12, 13, 14], name="row"))


@pytest.mark.parametrize("kind", ["Int64", "boolean", "str", "category"])
def test_any_target_of_classes_is_taken(kind: str) -> None:
    """Integers, booleans, text and categories give plain truths in row order."""
    target = pd.Series([True, False, True, True]).astype(kind)
    features, truth = examples(part(y=target.array), target="y", problem=CLASSIFICATION)
    assert list(features.columns) == ["x"] and list(truth == truth[0]) == [True, False, True, True]


def test_a_missing_target_names_its_rows() -> None:
    """Null targets stop training with the ids of their rows, for classes and for numbers."""
    gaps = part(y=pd.array([1, None, 0, None], dtype="Int64"))
    for problem in (CLASSIFICATION, REGRESSION):
        with pytest.raises(TrainingRefused, match="found 2 of 4 rows without: row 12, row 14"):
            examples(gaps, target="y", problem=problem)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (part(), "the target 'y' is not in the data: x. Name it"),
        (part(y=[0, 1, 0, 1]).drop(columns="x"), "no features beside the target"),
        (part(y=[0, 1, 0, 1]).iloc[:0], "no rows to train on"),
        (part(y=[0, 1, 0, 1], town=["a", "b", "c", "d"]), "features are not numbers: town: str. Encode"),
    ],
)
def test_what_cannot_be_trained_on_says_what_next(frame: pd.DataFrame, said: str) -> None:
    """No target, no features, no rows, or text as a feature are refused in words."""
    with pytest.raises(TrainingRefused, match=said):
        examples(frame, target="y", problem=CLASSIFICATION)


@pytest.mark.parametrize("target", [["a", "b", "c", "d"], [1.0, 2.0, np.inf, 3.0]])
def test_a_regression_needs_finite_numbers(target: list) -> None:
    """Text or infinity as the target of a regression is refused."""
    with pytest.raises(TrainingRefused, match="is no number|missing or not finite"):
        examples(part(y=target), target="y", problem=REGRESSION)


def test_one_class_is_nothing_to_learn() -> None:
    """A target with one value only names that value and where to look."""
    with pytest.raises(TrainingRefused, match="one class only; expected at least 2 classes; found 1 in all 3 rows"):
        check_classes(np.array([1, 1, 1]), target="y")


def test_fractions_are_no_classes() -> None:
    """A price given to a classifier is refused and sent to a regressor."""
    with pytest.raises(TrainingRefused, match="holds fractions.*Choose a regressor"):
        check_classes(np.array([1.5, 2.0]), target="y")


def test_the_later_of_two_classes_is_the_positive_one() -> None:
    """1 of 0 and 1; yes of no and yes; none of three."""
    assert (positive_of((0, 1)), positive_of(("no", "yes")), positive_of(("a", "b", "c"))) == (1, "yes", None)

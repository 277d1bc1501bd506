"""Answers beside truths: nothing missing gets in, and counts are those a figure really rests on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.artifacts.answer import Answers
from pipeline.auditing.answered import Answered, answered
from pipeline.errors import AuditRefused

ROWS = pd.Index([101, 102, 103], name="row")
TRUTH = pd.Series([1, 0, 1], dtype="Int64", index=ROWS)


def test_missing_answers_are_named() -> None:
    """A model that answers NaN is refused, with the rows."""
    with pytest.raises(AuditRefused, match="answers are missing.*1 of 3: row 102"):
        answered(Answers(np.array([1.0, np.nan, 2.0]), None), TRUTH, problem="regression", positive=None)


def test_missing_probabilities_are_named() -> None:
    """A probability that is NaN is refused too."""
    table = np.array([[0.5, 0.5], [np.nan, np.nan], [0.1, 0.9]])
    with pytest.raises(AuditRefused, match="probabilities are missing.*row 102"):
        answered(Answers(np.array([1, 0, 1]), table, (0, 1)), TRUTH, problem="classification", positive=1)


def test_missing_truth_is_named() -> None:
    """A test row without a truth is refused."""
    truth = TRUTH.astype("Int64").where(TRUTH.index != 103)
    with pytest.raises(AuditRefused, match="truths are missing.*row 103"):
        answered(Answers(np.array([1, 0, 1]), None, (0, 1)), truth, problem="classification", positive=1)


def test_probability_is_that_of_the_positive_class() -> None:
    """With a positive class its column is taken, whatever its place; without, the whole table."""
    answers = Answers(np.array([1, 0, 1]), np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]]), (1, 0))
    assert answered(answers, TRUTH, problem="classification", positive=1).probability.tolist() == [0.9, 0.2, 0.4]
    assert answered(answers, TRUTH, problem="classification", positive=None).probability.shape == (3, 2)


def test_take_keeps_everything_in_step() -> None:
    """Taking rows takes truth, answer and probability of the same rows."""
    rows = Answered(
        problem="classification",
        truth=np.array([0, 1, 1]),
        answer=np.array([0, 0, 1]),
        probability=np.array([0.1, 0.2, 0.9]),
        positive=1,
        classes=(0, 1),
    ).take(np.array([2, 0]))
    assert (rows.truth.tolist(), rows.answer.tolist(), rows.probability.tolist()) == ([1, 0], [1, 0], [0.9, 0.1])


def test_auc_rests_on_the_rarest_class() -> None:
    """AUC over 1 positive and 4 negatives rests on 1 case, not on 5."""
    rows = Answered(
        problem="classification",
        truth=np.array([0, 0, 0, 0, 1]),
        answer=np.zeros(5, int),
        probability=np.array([0.1, 0.2, 0.3, 0.9, 0.8]),
        positive=1,
        classes=(0, 1),
    )
    assert (rows.score("auc").value, rows.score("auc").n) == (0.75, 1)

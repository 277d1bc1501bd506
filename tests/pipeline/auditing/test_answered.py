"""Answers beside truths: read as they were kept, and counted as a figure really rests on them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.auditing.answered import Answered, answered
from pipeline.errors import AuditRefused, Misuse


def test_probability_is_that_of_the_positive_class() -> None:
    """With a positive class its column is taken, whatever its place; without, the whole table in the classes' order."""
    table = pd.DataFrame(
        {
            "truth": pd.array([1, 0, 1], "Int64"),
            "answer": [1, 0, 1],
            "probability of 0": [0.1, 0.8, 0.6],
            "probability of 1": [0.9, 0.2, 0.4],
        },
        index=pd.Index([101, 102, 103], name="row"),
    )
    rows = answered(table, problem="classification", classes=(1, 0), positive=1)
    assert (rows.truth.tolist(), rows.probability.tolist()) == ([1, 0, 1], [0.9, 0.2, 0.4])
    assert answered(table, problem="classification", classes=(1, 0)).probability.tolist() == [
        [0.9, 0.1], [0.2, 0.8], [0.4, 0.6],
    ]


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


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [("answer", None, "the answer is missing"), ("probability of 1", 1.5, "missing on test rows, or outside 0 to 1")],
)
def test_what_cannot_be_is_refused(column: str, value: float | None, what: str) -> None:
    """An answer that is missing, or a probability of 1.5, is named by its row."""
    table = pd.DataFrame(
        {
            "truth": [1.0, 0.0], "answer": [1.0, 0.0], "probability of 0": [0.1, 0.8], "probability of 1": [0.9, 0.2],
        },
        index=pd.Index([101, 102], name="row"),
    )
    table.loc[102, column] = value
    with pytest.raises(AuditRefused, match=f"{what}.*row 102"):
        answered(table, problem="classification", classes=(0, 1), positive=1)


def test_results_of_classes_need_a_positive_one() -> None:
    """Classes that count alike cannot put results in an order."""
    rows = Answered(problem="classification", truth=np.array([0, 1]), answer=np.array([0, 1]), classes=(0, 1))
    with pytest.raises(Misuse, match="cannot be ranked by answers of many classes"):
        rows.judged()


def test_rankings_take_their_queries_along() -> None:
    """Queries are taken with their rows, and a ranking is scored among them."""
    rows = Answered(
        problem="regression", truth=np.array([1.0, 0, 0, 1]), answer=np.array([0.9, 0.1, 0.8, 0.2]),
        query=np.array([0, 0, 1, 1]),
    )
    assert (rows.score("mrr").value, rows.score("mrr").n) == (0.75, 2)
    assert rows.take(np.array([2, 3])).score("mrr").value == 0.5

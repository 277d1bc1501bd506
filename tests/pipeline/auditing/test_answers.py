"""The answers of a model beside the truth: nothing missing gets in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.auditing.answers import answers, rows_of
from pipeline.errors import AuditRefused

DIGEST = "0" * 32


class Given:
    """Answers, and gives the probabilities, that it was made with."""

    def __init__(self, answer: Any, probability: Any = None) -> None:
        self.answer, self.probability = np.asarray(answer), probability
        if probability is not None:
            self.classes_ = np.array([0, 1])

    def predict(self, matrix: pd.DataFrame) -> np.ndarray:
        """Answer."""
        return self.answer

    def predict_proba(self, matrix: pd.DataFrame) -> np.ndarray:
        """Give the probabilities."""
        return np.asarray(self.probability)


def asked(estimator: Given, truth: Any, **changes: Any) -> pd.DataFrame:
    """Ask about rows 101, 102, …"""
    index = pd.Index(range(101, 101 + len(truth)), name="row")
    frame = pd.DataFrame({"score": 0.0, "denied": pd.array(truth, "Int64")}, index=index)
    model = {
        "name": "loans", "candidate": "c", "problem": "classification", "target": "denied", "features": ["score"],
        "estimator": f"estimator/e@{DIGEST}", "transforms": [], "classes": [0, 1], "positive": 1,
        "source": f"dataset/s@{DIGEST}", "source_name": "s", "types": {}, "required": [], "path": [], "apply": {},
        "selection": "", "trained_on": f"dataset/x@{DIGEST}", "trained_rows": 4, "metric": "f1", "metrics": {},
        **changes,
    }
    return answers(model=model, estimator=estimator, features=frame)


def test_truth_answer_and_probabilities_stand_side_by_side() -> None:
    """Every test row has its truth, its answer and a probability for each class."""
    table = asked(Given([1, 0], [[0.1, 0.9], [0.8, 0.2]]), [1, 1])
    assert table.to_dict("list") == {
        "truth": [1, 1], "answer": [1, 0], "probability of 0": [0.1, 0.8], "probability of 1": [0.9, 0.2],
    }
    assert table.index.tolist() == [101, 102]


def test_missing_answers_are_named() -> None:
    """A model that answers NaN is refused, with the rows."""
    with pytest.raises(AuditRefused, match="the answer is missing.*1 of 3: row 102"):
        asked(Given([1.0, np.nan, 2.0]), [1, 0, 1], problem="regression", classes=[], positive=None)


def test_missing_probabilities_are_named() -> None:
    """A probability that is NaN is refused too."""
    with pytest.raises(AuditRefused, match="probability of 0 is missing.*row 102"):
        asked(Given([1, 0], [[0.5, 0.5], [np.nan, np.nan]]), [1, 0])


def test_missing_truth_is_named() -> None:
    """A test row without a truth is refused."""
    with pytest.raises(AuditRefused, match="truth is missing.*row 103"):
        asked(Given([1, 0, 1]), [1, 0, None])


def test_no_rows_are_refused() -> None:
    """Without test rows there is nothing to audit."""
    with pytest.raises(AuditRefused, match="no test rows"):
        asked(Given([]), [])


def test_rows_come_in_the_order_of_the_answers() -> None:
    """Whatever their own order, and those that nobody answered are left out; an answer about no row is refused."""
    rows = pd.DataFrame({"sex": ["f", "m", "f"]}, index=pd.Index([3, 1, 2], name="row"))
    given = pd.DataFrame({"truth": [0, 1]}, index=pd.Index([2, 3], name="row"))
    assert rows_of(given, rows).index.tolist() == [2, 3] and rows_of(given, rows)["sex"].tolist() == ["f", "f"]
    with pytest.raises(AuditRefused, match="dev rows that were answered are not in the dev part.*row 2"):
        rows_of(given, rows.loc[[3, 1]], part="dev")

"""Figures: the course's table with counts and intervals, and what may be measured at all."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from pipeline.auditing.answered import Answered
from pipeline.auditing.figures import measured, metrics_of
from pipeline.auditing.gate import Gate
from pipeline.auditing.policy import AuditPolicy
from pipeline.errors import Misuse

POLICY = AuditPolicy()
TRUTH = np.repeat([0, 0, 1, 1], [905, 9, 18, 68])
ANSWER = np.repeat([0, 1, 0, 1], [905, 9, 18, 68])
COURSE = Answered(problem="classification", truth=TRUTH, answer=ANSWER, positive=1, classes=(0, 1))


def test_course_table() -> None:
    """905 TN, 9 FP, 18 FN, 68 TP: precision 88.3 % of 77, recall 79.1 % of 86, F1 83.4 % of 95, accuracy of 1,000."""
    figures = {
        figure.metric: figure for figure in measured(COURSE, ["precision", "recall", "f1", "accuracy"], policy=POLICY)
    }
    assert {name: (round(100 * figure.value, 1), figure.n) for name, figure in figures.items()} == {
        "precision": (88.3, 77),
        "recall": (79.1, 86),
        "f1": (83.4, 95),
        "accuracy": (97.3, 1000),
    }
    expected = binomtest(68, 86).proportion_ci(method="wilson")
    assert (figures["recall"].low, figures["recall"].high) == pytest.approx((expected.low, expected.high))


def test_always_no_is_undefined_not_zero() -> None:
    """A model that never says yes has recall 0 of 86, and a precision that is 0/0: undefined, without an interval."""
    never = Answered(problem="classification", truth=TRUTH, answer=np.zeros(1000, int), positive=1, classes=(0, 1))
    precision, recall = measured(never, ["precision", "recall"], policy=POLICY)
    assert (precision.defined, precision.low, precision.n) == (False, None, 0)
    assert (recall.defined, recall.value, recall.low, recall.n) == (True, 0.0, 0.0, 86)
    assert 0 < recall.high < 0.05


def test_means_over_classes_are_bootstrapped() -> None:
    """Without a positive class recall is a mean over classes: no share of counted cases, so no Wilson interval."""
    rows = Answered(problem="classification", truth=TRUTH, answer=ANSWER, classes=(0, 1))
    recall, accuracy = measured(rows, ["recall", "accuracy"], policy=POLICY)
    assert (recall.method, accuracy.method) == ("bootstrap", "wilson")
    assert recall.low < recall.value < recall.high


def test_usual_metrics_and_those_of_gates() -> None:
    """Without a list the usual metrics are measured, and what the gates need; AUC only with probabilities."""
    policy = AuditPolicy(gates=[Gate(metric="selection_rate", minimum=0.1)])
    assert metrics_of(policy, problem="classification", probabilities=False) == (
        "accuracy",
        "precision",
        "recall",
        "f1",
        "selection_rate",
    )
    assert metrics_of(AuditPolicy(), problem="regression", probabilities=False) == ("mae", "rmse", "r2")


def test_rankings_need_a_query() -> None:
    """A ranking is measured where the policy says which rows are results of one query, of any problem."""
    with pytest.raises(Misuse, match="measures ndcg@5, and names no query column"):
        metrics_of(AuditPolicy(metrics=["ndcg@5"]), problem="regression", probabilities=False)
    policy = AuditPolicy(metrics=["ndcg@5", "mrr"], query="q")
    assert metrics_of(policy, problem="classification", probabilities=True) == ("ndcg@5", "mrr")


@pytest.mark.parametrize(
    ("metric", "problem", "text"),
    [
        ("mae", "classification", "expected a metric of a classification"),
        ("auc", "classification", "needs probabilities"),
        ("recall", "regression", "found one of a classification"),
    ],
)
def test_metrics_that_do_not_suit(metric: str, problem: str, text: str) -> None:
    """A metric of another problem, or of probabilities a model does not give, is misuse."""
    with pytest.raises(Misuse, match=text):
        metrics_of(AuditPolicy(metrics=[metric]), problem=problem, probabilities=False)

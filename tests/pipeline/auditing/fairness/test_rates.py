"""Rates by group against fairlearn, scikit-learn and SciPy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_positive_rate, mean_prediction, selection_rate, true_positive_rate
from scipy.stats import binomtest, norm, sem
from sklearn.metrics import mean_absolute_error, precision_score

from pipeline.auditing.answered import Answered, answered
from pipeline.auditing.fairness.groups import parted
from pipeline.auditing.slicing import Parts
from pipeline.auditing.fairness.rates import interval_at, rates

THEIRS = {
    "selection_rate": selection_rate,
    "recall": true_positive_rate,
    "false_positive_rate": false_positive_rate,
    "precision": precision_score,
    "base_rate": lambda truth, answer: mean_prediction(truth, truth),
}


@pytest.mark.parametrize("columns", [("race",), ("sex",), ("race", "sex")])
@pytest.mark.parametrize("data", ["generated", "adult"])
def test_rates_equal_fairlearns(data: str, columns: tuple[str, ...], request: pytest.FixtureRequest) -> None:
    """Every rate of every group is fairlearn's, crossed groups too, on made and on real people."""
    found = request.getfixturevalue(data)
    answers, rows = found if data == "adult" else found(7)
    parting = parted(columns, rows)
    test = answered(answers, problem="classification", classes=(0, 1), positive=1)
    groups = rates(test, parting, attribute="x", confidence=0.95)
    frame = MetricFrame(
        metrics=THEIRS, y_true=answers["truth"], y_pred=answers["answer"], sensitive_features=parting.named()
    )
    for group in groups:
        for name in THEIRS:
            if group.figure(name).defined:
                assert group.figure(name).value == pytest.approx(frame.by_group.loc[group.label, name], abs=1e-12)


def test_counts_and_intervals_by_hand(people: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """10 of 20 approved women are found, 10 of the 12 answered yes are right; the intervals are SciPy's."""
    answers, rows = people
    test = answered(answers, problem="classification", classes=(0, 1), positive=1)
    women = rates(test, parted(("sex",), rows), attribute="sex", confidence=0.9)[1]
    expected = {
        "base_rate": (20, 40), "selection_rate": (12, 40), "recall": (10, 20), "false_positive_rate": (2, 20),
        "precision": (10, 12),
    }
    assert [figure.metric for figure in women.figures] == list(expected)
    for figure, (part, whole) in zip(women.figures, expected.values(), strict=True):
        ends = binomtest(part, whole).proportion_ci(0.9, method="wilson")
        assert (figure.value, figure.n) == (part / whole, whole)
        assert (figure.low, figure.high) == pytest.approx((ends.low, ends.high))


def classified(truth: list[int], answer: list[int], probability: list[float] | None = None) -> Answered:
    """Answered rows whose positive class is 1."""
    said = None if probability is None else np.array(probability)
    return Answered(
        problem="classification", truth=np.array(truth), answer=np.array(answer), probability=said, positive=1,
        classes=(0, 1),
    )


def test_undefined_is_not_zero() -> None:
    """A group with no positives has no recall, one never answered yes no precision; a recall of 0 is defined."""
    parting = Parts(("a", "b"), np.array([0, 0, 1, 1]))
    one, other = rates(classified([0, 0, 1, 0], [1, 0, 0, 0]), parting, attribute="x", confidence=0.95)
    assert not one.figure("recall").defined and one.figure("recall").n == 0
    assert other.figure("recall").defined and other.figure("recall").value == 0.0
    assert not other.figure("precision").defined and one.figure("precision").value == 0.0


def test_calibration_gap() -> None:
    """Said 0.5 and 0.7, true once of twice: 0.5 − 0.6 = −0.1; its interval is the base rate's, moved by 0.6."""
    (group,) = rates(
        classified([1, 0], [1, 1], [0.5, 0.7]), Parts(("a",), np.array([0, 0])), attribute="x", confidence=0.95
    )
    ends, found = binomtest(1, 2).proportion_ci(method="wilson"), group.figure("calibration_gap")
    assert found.value == pytest.approx(-0.1)
    assert (found.low, found.high) == pytest.approx((ends.low - 0.6, ends.high - 0.6))


def test_errors_of_a_regression() -> None:
    """Mean absolute and mean error are scikit-learn's and SciPy's; one row alone has no interval."""
    random = np.random.default_rng(3)
    truth, answer = random.normal(size=50), random.normal(size=50)
    test = Answered(problem="regression", truth=truth, answer=answer)
    parting = Parts(("many", "one"), np.array([0] * 49 + [1]))
    many, one = rates(test, parting, attribute="x", confidence=0.95)
    error = (answer - truth)[:49]
    assert many.figure("mae").value == pytest.approx(mean_absolute_error(truth[:49], answer[:49]))
    expected = norm.interval(0.95, error.mean(), sem(error))
    assert (many.figure("mean_error").low, many.figure("mean_error").high) == pytest.approx(expected)
    assert one.figure("mae").low is None and one.figure("mae").n == 1


def test_interval_at_another_confidence() -> None:
    """Every kind of figure is bounded as if it had been measured at that confidence at once."""
    parting = Parts(("a",), np.zeros(60, dtype=int))
    random = np.random.default_rng(5)
    said = random.random(60)
    cases = [
        (classified((said > 0.4).astype(int).tolist(), (said > 0.5).astype(int).tolist(), said.tolist()), "recall"),
        (classified((said > 0.4).astype(int).tolist(), (said > 0.5).astype(int).tolist(), said.tolist()),
         "calibration_gap"),
        (Answered(problem="regression", truth=said, answer=random.random(60)), "mae"),
    ]
    for test, name in cases:
        (at_95,), (at_99,) = (rates(test, parting, attribute="x", confidence=each) for each in (0.95, 0.99))
        expected = at_99.figure(name).low, at_99.figure(name).high
        assert interval_at(at_95, name, measured_at=0.95, confidence=0.99) == pytest.approx(expected, abs=1e-8)

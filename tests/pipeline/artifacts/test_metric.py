"""Metrics give the figures worked by hand, and those of scikit-learn on anything."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as arrays
from sklearn import metrics as independent

from pipeline.artifacts.metric import METRICS, Score, metric, score
from pipeline.errors import Misuse


def counted(*, tn: int, fn: int, fp: int, tp: int) -> tuple[list[int], list[int]]:
    """Spell a confusion matrix out as truths and answers."""
    return [0] * tn + [1] * fn + [0] * fp + [1] * tp, [0] * tn + [0] * fn + [1] * fp + [1] * tp


def percent(name: str, truth: list, answer: list, **how: object) -> float:
    """Give a metric in percent, to one decimal, as the course prints it."""
    return round(100 * score(name, truth, answer, **how).value, 1)


@pytest.mark.parametrize(("name", "expected"), [("precision", 88.3), ("recall", 79.1), ("f1", 83.4)])
def test_the_course_s_confusion_matrix_gives_its_figures(name: str, expected: float) -> None:
    """905 TN, 18 FN, 9 FP and 68 TP give precision 88.3 %, recall 79.1 % and F1 83.4 %."""
    assert percent(name, *counted(tn=905, fn=18, fp=9, tp=68)) == expected


def test_always_answering_no_has_recall_zero_and_no_precision() -> None:
    """On 914 negatives and 86 positives, always 0 gives recall 0 of 86, precision 0/0, accuracy 91.4 %."""
    truth, answer = counted(tn=914, fn=86, fp=0, tp=0)
    assert score("recall", truth, answer) == Score(0.0, True, 86)
    assert score("precision", truth, answer) == Score(0.0, False, 0)
    assert score("accuracy", truth, answer) == Score(0.914, True, 1000)


def test_f1_prefers_the_balanced_model_to_the_one_that_finds_nearly_nothing() -> None:
    """Precision 88.3 and recall 79.1 make F1 83.4, and 97.0 with 7.3 make 13.6, up to their rounding."""
    balanced = counted(tn=905, fn=18, fp=9, tp=68)
    precise = counted(tn=300_000, fn=92_700, fp=226, tp=7_300)
    assert percent("precision", *precise) == 97.0
    assert (percent("f1", *balanced), percent("f1", *precise)) == (83.4, 13.6)


@pytest.mark.parametrize(
    ("precision", "recall", "f1"), [(821, 992, 89.8), (921, 995, 95.7), (853, 987, 91.5), (721, 970, 82.7)]
)
def test_the_course_s_defects_have_its_f1(precision: int, recall: int, f1: float) -> None:
    """Scratch 89.8, dent 95.7, pit mark 91.5, discolouration 82.7, from precision and recall per mille."""
    found, false, missed = precision * recall, (1000 - precision) * recall, precision * (1000 - recall)
    truth = np.repeat([1, 0, 1], [found, false, missed])
    answer = np.repeat([1, 1, 0], [found, false, missed])
    assert percent("precision", truth, answer) == precision / 10
    assert (percent("recall", truth, answer), percent("f1", truth, answer)) == (recall / 10, f1)


def test_a_human_inspector_agrees_with_four_of_six() -> None:
    """Truth 1,1,1,0,0,0 and the inspector's 1,0,1,0,0,1 agree in 66.7 %."""
    assert percent("accuracy", [1, 1, 1, 0, 0, 0], [1, 0, 1, 0, 0, 1]) == 66.7


def test_rates_are_shares_of_their_own_denominators() -> None:
    """With 905 TN, 18 FN, 9 FP, 68 TP: 9 of 914 false alarms, 18 of 86 missed, 77 of 1000 selected."""
    pair = counted(tn=905, fn=18, fp=9, tp=68)
    assert score("false_positive_rate", *pair) == Score(9 / 914, True, 914)
    assert score("false_negative_rate", *pair) == Score(18 / 86, True, 86)
    assert score("selection_rate", *pair) == Score(0.077, True, 1000)


def test_auc_counts_pairs_and_half_of_ties() -> None:
    """Positives at .8 and .4 against negatives at .4 and .1: three pairs won, one tied, 3.5 of 4."""
    assert score("auc", [1, 0, 1, 0], [1, 0, 0, 0], probability=[0.8, 0.4, 0.4, 0.1]).value == 0.875


def test_auc_of_one_class_is_not_defined() -> None:
    """Without a negative example there is no pair to rank."""
    assert score("auc", [1, 1], [1, 1], probability=[0.5, 0.6]) == Score(0.0, False, 2)


def test_regression_metrics_by_hand() -> None:
    """Truths 1, 2, 4 answered 2, 2, 2: errors 1, 0, 2."""
    pair = [1.0, 2.0, 4.0], [2.0, 2.0, 2.0]
    assert score("mae", *pair).value == 1.0
    assert score("rmse", *pair).value == pytest.approx((5 / 3) ** 0.5)
    assert score("mape", *pair).value == pytest.approx((1 + 0 + 0.5) / 3)
    assert score("r2", *pair).value == pytest.approx(1 - 5 / (14 / 3))


@pytest.mark.parametrize(("name", "truth"), [("r2", [3.0, 3.0]), ("mape", [0.0, 3.0]), ("mae", [])])
def test_a_regression_metric_divided_by_nothing_is_not_defined(name: str, truth: list[float]) -> None:
    """Truths that never differ, a truth of 0, no rows: no figure, and no warning."""
    assert not score(name, truth, [1.0] * len(truth)).defined


def test_without_a_positive_class_the_mean_over_classes_counts() -> None:
    """Recall of a is 1 of 2, of b 1 of 1, of c 0 of 1: the mean is one half."""
    assert score("recall", list("aabc"), list("acba"), positive=None) == Score(0.5, True, 4)


def test_a_missing_value_is_refused() -> None:
    """A null in the truth is named, and never compared as unequal to everything."""
    with pytest.raises(Misuse, match="truth has missing values; found 1 of 2"):
        score("accuracy", pd.Series([1, None], dtype="Int64"), [1, 0])


def test_a_name_that_is_nearly_right_is_corrected() -> None:
    """A misspelt metric lists those there are and the likely one."""
    with pytest.raises(Misuse, match="Did you mean recall"):
        metric("recal")


def test_an_undefined_score_ranks_last_whichever_way_is_better() -> None:
    """A 0 that is not defined beats no score, neither among accuracies nor among errors."""
    nothing = Score(0.0, False, 0)
    for name in METRICS:
        assert metric(name).order(Score(0.9, True, 10)) < metric(name).order(nothing)


@pytest.mark.parametrize("kind", ["Int64", "boolean", "float64", "category", "str"])
def test_every_column_type_of_a_target_counts_alike(kind: str) -> None:
    """Three of four right, whatever dtype the truth has in the dataset."""
    values = ["yes", "no", "yes", "no"] if kind == "str" else [1, 0, 1, 0]
    truth = pd.Series(values, dtype=kind)
    answer = np.array([values[0], values[0], values[0], values[1]])
    yes = True if kind == "boolean" else values[0]
    answer = answer.astype(bool) if kind == "boolean" else answer
    assert score("accuracy", truth, answer).value == 0.75
    assert score("recall", truth, answer, positive=yes) == Score(1.0, True, 2)


LABELS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(LABELS)
def test_classification_agrees_with_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    """Precision, recall, F1 and accuracy are scikit-learn's, for one class and as the mean over the truth's."""
    truth, answer = map(list, zip(*pairs))
    for name in ("precision", "recall", "f1"):
        theirs = getattr(independent, f"{name}_score")
        assert score(name, truth, answer).value == pytest.approx(
            theirs(truth, answer, labels=[1], average="macro", zero_division=0)
        )
        mean = score(name, truth, answer, positive=None)
        if mean.defined:
            assert mean.value == pytest.approx(
                theirs(truth, answer, labels=sorted(set(truth)), average="macro", zero_division=0)
            )
    assert score("accuracy", truth, answer).value == independent.accuracy_score(truth, answer)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0, 0.1, 0.25, 0.5, 0.9, 1])), min_size=2, max_size=40))
def test_probabilities_agree_with_scikit_learn(pairs: list[tuple[bool, float]]) -> None:
    """AUC and log loss are scikit-learn's, ties and certain mistakes included."""
    truth, probability = map(np.array, zip(*pairs))
    ours = {name: score(name, truth, truth, probability=probability, positive=True) for name in ("auc", "log_loss")}
    assert ours["log_loss"].value == pytest.approx(independent.log_loss(truth, probability, labels=[False, True]))
    if len(set(truth)) == 2:
        assert ours["auc"].value == pytest.approx(independent.roc_auc_score(truth, probability))


@settings(max_examples=40, deadline=None)
@given(arrays.arrays(np.float64, (12, 2), elements=st.floats(-1e6, 1e6)))
def test_regression_agrees_with_scikit_learn(pairs: np.ndarray) -> None:
    """MAE, RMSE and r² are scikit-learn's."""
    truth, answer = pairs.T
    assert score("mae", truth, answer).value == pytest.approx(independent.mean_absolute_error(truth, answer))
    assert score("rmse", truth, answer).value == pytest.approx(independent.root_mean_squared_error(truth, answer))
    if np.var(truth) > 1e-3:
        assert score("r2", truth, answer).value == pytest.approx(independent.r2_score(truth, answer))


def test_many_classes_agree_with_scikit_learn() -> None:
    """The one-versus-rest AUC and the log loss of three classes are scikit-learn's."""
    generator = np.random.default_rng(0)
    truth, table = generator.integers(0, 3, 60), generator.dirichlet([1, 1, 1], 60)
    how = {"probability": table, "positive": None, "classes": (0, 1, 2)}
    assert score("log_loss", truth, truth, **how).value == pytest.approx(independent.log_loss(truth, table))
    assert score("auc", truth, truth, **how).value == pytest.approx(
        independent.roc_auc_score(truth, table, multi_class="ovr")
    )


def test_probabilities_of_a_classifier_that_gives_none_are_asked_for() -> None:
    """AUC without probabilities says so, and what to choose instead."""
    with pytest.raises(Misuse, match="needs probabilities.*Choose accuracy"):
        score("auc", [0, 1], [0, 1])

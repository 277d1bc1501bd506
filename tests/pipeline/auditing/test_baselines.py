"""Baselines measured on the same rows: naive, the release before, and the answers of others, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.auditing.answered import Answered
from pipeline.auditing.baseline import AnsweredBy
from pipeline.auditing.baselines import Ground, answered_by, naive, previous
from pipeline.auditing.gate import Gate
from pipeline.auditing.paired import newcombe
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.slice import Slice
from pipeline.auditing.slicing import Parts

TRUTH = [1, 1, 1, 0, 0, 0]
INSPECTOR = [1, 0, 1, 0, 0, 1]


def ground(*, metrics: tuple = ("accuracy",), policy: AuditPolicy | None = None, answer: list | None = None) -> Ground:
    """Six scratched phones of COURSE.md 20, from two lines; the model is right but for the last."""
    test = Answered(
        problem="classification", truth=np.array(TRUTH), answer=np.array(answer or [1, 1, 1, 0, 0, 1]), positive=1,
        classes=(0, 1),
    )
    parts = {"line": Parts(("a", "b"), np.array([0, 0, 1, 0, 1, 1]))}
    return Ground(
        test=test, ids=pd.Index(range(10, 16), name="row"), parts=parts, metrics=metrics,
        policy=policy or AuditPolicy(min_count=1),
    )


def rows(**columns: list) -> pd.DataFrame:
    """The rows with labels of others in columns."""
    return pd.DataFrame(columns, index=pd.Index(range(10, 16), name="row"))


def test_human_level_of_the_course() -> None:
    """The inspector agrees with the truth in 4 of 6: 66.7 %; the model's 5 of 6 is 16.7 points more, paired."""
    found = answered_by(ground(), AnsweredBy("human", column="inspector"), rows(inspector=INSPECTOR))
    whole = found.of("accuracy")
    assert (whole.theirs.value, whole.n, found.rows) == (pytest.approx(4 / 6), 6, 6)
    assert (whole.gain, whole.low, whole.high) == (pytest.approx(1 / 6), *newcombe(4, 1, 0, 1))


def test_beside_in_every_group() -> None:
    """On line a the inspector misses 1 of 3 and the model none; on line b both miss the last."""
    found = answered_by(ground(), AnsweredBy("human", column="inspector"), rows(inspector=INSPECTOR))
    by_line = {label: found.of("accuracy", slice="line", label=label) for label in ("a", "b")}
    assert {label: (each.ours.value, each.theirs.value, each.n) for label, each in by_line.items()} == {
        "a": (1.0, pytest.approx(2 / 3), 3), "b": (pytest.approx(2 / 3), pytest.approx(2 / 3), 3),
    }


def test_several_labellers_are_counted_together() -> None:
    """Ann answers 4 rows and is right on 3, Bob 2 and is right on 1: 4 of 6 answers, on 5 rows; one has none."""
    labels = rows(ann=[1, 1, 0, 0, None, None], bob=[1, None, None, None, 1, None])
    found = answered_by(ground(), AnsweredBy("human", columns=("ann", "bob")), labels)
    whole = found.of("accuracy")
    assert (whole.theirs.value, whole.theirs.n, whole.n, found.rows) == (pytest.approx(4 / 6), 6, 5, 5)
    assert whole.ours.value == 1.0
    assert found.why_not == "1 of the 6 test rows have no such answer and are left out"


def test_an_answer_that_is_no_class_is_wrong() -> None:
    """A labeller who says that the photo is too dark has not found the truth."""
    labels = rows(inspector=pd.array([1, 1, 1, 0, 0, 9], dtype="Int64"))
    assert answered_by(ground(), AnsweredBy("human", column="inspector"), labels).of("accuracy").theirs.value == 5 / 6
    words = rows(inspector=pd.array(["dark"] * 6, dtype="str"))
    found = answered_by(ground(metrics=("accuracy", "f1")), AnsweredBy("human", column="inspector"), words)
    assert (found.of("accuracy").theirs.value, found.of("f1").theirs.value) == (0.0, 0.0)


def test_no_probability_is_asked_of_people() -> None:
    """AUC of a labeller is not known, so it is not there; accuracy is."""
    found = answered_by(ground(metrics=("auc", "accuracy")), AnsweredBy("human", column="x"), rows(x=INSPECTOR))
    assert (found.of("auc"), found.of("accuracy").n) == (None, 6)


def test_a_column_that_is_not_stored() -> None:
    """Labels that are not stored, or nobody's, are said so with the nearest name, and are not absent by declaration."""
    found = answered_by(ground(), AnsweredBy("human", column="inspectr"), rows(inspector=INSPECTOR))
    assert found.why_not == "column 'inspectr' is not stored; did you mean 'inspector'?"
    assert (found.absent, found.comparisons) == (False, ())
    nobody = answered_by(ground(), AnsweredBy("human", column="x"), rows(x=[None] * 6))
    assert nobody.why_not == "no test row has an answer of x"


def test_regression_level_of_people() -> None:
    """Estimates of an expert, 1 and 3 off: an MAE of 2 beside the model's 4."""
    test = Answered(problem="regression", truth=np.array([10.0, 20.0]), answer=np.array([14.0, 16.0]))
    where = Ground(
        test=test, ids=pd.Index([1, 2]), parts={}, metrics=("mae",), policy=AuditPolicy(min_count=1, resamples=100)
    )
    found = answered_by(where, AnsweredBy("expert", column="guess"), pd.DataFrame({"guess": [11, 17]}, index=[1, 2]))
    assert (found.of("mae").theirs.value, found.of("mae").ours.value, found.of("mae").gain) == (2.0, 4.0, -2.0)


def test_undefined_precision_of_the_naive_answer_is_no_zero() -> None:
    """Always answering 0 has no positive answer: precision 0/0, so that no gain over it is known; recall is 0."""
    found = naive(ground(metrics=("precision", "recall")), pd.Series([0, 0, 1]))
    assert (found.of("precision").theirs.defined, found.of("precision").gain) == (False, None)
    assert (found.of("recall").theirs.value, found.of("recall").gain) == (0.0, 1.0)


def test_groups_know_the_first_metric_and_those_that_gates_ask() -> None:
    """Recall by line is compared with the baseline whose gate asks for it, not with the others."""
    gates = [Gate(metric="recall", baseline="naive", slice="line")]
    policy = AuditPolicy(min_count=1, slices=[Slice("line", column="line")], gates=gates)
    on = ground(metrics=("accuracy", "recall"), policy=policy)
    earlier = pd.DataFrame({"answer": INSPECTOR}, index=on.ids)
    one, other = naive(on, pd.Series([0, 0, 1])), previous(on, answers=earlier, model="model/m@ab", why_not="")
    assert [one.of(name, slice="line", label="a") is not None for name in on.metrics] == [True, True]
    assert [other.of(name, slice="line", label="a") is not None for name in on.metrics] == [True, False]


def test_few_cases_have_no_interval() -> None:
    """Under the count of the policy no gate can pass, so no interval is drawn; the values are told."""
    found = naive(ground(policy=AuditPolicy()), pd.Series([0, 0, 1])).of("accuracy")
    assert (found.gain, found.low, found.high, found.method) == (pytest.approx(2 / 6), None, None, "")


def test_previous_on_part_of_the_rows() -> None:
    """An earlier release that was trained on line a is compared on line b alone."""
    on = ground()
    earlier = pd.DataFrame({"answer": [1, 0, 0]}, index=on.ids[[2, 4, 5]])
    found = previous(on, answers=earlier, model="model/m@ab", why_not="")
    assert (found.rows, found.of("accuracy").theirs.value, found.of("accuracy").gain) == (3, 1.0, pytest.approx(-1 / 3))
    assert (found.of("accuracy", slice="line", label="a"), found.of("accuracy", slice="line", label="b").n) == (None, 3)

"""Likely label errors: planted ones are found, in order, and stay with their rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from lineage.records import Effect, Rule
from pipeline.errors import Misuse, StepRefused
from pipeline.labelling.suspects import label_errors, suspects


def answers(n=200, wrong=10):
    """Rows of two kinds far apart, some with the other's label, and what cross-validation makes of them."""
    random = np.random.default_rng(2)
    truth = np.arange(n) % 2
    x = random.normal(0, 1, (n, 2)) + 6 * truth[:, None]
    planted = random.choice(n, wrong, replace=False)
    label = truth.copy()
    label[planted] = 1 - label[planted]
    made = cross_val_predict(LogisticRegression(), x, label, cv=5, method="predict_proba")
    columns = {"truth": pd.array(label, "Int64"), "probability of 0": made[:, 0], "probability of 1": made[:, 1]}
    frame = pd.DataFrame(columns, index=pd.RangeIndex(1001, 1001 + n, name="row").astype("int64"))
    return frame, set((planted + 1001).tolist()), truth


def test_planted_errors_are_found():
    """All ten and nothing else, each with the label it should have; the least likely comes first."""
    frame, planted, truth = answers()
    made = suspects(frame)["data"]
    found = made.value.sort_values("rank")
    assert set(found.index) == planted and made.facts == {"rows": 200, "suspects": 10, "listed": 10}
    assert found["suggested"].tolist() == truth[found.index - 1001].tolist()
    assert (found["given"] != found["suggested"]).all()
    assert found["score"].is_monotonic_increasing and found["rank"].tolist() == list(range(1, 11))


def test_at_most_so_many_are_listed():
    """The likeliest; the facts say how many there are."""
    frame, _, _ = answers()
    some, every = suspects(frame, most=3)["data"], suspects(frame)["data"]
    assert set(some.value.index) == set(every.value.index[every.value["rank"] <= 3])
    assert (some.facts["listed"], some.facts["suspects"]) == (3, 10)


def test_the_stage_keeps_the_rows(runner, ingested):
    """What is said of a row comes from it; that it is listed was decided by all."""
    frame, planted, _ = answers()
    reference = label_errors(runner, data=ingested(frame, "answers"))
    assert set(runner.value(reference).index) == planted
    rules = {(one.rule, one.effect) for one in runner.store.dependencies(reference)}
    assert rules == {(Rule.SAME_ROW, Effect.DIRECT), (Rule.EVERY_ROW, Effect.DECISION)}
    report = {"audit": "audit/x@1", "answers": ingested(frame, "answers")}
    assert label_errors(runner, data=report) == reference


def test_no_suspects_leave_an_empty_list(runner, ingested):
    """A model that is sure of every label suspects none."""
    frame, _, _ = answers(n=40, wrong=0)
    assert len(runner.value(label_errors(runner, data=ingested(frame, "fine")))) == 0


def test_text_classes_and_one_that_no_label_has():
    """A class may have probabilities and no label; labels of text are suggested as text."""
    kinds = ["cat", "dog"] * 20
    sure = np.tile([[0.9, 0.05, 0.05], [0.05, 0.9, 0.05]], (20, 1))
    kinds[0] = "dog"
    names = [f"probability of {each}" for each in ("cat", "dog", "elk")]
    frame = pd.DataFrame(sure, columns=names).assign(truth=pd.array(kinds, "str")).rename_axis("row")
    [found] = suspects(frame)["data"].value.to_dict("records")
    assert (found["given"], found["suggested"], found["score"]) == ("dog", "cat", 0.05)


def broken(**columns):
    """The answers with some of their columns otherwise."""
    frame, _, _ = answers(n=20, wrong=1)
    return frame.assign(**columns)


@pytest.mark.parametrize(
    ("frame", "error", "words"),
    [
        (broken(truth=pd.array([None] * 20, "Int64")), StepRefused, "rows have no label.*row 1001"),
        (broken(**{"probability of 1": [np.nan] + [0.5] * 19}), StepRefused, "no probabilities.*row 1001"),
        (broken(truth=pd.array([7] * 20, "Int64")), Misuse, "no probabilities.*7"),
        (broken().drop(columns="truth"), Misuse, "no column"),
        (broken(truth=pd.array([0] * 20, "Int64")).drop(columns="probability of 1"), StepRefused, "one class"),
    ],
)
def test_what_cannot_be_suspected_is_refused(frame, error, words):
    """Labels that are null or unknown, probabilities that are missing, one class alone."""
    with pytest.raises(error, match=words):
        suspects(frame)


def test_a_number_of_suspects_below_one_is_misuse(runner):
    """None would be listed."""
    with pytest.raises(Misuse, match="most=0"):
        label_errors(runner, data="dataset/x@1", most=0)

"""Logged inputs are answered again, and answers held against others."""

import pytest

from lineage.records import Release
from pipeline.recall.scorer import NoAnswer, Scorer, answers, differ, is_logged, probability_of
from pipeline.serving.predictor import Answer
from tests.pipeline.seekers import built, requests, towns

BOTH = {"problem": "classification", "tolerance": 1e-6}
NUMBER = {"problem": "regression", "tolerance": 1e-6}


@pytest.fixture(scope="module")
def seekers(tmp_path_factory):
    """A project with a model."""
    return built(tmp_path_factory.mktemp("scorer") / "seekers")


def asked(seekers, count):
    """Requests about users as the model's entry has them."""
    columns = list(Scorer(seekers.store, seekers.storage).manifest(seekers.made["model"]).types)
    return requests(seekers.frame("users").head(count), columns)


def test_one_that_is_refused_refuses_no_other(seekers):
    """Of nine requests the third and the last cannot be read: seven get the answers they get alone."""
    scorer, rows = Scorer(seekers.store, seekers.storage), asked(seekers, 9)
    pinned = [seekers.made["bad_addresses"], seekers.made["towns"]]
    predictor = scorer.predictor(seekers.made["model"], pinned)
    alone = [predictor.answer([row])[0].prediction for row in rows]
    rows[2] = rows[8] = {**rows[2], "minutes": "many"}
    found = answers(predictor, rows)
    assert [place for place, one in enumerate(found) if isinstance(one, NoAnswer)] == [2, 8]
    assert "minutes" in found[2].reason
    assert [one.prediction for place, one in enumerate(found) if place not in (2, 8)] == [*alone[:2], *alone[3:8]]
    assert scorer.predictor(seekers.made["model"], pinned) is predictor


def test_a_model_looks_up_in_the_versions_it_is_given(seekers):
    """Bonn with other people: what was looked up says in which version."""
    later = seekers.ingest("towns", towns().assign(people=[999.0, 70.0]))
    seekers.store.release(Release(endpoint="seekers", model=seekers.made["model"], by="ana"))
    scorer, rows = Scorer(seekers.store, seekers.storage), asked(seekers, 1)
    given = [seekers.made["bad_addresses"], later]
    [answer] = answers(scorer.predictor(seekers.made["model"], given), rows)
    assert [seen.reference for seen in answer.looked_up] == given


@pytest.mark.parametrize(
    ("one", "other", "given", "told"),
    [
        (Answer(1, {"1": 0.51}), Answer(1, {"1": 0.99}), BOTH, False),
        (Answer(1, {"1": 0.51}), Answer(0, {"1": 0.49}), BOTH, True),
        (Answer(100.0, None), Answer(100.00009, None), NUMBER, False),
        (Answer(100.0, None), Answer(100.00011, None), NUMBER, True),
        (Answer(100.0, None), NoAnswer("gone"), NUMBER, True),
        (NoAnswer("gone"), NoAnswer("refused"), BOTH, False),
    ],
)
def test_answers_differ_by_class_or_by_more_than_the_tolerance(one, other, given, told):
    """A probability alone flips nothing; a number flips beyond a millionth of itself; no answer is another answer."""
    assert differ(one, other, **given) is told and differ(other, one, **given) is told


@pytest.mark.parametrize(
    ("answer", "logged", "problem", "told"),
    [
        (Answer(1, {"0": 0.4, "1": 0.6}), {"prediction": 1, "probability": {"0": 0.4, "1": 0.6 + 5e-10}}, 0, True),
        (Answer(1, {"0": 0.4, "1": 0.6}), {"prediction": 1, "probability": {"0": 0.4, "1": 0.6 + 2e-9}}, 0, False),
        (Answer(1, {"0": 0.4, "1": 0.6}), {"prediction": 0, "probability": {"0": 0.4, "1": 0.6}}, 0, False),
        (Answer(1, {"0": 0.4, "1": 0.6}), {"prediction": 1, "probability": {"1": 0.6}}, 0, False),
        (Answer(1, None), {"prediction": 1, "probability": None}, 0, True),
        (Answer(2e6, None), {"prediction": 2e6 + 0.001, "probability": None}, 1, True),
        (Answer(2e6, None), {"prediction": 2e6 + 0.003, "probability": None}, 1, False),
        (NoAnswer("refused"), {"prediction": 1, "probability": None}, 0, False),
    ],
)
def test_an_answer_is_the_logged_one_up_to_its_last_digits(answer, logged, problem, told):
    """A billionth of a probability or of a number's size may be another, the class may not."""
    assert is_logged(answer, logged, problem=("classification", "regression")[problem]) is told


def test_the_probability_told_is_that_of_yes_or_of_the_answer():
    """Where no class is yes, it is the answer's own; a number has none."""
    answer = Answer("b", {"a": 0.2, "b": 0.8})
    assert (probability_of(answer, "a"), probability_of(answer, None)) == (0.2, 0.8)
    assert probability_of(Answer(3.5, None), None) is None

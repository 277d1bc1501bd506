"""Weighing labellers: against Bayes' rule by hand, the law of EM, and labels whose truth is known."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import StepRefused
from pipeline.labelling.dawid_skene import MOST_CELLS, Weights, estimated, posterior
from pipeline.labelling.votes import votes
from tests.pipeline.crowds import said, table

COLUMNS = {"item": "image", "label": "label", "by": "worker"}


def cast(frame):
    """Read labels as votes."""
    return votes(frame, **COLUMNS)


def weights(prior, *confusions):
    """Weights of labellers A, B, … over the classes 0 and 1."""
    names = tuple("ABC"[: len(confusions)])
    return Weights(
        classes=(0, 1), labellers=names, prior=np.array(prior), confusion=np.array(confusions, float),
        labels=np.ones(len(names)),
    )


def test_a_posterior_is_bayes_rule():
    """A says 1 of 1 in 9 of 10 cases and of 0 in 2; B in 6 and 3. A says 1, B says 0, and 1 is true in 4 of 10.

    0.4 · 0.9 · 0.4 = 0.144 against 0.6 · 0.2 · 0.7 = 0.084: 12 in 19.
    """
    known = weights([0.6, 0.4], [[0.8, 0.2], [0.1, 0.9]], [[0.7, 0.3], [0.4, 0.6]])
    found = posterior(cast(said([("i", "A", 1), ("i", "B", 0)])), known)
    assert found[0] == pytest.approx([7 / 19, 12 / 19])
    assert known.accuracy == pytest.approx([0.6 * 0.8 + 0.4 * 0.9, 0.6 * 0.7 + 0.4 * 0.6])


def test_some_votes_of_many_have_the_classes_they_have():
    """Where only B is heard, and only says 1, the column of 1 is what is left of the whole answer."""
    known = weights([0.6, 0.4], [[0.8, 0.2], [0.1, 0.9]], [[0.7, 0.3], [0.4, 0.6]])
    assert posterior(cast(said([("i", "B", 1)])), known)[0] == pytest.approx([0.24 / 0.42])


def test_weights_survive_json():
    """Classes and names keep their kinds; the least accurate comes first."""
    made = estimated(cast(table("A 1 0 1 0\nB 1 0 1 0\nC 0 0 1 1")))
    back = Weights.from_json(json.loads(json.dumps(made.to_json())))
    assert back.labellers[0] == "C" and back.classes == (0, 1)
    assert back.to_json() == made.to_json()


def simulated(seed, n=300):
    """Labels of two classes by a good, a middling and a reckless labeller, and the truth."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, 2, n)
    right = {"A": 0.95, "B": 0.8, "C": 0.75, "D": 0.3}
    rows = [
        (f"i{place:03}", who, int(one if random.random() < share else 1 - one))
        for who, share in right.items()
        for place, one in enumerate(truth)
    ]
    return cast(said(rows)), truth, np.array(list(right.values()))


def test_it_finds_who_is_reliable_and_who_is_worse_than_chance():
    """Accuracies come out near those that the labels were made with; one who is mostly wrong helps too."""
    votes_cast, truth, accuracy = simulated(5)
    found = estimated(votes_cast)
    assert found.accuracy == pytest.approx(accuracy, abs=0.06)
    majority = (votes_cast.counts()[:, 1] > 2).astype(int)
    assert (posterior(votes_cast, found).argmax(axis=1) == truth).mean() > (majority == truth).mean() + 0.03


def likelihood(votes_cast, made):
    """The logarithm of how likely the votes are under the weights."""
    terms = np.tile(np.log(made.prior), (len(votes_cast.items), 1))
    for item, who, label in zip(votes_cast.item, votes_cast.labeller, votes_cast.label, strict=True):
        terms[item] += np.log(np.maximum(made.confusion[who, :, label], 1e-300))
    return np.logaddexp.reduce(terms, axis=1).sum()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 1), min_size=3, max_size=3), min_size=4, max_size=9), st.integers(0, 99))
def test_estimates_are_a_peak_of_the_likelihood(marks, seed):
    """Without smoothing, no small step away from the estimates makes the labels likelier."""
    rows = [(f"i{place}", who, one) for place, each in enumerate(marks) for who, one in zip("ABC", each, strict=True)]
    votes_cast = cast(said(rows))
    if len(votes_cast.classes) < 2:
        return
    made, random = estimated(votes_cast, smoothing=0), np.random.default_rng(seed)
    best = likelihood(votes_cast, made)
    for _ in range(5):
        prior = made.prior * np.exp(random.normal(0, 0.01, 2))
        confusion = made.confusion * np.exp(random.normal(0, 0.01, made.confusion.shape))
        beside = weights(prior / prior.sum(), *(confusion / confusion.sum(axis=2, keepdims=True)))
        assert likelihood(votes_cast, beside) <= best + 1e-4


@pytest.mark.parametrize(
    "frame", [table("A 1 0 1"), table("A 1 1\nB 1 1"), table("A 1 0 . .\nB . . 1 0")], ids=["one", "same", "apart"]
)
def test_what_cannot_be_weighed_is_refused(frame):
    """One labeller, one class, and labellers who share no item: the majority is named as the way out."""
    with pytest.raises(StepRefused, match="cannot be weighed.*majority"):
        estimated(cast(frame))


def test_too_many_classes_are_refused():
    """A table of mistakes for every labeller would not fit; classes are to be merged."""
    kinds = int((MOST_CELLS / 2) ** 0.5) + 1
    rows = [(f"i{n}", who, n) for n in range(kinds) for who in "AB"]
    with pytest.raises(StepRefused, match="Merge classes"):
        estimated(cast(said(rows)))

"""Weighing labellers by what they mistake for what, and labels by who gave them, where nobody knows the truth.

Dawid and Skene (1979), "Maximum likelihood estimation of observer error-rates using the EM algorithm":
how likely each labeller is to say one class where another is true, and how common each class is,
are estimated together with the truth of each item, in turns, beginning with the shares of the votes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.cell import to_json
from pipeline.errors import StepRefused
from pipeline.labelling.bootstrap import rounded
from pipeline.labelling.votes import Votes, named

MOST_CELLS = 2_000_000
_ROUNDS, _SETTLED, _LEAST = 1000, 1e-9, 1e-300


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """What is known of classes and labellers.

    `prior` is how common each class is, (n_classes,); `confusion[m, t, s]` how likely labeller m is to say s
    where t is true, (n_labellers, n_classes, n_classes), in the order of `classes` and `labellers`; `labels`
    counts each labeller's labels.
    """

    classes: tuple[Any, ...]
    labellers: tuple[Any, ...]
    prior: np.ndarray
    confusion: np.ndarray
    labels: np.ndarray

    @property
    def accuracy(self) -> np.ndarray:
        """How likely each labeller is to be right, over items as they come, (n_labellers,), 0 to 1."""
        return np.einsum("t,mtt->m", self.prior, self.confusion)

    def to_json(self) -> dict[str, Any]:
        """Give the weights as JSON values, labellers from the least accurate to the most."""
        order = np.lexsort((np.arange(len(self.labellers)), self.accuracy))
        return {
            "method": "dawid-skene",
            "classes": list(self.classes),
            "prior": [rounded(each) for each in self.prior],
            "labellers": [
                {
                    "name": self.labellers[m],
                    "labels": int(self.labels[m]),
                    "accuracy": rounded(self.accuracy[m]),
                    "confusion": [[rounded(each) for each in row] for row in self.confusion[m]],
                }
                for m in order
            ],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Weights:
        """Read back what `to_json` gave."""
        people = value["labellers"]
        return cls(
            classes=tuple(value["classes"]),
            labellers=tuple(each["name"] for each in people),
            prior=np.array(value["prior"]),
            confusion=np.array([each["confusion"] for each in people]),
            labels=np.array([each["labels"] for each in people]),
        )


def estimated(cast: Votes, *, smoothing: float = 1.0) -> Weights:
    """Estimate the weights from all votes.

    `smoothing` is how many labels each labeller is taken to have given to each true class at random
    beforehand; 0 is the method as published, which is sure of what it saw once.

    Raises:
        StepRefused: fewer than two labellers or classes, or more of them than can be weighed.
    """
    kinds, people = len(cast.classes), len(cast.labellers)
    _refuse_too_few(cast)
    _refuse_too_many(kinds, people)
    truth = _shares(cast.counts().astype("float64"))
    for _ in range(_ROUNDS):
        prior, confusion = _maximised(cast, truth, smoothing=smoothing)
        found = _expected(cast, prior, confusion)
        settled, truth = np.abs(found - truth).max() < _SETTLED, found
        if settled:
            break
    return Weights(
        classes=tuple(named(cast.classes)),
        labellers=tuple(named(cast.labellers)),
        prior=prior,
        confusion=confusion,
        labels=np.bincount(cast.labeller, minlength=people),
    )


def posterior(cast: Votes, weights: Weights) -> np.ndarray:
    """Give how likely each class is to be true of each item, (n_items, n_classes of the votes).

    The votes may be some of those that the weights were estimated from.
    """
    class_at = [weights.classes.index(to_json(each)) for each in cast.classes]
    where = {name: place for place, name in enumerate(weights.labellers)}
    people = np.array([where[to_json(each)] for each in cast.labellers], dtype=int)
    said = np.array(class_at, dtype=int)
    found = _likely(
        cast.item, people[cast.labeller], said[cast.label], weights.prior, weights.confusion, n_items=len(cast.items)
    )
    return found[:, said] if len(said) else found[:, :0]


def _maximised(cast: Votes, truth: np.ndarray, *, smoothing: float) -> tuple[np.ndarray, np.ndarray]:
    kinds, people = len(cast.classes), len(cast.labellers)
    cells = cast.labeller * kinds + cast.label
    said = np.stack(
        [np.bincount(cells, weights=truth[cast.item, t], minlength=people * kinds) for t in range(kinds)], axis=1
    )
    confusion = said.reshape(people, kinds, kinds).transpose(0, 2, 1) + smoothing / kinds
    prior = truth.sum(axis=0) + smoothing / kinds
    return prior / prior.sum(), confusion / np.maximum(confusion.sum(axis=2, keepdims=True), _LEAST)


def _expected(cast: Votes, prior: np.ndarray, confusion: np.ndarray) -> np.ndarray:
    return _likely(cast.item, cast.labeller, cast.label, prior, confusion, n_items=len(cast.items))


def _likely(
    item: np.ndarray, labeller: np.ndarray, label: np.ndarray, prior: np.ndarray, confusion: np.ndarray, *, n_items: int
) -> np.ndarray:
    told = np.log(np.maximum(confusion, _LEAST))
    likely = np.stack(
        [
            np.bincount(item, weights=told[labeller, t, label], minlength=n_items) + np.log(max(prior[t], _LEAST))
            for t in range(len(prior))
        ],
        axis=1,
    )
    return _shares(np.exp(likely - likely.max(axis=1, keepdims=True)))


def _shares(values: np.ndarray) -> np.ndarray:
    """Divide each row by its sum; a row of nothing becomes even."""
    total = values.sum(axis=1, keepdims=True)
    return np.where(total > 0, values / np.where(total > 0, total, 1), 1 / max(values.shape[1], 1))


def _refuse_too_few(cast: Votes) -> None:
    if len(cast.labellers) < 2 or len(cast.classes) < 2 or not (cast.counts().sum(axis=1) > 1).any():
        raise StepRefused(
            "labels cannot be weighed",
            expected="two labellers or more on the same items, and two classes or more",
            found=f"{len(cast.labellers)} labellers and {len(cast.classes)} classes on {len(cast.items)} items",
            next_step='Take how="majority".',
        )


def _refuse_too_many(kinds: int, people: int) -> None:
    if people * kinds * kinds > MOST_CELLS:
        raise StepRefused(
            "labels cannot be weighed: there are too many things that a labeller can mistake for another",
            expected=f"at most {MOST_CELLS:,} triples of a labeller and two classes",
            found=f"{people:,} labellers and {kinds:,} classes",
            next_step='Merge classes with relabel, or take how="majority".',
        )

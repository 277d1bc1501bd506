"""Splits and their policies."""

from __future__ import annotations

import json
import re

import pytest

from pipeline.artifacts.split import Policy, Split, Stratum
from pipeline.errors import Misuse


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"sizes": {"train": 0.6, "test": 0.3}}, "sum to 1"),
        ({"sizes": {"train": 1.0}}, "train and other parts"),
        ({"sizes": {"learn": 0.5, "test": 0.5}}, "train and other parts"),
        ({"sizes": {"train": 1.5, "test": -0.5}}, "between 0 and 1"),
        ({"sizes": {"train": 0.5, "code": 0.5}}, "none of code"),
        ({"sizes": {"train": 0.5, "a.b": 0.5}}, "names for parts"),
        ({"boundaries": (3,)}, "time column"),
        ({"group": "g", "time": "t"}, "by group or by time"),
        ({"time": "t", "boundaries": (1, 2, 3)}, "one less at most"),
        ({"time": "t", "boundaries": (object(),)}, "ISO text"),
    ],
)
def test_a_policy_that_cannot_be_followed_is_misuse(wrong, words):
    """A policy is legal once built; anything else is refused with what was expected."""
    with pytest.raises(Misuse, match=re.escape(words)):
        Policy(**wrong)


def test_a_policy_survives_json_with_sorted_keys():
    """The order of parts, which is the order of time, outlives a store that sorts keys."""
    policy = Policy(target="y", balance=("race",), sizes={"train": 0.5, "dev": 0.2, "test": 0.3}, seed=4)
    told = json.loads(json.dumps(policy.to_json(), sort_keys=True))
    assert Policy(**told) == policy and list(Policy(**told).sizes) == ["train", "dev", "test"]


def test_a_split_survives_json():
    """A split read back from its JSON form is the same split."""
    strata = (Stratum(values={"y": "1"}, rows={"train": 3, "test": 1}),)
    split = Split(policy=Policy(sizes={"train": 0.75, "test": 0.25}), rows={"train": 3, "test": 1}, strata=strata)
    assert Split.from_json(json.loads(json.dumps(split.to_json()))) == split


def test_the_deciding_columns_are_named_once():
    """A column that is target and balance at once is one column."""
    assert Policy(target="y", balance=("y", "race"), group="g").columns == ("y", "race", "g")

"""What counts as an error."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.auditing.answered import Answered
from pipeline.auditing.errors.analysis import ErrorAnalysis
from pipeline.auditing.errors.tag import Tag
from pipeline.auditing.errors.wrong import criterion, wrong
from pipeline.errors import Misuse


def numbers(distances):
    """Answers so far off the truth."""
    return Answered(problem="regression", truth=np.zeros(len(distances)), answer=np.array(distances, float))


def test_another_class_is_an_error():
    """Of four answers of three classes, the second and the last are wrong."""
    rows = Answered(problem="classification", truth=np.array(list("abca")), answer=np.array(list("aaab")))
    assert wrong(rows, ErrorAnalysis()).tolist() == [False, True, True, True]


def test_a_number_beyond_the_tolerance_is_an_error():
    """Exactly at the tolerance is right, on either side."""
    found = wrong(numbers([2, -2, 2.1, -2.1, 0]), ErrorAnalysis(tolerance=2))
    assert found.tolist() == [False, False, True, True, False]


@pytest.mark.parametrize(
    ("distances", "expected"),
    [(range(20), [18, 19]), ([1, 5, 5, 5, *[0] * 16], [1, 2, 3]), ([0] * 20, []), ([3], [0]), (range(10), [9])],
)
def test_without_a_tolerance_the_farthest_are_errors(distances, expected):
    """The worst tenth of twenty are two; those level with the last are in; what is exactly right never is."""
    assert np.flatnonzero(wrong(numbers(list(distances)), ErrorAnalysis(worst=0.1))).tolist() == expected


def test_the_criterion_is_told_in_words():
    """By class, by tolerance, by share."""
    assert criterion("classification", ErrorAnalysis()) == "the answer is another class than the truth"
    assert criterion("regression", ErrorAnalysis(tolerance=2.5)) == "the answer is more than 2.5 away from the truth"
    assert "among the 10% that are farthest" in criterion("regression", ErrorAnalysis())


def test_a_human_level_of_numbers_needs_a_tolerance():
    """How often people are right cannot be said where nothing says when a number is."""
    with pytest.raises(Misuse, match="tolerance"):
        criterion("regression", ErrorAnalysis(tags=[Tag("far", human_level=0.9)]))

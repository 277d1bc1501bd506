"""Comparisons are declared with what each degree of likeness tells, or refused."""

import pytest

from pipeline.errors import Misuse
from pipeline.preprocessing.comparison import Compare


def test_a_comparison_shows_itself_as_it_was_declared():
    """Its text is the declaration, so that an edit shows as another version of a DAG."""
    declared = Compare("surname", similar=[0.9], m=[0.8, 0.1, 0.1], u=[0.01, 0.02, 0.97])
    assert eval(repr(declared)) == declared
    assert declared.to_json() == {"column": "surname", "m": [0.8, 0.1, 0.1], "u": [0.01, 0.02, 0.97], "similar": [0.9]}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"m": [0.9], "u": [0.1, 0.9]}, "2 shares"),
        ({"m": [0.9, 0.2], "u": [0.1, 0.9]}, "sum to 1"),
        ({"m": [1.0, 0.0], "u": [0.1, 0.9]}, "above 0"),
        ({"m": [0.9, 0.1], "u": [0.1, 0.9], "similar": [0.9]}, "3 shares"),
        ({"m": [0.8, 0.1, 0.1], "u": [0.1, 0.1, 0.8], "similar": [90]}, "falling numbers between 0 and 1"),
        ({"m": [0.7, 0.1, 0.1, 0.1], "u": [0.1, 0.1, 0.1, 0.7], "edits": [2, 1]}, "rising whole numbers"),
        ({"m": [0.7, 0.1, 0.1, 0.1], "u": [0.1, 0.1, 0.1, 0.7], "edits": [1], "similar": [0.9]}, "one of similar and"),
    ],
    ids=["a share short", "over 1", "a certainty", "a degree more", "percents", "falling edits", "two ways"],
)
def test_what_cannot_be_weighed_is_refused(given, says):
    """Every degree has its two shares between 0 and 1, which sum to 1; the letter names the column."""
    with pytest.raises(Misuse, match=says) as refused:
        Compare("surname", **given)
    assert str(refused.value).startswith("surname")

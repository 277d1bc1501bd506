"""What a function claims of itself."""

import pytest

from pipeline.errors import Misuse
from pipeline.step import Claim, Rule, Step, aggregate, claim_of, rowwise, share_of, splits


def identity(frame):
    """Give the frame back."""
    return frame


def fresh():
    """A function without claims."""
    return lambda frame: identity(frame)


def test_a_function_stays_the_function():
    """A claim is an attribute; without one there is none."""
    function = fresh()
    assert claim_of(function) is None and rowwise(function) is function
    assert claim_of(function) == Claim(Rule.SAME_ROW)


@pytest.mark.parametrize(
    ("mark", "claim"),
    [
        (rowwise(reads=("a", "b")), Claim(Rule.SAME_ROW, reads=("a", "b"))),
        (rowwise(sample="all"), Claim(Rule.SAME_ROW, sample=1.0)),
        (aggregate(by="k"), Claim(Rule.SAME_KEY, by=("k",))),
        (
            aggregate(by=("k", "m"), reads=["a", "k"], sample=0.5),
            Claim(Rule.SAME_KEY, by=("k", "m"), reads=("k", "m", "a"), sample=0.5),
        ),
        (splits(), Claim(Rule.PAIRS)),
        (splits(by="skill"), Claim(Rule.PAIRS, by=("skill",))),
    ],
)
def test_marks_say_rule_columns_and_sample(mark, claim):
    """One column may be named without a list; a keyed function is always given its key."""
    assert claim_of(mark(fresh())) == claim


@pytest.mark.parametrize(
    "declared",
    [
        lambda: aggregate(by=()),
        lambda: aggregate(by=("a", "a")),
        lambda: rowwise(reads=(1,)),
        lambda: rowwise(sample="most"),
        lambda: splits(sample=1.5),
        lambda: rowwise(sample=True),
        lambda: rowwise(3),
        lambda: aggregate(by="a")("no function"),
    ],
)
def test_what_cannot_be_claimed_is_misuse(declared):
    """No key, a column twice or by number, a sample that is none, and a claim of no function."""
    with pytest.raises(Misuse):
        declared()


def test_a_step_cannot_be_tested_on_no_claim():
    """What is to be tested has to be said."""
    with pytest.raises(Misuse, match="claims nothing"):
        Step(name="trial", stage="", function=identity, claim=True)


def test_a_share_is_none_all_or_a_number():
    """None raises nothing; all is the whole."""
    assert [share_of(each) for each in (None, "all", 0, 0.25, 1)] == [0.0, 1.0, 0.0, 0.25, 1.0]

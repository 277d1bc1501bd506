"""From votes to figures, worked by hand."""

from __future__ import annotations

import pytest

from pipeline.errors import Misuse
from pipeline.labelling import measured
from pipeline.labelling.bootstrap import Resampling
from pipeline.labelling.votes import votes
from tests.pipeline.crowds import said, table

HOW = Resampling(resamples=200)
FOUR = """
A 1 2 3 3 2 1 4 1 2 . . .
B 1 2 3 3 2 2 4 1 2 5 . 3
C . 3 3 3 2 3 4 2 2 5 1 .
D 1 2 3 3 2 4 4 1 2 5 1 .
"""


def cast(frame, **more):
    """Read labels as votes."""
    return votes(frame, item="image", label="label", by="worker", **more)


def test_a_published_table_of_labels():
    """Krippendorff's (2011) four observers, as labels: alpha 0.743, with an interval around it, over 11 items."""
    figures = {each.metric: each for each in measured.overall(cast(table(FOUR)), level="nominal", how=HOW)}
    alpha = figures["krippendorff_alpha"]
    assert alpha.value == pytest.approx(0.743, abs=5e-4) and alpha.n == 11
    assert alpha.low < alpha.value < alpha.high
    assert not figures["fleiss_kappa"].defined


def test_labellers_against_the_others_by_hand():
    """On three items C differs twice: of A's 6 fellow labels 4 are A's, of C's 2; the least agreeing comes first."""
    found = measured.labellers(cast(table("A 1 1 1\nB 1 1 1\nC 1 2 2")), how=HOW)
    assert [(one.name, one.labels, one.figure.n) for one in found] == [("C", 3, 3), ("A", 3, 3), ("B", 3, 3)]
    assert [one.figure.value for one in found] == pytest.approx([2 / 6, 4 / 6, 4 / 6])


def test_a_labeller_who_is_alone_agrees_with_nobody():
    """Not defined, and last."""
    last = measured.labellers(cast(table("A 1 1 .\nB 1 2 .\nC . . 1")), how=HOW)[-1]
    assert (last.name, last.figure.defined, last.figure.n) == ("C", False, 0)


def test_pairs_by_hand():
    """A and B say yes to 20 and no to 15 of 50 together: 0.7 alike, kappa 0.4; those who share no item are no pair."""
    both = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    rows = [(f"i{n}", who, mark) for n, pair in enumerate(both) for who, mark in zip("AB", pair, strict=True)]
    count, [pair] = measured.pairs(cast(said([*rows, ("j", "C", 1)])), how=HOW)
    assert (count, pair.labellers, pair.n) == (1, ("A", "B"), 50)
    assert (pair.raw.value, pair.kappa.value) == (0.7, pytest.approx(0.4))
    assert pair.kappa.low < 0.4 < pair.kappa.high


def test_items_worth_discussing_come_in_order():
    """Half against half before two to one; what nobody doubts is not listed, what somebody cannot tell is."""
    rows = table("A 1 1 1 1\nB 2 1 1 1\nC 1 1 2 1\nD 2 1 1 9")
    count, found = measured.doubts(cast(rows, unclear=9))
    assert count == 3
    assert [(one.item, one.votes, one.unclear) for one in found] == [
        ("i00", ((1, 2), (2, 2)), 0), ("i02", ((1, 3), (2, 1)), 0), ("i03", ((1, 3),), 1),
    ]
    assert found[0].agreement == pytest.approx(1 / 3) and found[1].agreement == 0.5


def test_people_against_one_another_by_hand():
    """Ten labellers, seven of one form: 48 of 90 pairs agree; who writes what most others do agrees with 7 of 10."""
    level = measured.human(cast(table("\n".join(f"w{n} {int(n < 7)} {int(n < 7)}" for n in range(10)))), how=HOW)
    assert (level.figure.value, level.figure.n) == (pytest.approx(48 / 90), 2)
    assert level.commonest.value == pytest.approx(0.7)


def test_of_many_people_of_whom_seventy_per_cent_write_one_form():
    """Two agree 0.7² + 0.3² = 58 % of the time, and who always writes the first form 70 %: that is not to be better."""
    level = measured.human(cast(table("\n".join(f"w{n} {int(n < 700)}" for n in range(1000)))), how=HOW)
    assert level.figure.value == pytest.approx(0.58, abs=5e-4) and level.commonest.value == pytest.approx(0.7)


def test_two_labels_do_not_tell_the_commonest_form():
    """With one other label there is no telling what most others write."""
    assert measured.human(cast(table("A 1 1 1\nB 1 2 1")), how=HOW).commonest is None


def test_the_level_interval_needs_numbers():
    """Text is told to be taken as nominal."""
    with pytest.raises(Misuse, match="interval needs numbers"):
        measured.overall(cast(said([("a", "u", "x"), ("a", "v", "y")])), level="interval", how=HOW)

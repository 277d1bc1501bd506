"""Conditions on rows, read from text."""

from __future__ import annotations

import pytest

from pipeline.errors import Misuse
from pipeline.where import Comparison, parse


def test_and_binds_tighter_than_or():
    """A condition is alternatives of comparisons that must all hold."""
    found = parse('race == "black" and income > 100 or city is not None')
    assert found == (
        (Comparison("race", "==", "black"), Comparison("income", ">", 100)),
        (Comparison("city", "is not", None),),
    )


def test_a_chain_is_read_as_its_comparisons():
    """`0 < age <= 9` holds where both of its comparisons do."""
    assert parse("0 < age <= 9") == ((Comparison("age", ">", 0), Comparison("age", "<=", 9)),)


def test_a_quoted_name_is_a_column():
    """A column whose name is no Python name is written in quotes."""
    assert parse('"loan amount" >= -2.5') == ((Comparison("loan amount", ">=", -2.5),),)


def test_lists_go_with_in():
    """Membership takes a list of constants, in a stable order."""
    assert parse('town not in ["B", "A"]') == ((Comparison("town", "not in", ["A", "B"]),),)


@pytest.mark.parametrize(
    "text",
    ["", "age >", "age > income", "age > age.mean()", "not age > 3", "age", "age == None", "age is 3", "age in 3",
     "age == [1]", "__import__('os') == 1", "(a > 1 or b > 1) and c > 1"],
)
def test_anything_else_is_misuse(text):
    """What compares a row with other rows, or is no comparison, is refused with an example of what is."""
    with pytest.raises(Misuse, match="columns compared with constants"):
        parse(text)

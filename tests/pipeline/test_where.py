"""Conditions on rows, read from text."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pipeline.condition import (
    Absence,
    Arithmetic,
    Column,
    Comparison,
    Constant,
    Junction,
    Membership,
    Negation,
)
from pipeline.errors import Misuse
from pipeline.where import columns_of, parse, written


def over(name: str, least: float) -> Comparison:
    """The comparison `name > least`."""
    return Comparison(Column(name), ">", Constant(least))


def test_and_binds_tighter_than_or():
    """As in Python, unless brackets say otherwise."""
    a, b, c = over("a", 1), over("b", 2), over("c", 3)
    assert parse("a > 1 and b > 2 or c > 3") == Junction("or", (Junction("and", (a, b)), c))
    assert parse("a > 1 and (b > 2 or c > 3)") == Junction("and", (a, Junction("or", (b, c))))


def test_a_chain_is_read_as_its_comparisons():
    """`0 < age <= 9` holds where both of its comparisons do."""
    first = Comparison(Constant(0), "<", Column("age"))
    assert parse("0 < age <= 9") == Junction("and", (first, Comparison(Column("age"), "<=", Constant(9))))


@pytest.mark.parametrize("text", ['"loan amount" >= -2.5', "`loan amount` >= -2.5", "  `loan amount`>=-2.5\n"])
def test_a_column_may_have_any_name(text):
    """One that is no Python name stands in quotes or in backticks."""
    assert parse(text) == Comparison(Column("loan amount"), ">=", Constant(-2.5))


@pytest.mark.parametrize(
    ("text", "column", "constant"),
    [
        ("'a' == town", "town", "a"),  # beside a column a text is a constant
        ("town == 'a'", "town", "a"),
        ("'town' == 'a'", "town", "a"),  # of two texts the left one is a column
        ("`of` == 'a`b`c'", "of", "a`b`c"),
        ("`class` == 'it\\'s `x`'", "class", "it's `x`"),
        ("_0 == `_`", None, None),
    ],
)
def test_names_and_texts_are_told_apart(text, column, constant):
    """Backticks within a text are part of it, and no name that anybody gives is taken for another."""
    found = parse(text)
    if column is None:
        assert found == Comparison(Column("_0"), "==", Column("_"))
    else:
        assert {found.left, found.right} == {Column(column), Constant(constant)}


def test_lists_go_with_in():
    """Membership takes a list of constants, in a stable order."""
    assert parse('town not in ["B", "A"]') == Negation(Membership(Column("town"), ("A", "B")))
    assert parse('"the town" in (-1, "A")') == Membership(Column("the town"), ("A", -1))


@pytest.mark.parametrize("text", ["a is None", "a.isna()", "a.isnull()", "`a`.isna()", "'a' is None"])
def test_missing_values_are_asked_for(text):
    """As in Python or as in pandas; so is their contrary."""
    assert parse(text) == Absence(Column("a"))
    contrary = text.replace(" is ", " is not ").replace("isn", "notn")
    assert parse(contrary) == Negation(Absence(Column("a")))


def test_not_is_written_in_two_ways():
    """A column alone asks whether it is true; `~`, `&` and `|` are not, and, or, as in pandas."""
    late = Column("late")
    assert parse("not late") == parse("~late") == Negation(late)
    assert parse("(a > 1) & ~late | late") == parse("a > 1 and not late or late")


def test_numbers_are_computed():
    """A condition may compare what is computed of a row's own numbers."""
    ratio = Arithmetic(Column("loan"), "/", Arithmetic(Column("income"), "*", Constant(12)))
    assert parse("loan / (income * 12) > 0.5") == Comparison(ratio, ">", Constant(0.5))
    assert parse("-hour < 3").left == Arithmetic(Constant(0), "-", Column("hour"))


@pytest.mark.parametrize(
    "text",
    ["", "age >", "age = 3", "3", "'age'", "None", "True", "1 < 2", "1 in [1]", "3 is None", "a > 1 or True",
     "age > age.mean()", "a.isna(1)", "a.isna", "a.str.len() > 1", "__import__('os')", "a.__class__ == 1", "a[0] == 1",
     "@a > 1", "(lambda: 1)() == a", "f'{a}' == 'x'", "[a for a in b] == 1", "a ** 9 > 1", "a << 9 > 1",
     "a == None", "a is 3", "a == b'x'", "a == 1j", "a == ...", "a in 3", "a in 'abc'", "'abc' in a", "a in [b]",
     "a in [None, 1]", "a in [[1]]", "a == [1]", "a + 'x' == 'ax'", "a > 1 & b > 2", "(a and b) == 1",
     "(a > 1) == True", "a.isna() == False", "`a > 1", "a`b` > 1", "not " * 9999 + "a", "(" * 999 + "a" + ")" * 999],
)  # fmt: skip
def test_anything_else_is_misuse(text):
    """What compares a row with other rows, calls anything, or is no condition is refused with examples of what is."""
    with pytest.raises(Misuse, match="columns compared with constants"):
        parse(text)


def test_only_text_is_read():
    """Anything else that is given as a condition is refused like text that is none."""
    with pytest.raises(Misuse, match="where=7 is no condition"):
        parse(7)


def test_columns_are_listed_once():
    """The columns a condition reads, in its order."""
    assert columns_of("b + c > 1 and a in [2] or b is None or not `d e`") == ["b", "c", "a", "d e"]


@pytest.mark.parametrize("name", ["age", "loan amount", "class", "2nd", "größe", "a'b"])
def test_any_name_can_be_written(name):
    """A column's name as it is written is read as that column."""
    assert parse(f"{written(name)} > 1") == over(name, 1)


def test_reading_a_condition_loads_no_data_library():
    """A DAG file costs milliseconds to read."""
    code = "import sys; from pipeline.where import parse; parse('a > 1'); print({'pandas', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

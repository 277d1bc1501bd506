"""Errors are letters: what happened, what was expected, what was found, what to do next."""

import inspect

import pytest

import lineage.errors
import pipeline.errors
from lineage.errors import Letter

CLASSES = [
    cls
    for module in (lineage.errors, pipeline.errors)
    for _, cls in inspect.getmembers(module, inspect.isclass)
    if issubclass(cls, Letter) and cls.__module__ == module.__name__
]


def test_a_letter_is_composed_of_its_facts():
    """All facts are in one sentence, in order, and are kept as attributes."""
    error = Letter("age is wrong", expected="0 to 120", found="214", next_step="Correct it.")
    assert (str(error), error.found) == ("age is wrong; expected 0 to 120; found 214. Correct it.", "214")


def test_examples_are_five_at_most_and_the_rest_is_counted():
    """A million bad rows make a short letter."""
    error = Letter("rows are bad", examples=range(1_000_000))
    assert str(error) == "rows are bad: 0, 1, 2, 3, 4 and 999995 more" and error.examples == (0, 1, 2, 3, 4)


def test_the_count_may_be_known_without_the_examples():
    """Two examples of 37."""
    assert str(Letter("rows are bad", examples=[-3, 214], count=37)) == "rows are bad: -3, 214 and 35 more"


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_error_stands_in_the_drawn_tree(cls):
    """The tree at the top of its module names each class; each is also the builtin a caller expects."""
    module = inspect.getmodule(cls)
    assert cls.__name__ in module.__doc__
    roots = (Letter, lineage.errors.LineageError, pipeline.errors.HeadwaterError, pipeline.errors.Refused)
    assert cls in roots or any(base.__module__ == "builtins" and base is not Exception for base in cls.__mro__[1:-3])

"""A closed-over value is described by its content: equal text, equal value."""

import dataclasses
import enum
import threading

import numpy as np
import pandas as pd
import pytest

from pipeline.code.value import text_of


class Colour(enum.Enum):
    """Two members."""

    RED = 1
    BLUE = 2


@dataclasses.dataclass
class Point:
    """A value of fields."""

    x: float


def text(value):
    """The text of a value that holds no code."""
    return text_of(value, walk=lambda item: "Point" if item is Point else None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (True, 1),
        ("1", 1),
        ((1, 2), [1, 2]),
        ({"a": 1}, {"a": 2}),
        ({1, 2}, {1, 3}),
        (Colour.RED, Colour.BLUE),
        (Point(1.0), Point(2.0)),
        (np.array([1, 2]), np.array([1, 3])),
        (np.array([1, 2]), np.array([1.0, 2.0])),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [2]})),
    ],
    ids=str,
)
def test_different_values_read_differently(one, other):
    """Content and type both count."""
    assert text(one) != text(other)


@pytest.mark.parametrize(
    "make",
    [lambda: {"b": 1, "a": {3, 1}}, lambda: Point(1.5), lambda: np.arange(3), lambda: pd.DataFrame({"a": [1, None]})],
)
def test_equal_values_read_alike(make):
    """Two values made alike have one text, whatever the order of keys."""
    assert text(make()) == text(make())


def test_order_of_keys_does_not_count():
    """A mapping is its items."""
    assert text({"a": 1, "b": 2}) == text({"b": 2, "a": 1})


def test_what_has_no_content_is_named():
    """A lock cannot be compared."""
    with pytest.raises(TypeError, match="lock"):
        text(threading.Lock())

"""Functions with parameters."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from pipeline.errors import Misuse
from pipeline.preprocessing.parameters import with_parameters


def clip(frame: pd.DataFrame, *, upper: float) -> pd.DataFrame:
    """Cut values off."""
    return frame.clip(upper=upper)


def test_its_repr_names_function_and_parameters():
    """A changed parameter shows, and no address in memory does."""
    assert repr(with_parameters(clip, upper=3)) == "with_parameters(clip, upper=3)"
    assert with_parameters(clip, upper=3) == with_parameters(clip, upper=3) != with_parameters(clip, upper=4)


def test_it_can_be_called_as_the_function():
    """Called directly, it is the function with its parameters."""
    assert with_parameters(clip, upper=3)(pd.DataFrame({"a": [1, 5]}))["a"].tolist() == [1, 3]


@pytest.mark.parametrize(("function", "value", "words"), [(clip, {1}, "JSON"), (clip, float("inf"), "JSON"),
                                                          (3, 1, "takes a function first")])
def test_what_cannot_be_recorded_is_misuse(function, value, words):
    """Parameters are recorded at every run, so they are JSON values."""
    with pytest.raises(Misuse, match=re.escape(words)):
        with_parameters(function, upper=value)

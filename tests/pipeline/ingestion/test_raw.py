"""Columns can be told apart before anything is done with them."""

import pytest

from pipeline.errors import SourceRejected
from pipeline.ingestion.raw import refuse_names


@pytest.mark.parametrize("names", [["a", "b", "a"], ["a", ""], ["row", "a"]])
def test_names_that_tell_no_columns_apart_are_refused(names):
    """A name twice, a blank one and that of row ids are refused with the file."""
    with pytest.raises(SourceRejected, match="people: a.csv"):
        refuse_names(names, name="people: a.csv")


def test_names_that_differ_are_fine():
    """Case and blanks within a name make a difference."""
    refuse_names(["a", "A", "a b"], name="people: a.csv")

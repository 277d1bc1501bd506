"""A table of labels is read as votes, or refused with its rows."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.errors import Misuse, StepRefused
from pipeline.labelling.votes import named, votes
from tests.pipeline.crowds import said

COLUMNS = {"item": "image", "label": "label", "by": "worker"}


def test_votes_are_counted_by_item_and_class():
    """Items, labellers and classes ascend; what is null or unclear is counted apart and is no vote."""
    cast = votes(
        said([("b", "u", "x"), ("a", "v", "y"), ("a", "u", "x"), ("b", "v", None), ("c", "v", "?")]),
        **COLUMNS,
        unclear="?",
    )
    assert (named(cast.items), named(cast.labellers), named(cast.classes)) == (["a", "b", "c"], ["u", "v"], ["x", "y"])
    assert cast.counts().tolist() == [[1, 1], [1, 0], [0, 0]]
    assert (cast.missing.tolist(), cast.unclear.tolist(), cast.unclear_by.tolist()) == ([0, 1, 0], [0, 0, 1], [0, 1])
    assert [each.tolist() for each in cast.of(0)] == [[0, 1], [0, 0]]
    assert cast.first.tolist() == [1, 0, 4]


def test_a_labeller_who_labels_an_item_twice_is_refused():
    """Even with the same label: one opinion would count for two; rows are named, and a way out."""
    with pytest.raises(StepRefused, match=r"twice.*row 1: a by u, row 3: a by u\. .*dedupe"):
        votes(said([("a", "u", 1), ("a", "v", 1), ("a", "u", 1)]), **COLUMNS)


@pytest.mark.parametrize(
    ("rows", "words"),
    [([("a", "u", 1), (None, "u", 1)], "of no item.*row 2"), ([("a", None, 1)], "by nobody.*row 1")],
)
def test_labels_of_no_item_or_by_nobody_are_refused(rows, words):
    """With their rows."""
    with pytest.raises(StepRefused, match=words):
        votes(said(rows), **COLUMNS)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"item": "imgae"}, "Did you mean image"), ({"by": "label"}, "three columns"), ({"label": "boxes"}, "text, numb")],
)
def test_columns_that_cannot_be_read_are_misuse(changes, words):
    """One that is not there is named with a near one; one of lists holds no labels."""
    frame = said([("a", "u", 1)])
    frame["boxes"] = pd.Series([[1]], index=frame.index)
    with pytest.raises(Misuse, match=words):
        votes(frame, **{**COLUMNS, **changes})


def test_text_with_newlines_and_categories_are_labels_like_others():
    """A label of two lines is one class; a category counts by its values."""
    frame = said([("a\nb", "u\nv", "one\ntwo"), ("a\nb", "w", "one\ntwo")])
    frame["label"] = frame["label"].astype("category")
    cast = votes(frame, **COLUMNS)
    assert (named(cast.classes), cast.counts().tolist()) == (["one\ntwo"], [[2]])

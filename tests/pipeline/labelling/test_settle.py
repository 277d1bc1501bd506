"""Corrections settled: one label for each row, or a refusal."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.errors import Misuse, StepRefused
from pipeline.labelling.settle import settled

COLUMNS = {"on": ["image"], "to": "label", "by": "by"}


def sheet(rows, **more):
    """A sheet of (image, label, by), with ids 1, 2, …"""
    columns = dict(zip(("image", "label", "by"), map(list, zip(*rows, strict=True)), strict=True))
    frame = pd.DataFrame({name: pd.array(values, "str") for name, values in columns.items()} | more)
    return frame.set_axis(pd.RangeIndex(1, len(rows) + 1, name="row").astype("int64"))


def test_people_who_say_the_same_are_named_together():
    """One row of each image; text with newlines is text."""
    made = settled(sheet([("a", "x\ny", "bob"), ("a", "x\ny", "ann"), ("b", "z", "bob")]), **COLUMNS)
    assert made.to_dict("list") == {"image": ["a", "b"], "label": ["x\ny", "z"], "by": ["ann and bob", "bob"]}


def test_of_one_person_the_last_counts():
    """By the time that is named; without one, two opinions of one person contradict like any other."""
    rows = [("a", "new", "ann"), ("a", "old", "ann")]
    timed = sheet(rows, when=pd.to_datetime(["2026-02-02", "2026-01-01"]).as_unit("us"))
    assert settled(timed, **COLUMNS, when="when")["label"].tolist() == ["new"]
    with pytest.raises(StepRefused, match="contradict.*row 1: new by ann, row 2: old by ann"):
        settled(sheet(rows), **COLUMNS)


def test_two_people_who_disagree_are_refused():
    """Whatever the time: they are to discuss it; rows and names are given."""
    timed = sheet([("a", "x", "ann"), ("a", "y", "bob"), ("b", "x", "bob")], when=[1, 2, 3])
    with pytest.raises(StepRefused, match="contradict.*row 1: x by ann, row 2: y by bob.*discuss"):
        settled(timed, **COLUMNS, when="when")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("a", None, "ann")], "say nothing in label.*row 1"),
        ([(None, "x", "ann")], "say nothing in image"),
        ([("a", "x", None)], "say nothing in by"),
    ],
)
def test_a_correction_that_says_nothing_is_refused(rows, words):
    """No row, no label, nobody."""
    with pytest.raises(StepRefused, match=words):
        settled(sheet(rows), **COLUMNS)


def test_columns_that_are_not_there_are_misuse():
    """They are named."""
    with pytest.raises(Misuse, match="lack columns.*rule"):
        settled(sheet([("a", "x", "ann")]), **COLUMNS, rule="rule")

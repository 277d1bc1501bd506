"""A tag is a legal, readable, JSON-able declaration."""

from __future__ import annotations

import pytest

from pipeline.auditing.errors.tag import Tag
from pipeline.errors import Misuse


def loud(rows):
    """Whether it is loud."""
    return rows["noise"] > 60


@pytest.mark.parametrize(
    ("tag", "made_by", "query"),
    [
        (Tag("loud", loud), "function", "loud(rows)"),
        (Tag("car", column="noise", values=("car", "bus")), "column", "noise in ['car', 'bus']"),
        (Tag("old", column="a b", values=(1, None)), "column", "`a b` in [1] or `a b` is None"),
        (Tag("untold", column="noise", values=(None,)), "column", "noise is None"),
        (Tag("odd routing", meaning="strange servers"), "people", ""),
    ],
)
def test_who_gives_a_tag_and_what_finds_it(tag, made_by, query):
    """By function, by column, or by people, whom no query can stand for."""
    assert (tag.made_by, tag.query) == (made_by, query)


def test_json_has_a_function_by_its_name():
    """What JSON gives back is the same tag, whose function is its name."""
    tag = Tag("loud", loud, human_level=0.9, ease=5)
    again = Tag.from_json(tag.to_json())
    assert again.function == "loud" and again.to_json() == tag.to_json() and again.made_by == "function"
    plain = Tag("car", column="noise", values=("car", None), importance=1)
    assert Tag.from_json(plain.to_json()) == plain


def test_it_reads_the_same_in_every_process():
    """No address of a function is in its text, from which Airflow tells versions of a DAG."""
    assert repr(Tag("loud", loud, ease=2)) == "Tag('loud', function='loud', ease=2)"


@pytest.mark.parametrize(
    "given",
    [
        {"name": ""}, {"name": "two\nlines"}, {"name": " blank "}, {"name": "a", "column": "c"},
        {"name": "a", "values": (1,)}, {"name": "a", "function": loud, "column": "c", "values": (1,)},
        {"name": "a", "function": 3}, {"name": "a", "human_level": 95}, {"name": "a", "ease": 0},
        {"name": "a", "importance": 6},
    ],
)
def test_what_is_no_tag_is_refused(given):
    """A name of one line, one way to give it, levels in their ranges."""
    with pytest.raises(Misuse):
        Tag(**given)

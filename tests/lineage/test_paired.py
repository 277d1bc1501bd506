"""Pairs: rows rest on those that a table pairs them with, or on all rows of their cluster."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from lineage.records import Known
from lineage.store import Store
from lineage.touched import EVERYTHING
from tests.lineage.test_samerow import cells, whole
from tests.lineage.world import EVERY, KEY, PAIRS, PASSED, World, absent, lines, rests, rows, table

PEOPLE = table({1: ("ann", "a b"), 2: ("bob", "c"), 3: ("cy", "")}, "name tags")
TAGS = table({11: ("ann", "a"), 12: ("ann", "b"), 21: ("bob", "c")}, "name tags")
PARENTS = table({11: (1,), 12: (1,), 21: (2,)}, "parent")


@pytest.fixture
def world(store: Store) -> World:
    """A store and tables that hold nothing yet."""
    return World(store)


@pytest.fixture
def exploded(world: World) -> tuple[World, str, str]:
    """One row for each tag of a person."""
    people = world.source("people", PEOPLE)
    parents = world.table("parents", PARENTS, rests(people))
    detail = {"pairs": parents, "side": "parent", "passes": "*", "reads": ["tags"], "gives": ["tags"]}
    return world, people, world.table("tags", TAGS, rests(people, PAIRS, **detail))


def test_a_parent_reaches_its_children_column_by_column(exploded: tuple[World, str, str]) -> None:
    """Ann's name is passed on to both her tags, and no tag is to come for it."""
    world, people, _ = exploded
    line = lines(world.impact({people: cells(name=[1])}))["tags"]
    assert (line.stood_on.tolist(), sorted(line.touched.cells), line.open_ended) == ([11, 12], ["name"], False)


def test_children_to_come_are_named_once_the_step_is_run_again(exploded: tuple[World, str, str]) -> None:
    """Cy gets a tag: its row has an id that nobody knows before it is made."""
    world, people, tags = exploded
    corrected = {people: PEOPLE.loc[[3]].assign(tags="d")}
    line = lines(world.impact({people: cells(tags=[3])}, corrected))["tags"]
    assert (line.stood_on.tolist(), line.open_ended) == ([], True)
    found = world.impact({people: cells(tags=[3])}, {**corrected, tags: table({31: ("cy", "d")}, "name tags")})
    assert (rows(found)["tags"], absent(found)["tags"], lines(found)["tags"].open_ended) == ([], [31], False)


def test_a_parent_that_goes_takes_its_children_and_brings_none(exploded: tuple[World, str, str]) -> None:
    """Bob is withdrawn: that is all there is to it."""
    world, people, _ = exploded
    line = lines(world.impact({people: whole(2)}, {people: PEOPLE[:0]}))["tags"]
    assert (line.touched.whole.tolist(), line.open_ended) == ([21], False)


def test_a_parent_that_another_takes_the_place_of_takes_its_pairs_with_it(world: World) -> None:
    """Of each name one person stays. Dee's name was not known; she is Ann, so she goes for Ann, with both her tags."""
    people = world.source("people", table({1: ("ann", "a"), 4: (None, "d e")}, "name tags"))
    among = {"on": {"output": ["name"], "input": ["name"]}, "reads": [], "decides": ["name"], "gives": []}
    kept = world.table("kept", world.frames[people], rests(people, **PASSED), rests(people, KEY, **among))
    detail = {"pairs": "dataset/parents@1", "side": "parent", "passes": "*", "reads": ["tags"], "gives": ["tags"]}
    parents = world.table("parents", table({11: (1,), 41: (4,), 42: (4,)}, "parent"), rests(kept, PAIRS, **detail))
    made = table({11: ("ann", "a"), 41: (None, "d"), 42: (None, "e")}, "name tags")
    tags = world.table("tags", made, rests(kept, PAIRS, **detail))
    corrected = world.frames[people].loc[[4]].assign(name="ann")
    none = {kept: corrected[:0], tags: made[:0], parents: world.frames[parents][:0]}
    found = lines(world.impact({people: cells(name=[4])}, {people: corrected, **none}))
    for line in (found["tags"], found["parents"]):
        assert (line.touched.whole.tolist(), line.open_ended) == ([11, 41, 42], False)


def joined(left: str, right: str, pairs: str) -> list[Any]:
    """Say how the rows of a join rest on its two tables."""
    on = {"output": ["k"], "input": ["k"]}
    return [
        rests(left, PAIRS, pairs=pairs, side="left", on=on, passes=["k", "x"], reads=["k"], gives=[]),
        rests(right, PAIRS, pairs=pairs, side="right", on=on, passes=["y"], reads=["k"], gives=[]),
    ]


def test_a_join_is_reached_from_both_sides_pair_by_pair(world: World) -> None:
    """Left row 1 is in two pairs; right row 6 in one of them, and in one with left row 2."""
    left = world.source("left", table({1: ("a", 1), 2: ("a", 2), 3: ("b", 3)}, "k x"))
    right = world.source("right", table({5: ("a", 1), 6: ("a", 2)}, "k y"))
    made = table({15: ("a", 1, 1), 16: ("a", 1, 2), 25: ("a", 2, 1), 26: ("a", 2, 2)}, "k x y")
    sides = table({15: (1, 5), 16: (1, 6), 25: (2, 5), 26: (2, 6)}, "left right")
    pairs = world.table("pairs", sides, rests(left), rests(right))
    world.table("joined", made, *joined(left, right, pairs))
    assert rows(world.impact({left: cells(x=[1])}))["joined"] == [15, 16]
    found = lines(world.impact({right: cells(y=[6])}))["joined"]
    assert (found.stood_on.tolist(), sorted(found.touched.cells), found.open_ended) == ([16, 26], ["y"], False)
    moved = lines(world.impact({left: cells(k=[3])}, {left: table({3: ("a", 3)}, "k x")}))["joined"]
    assert (moved.stood_on.tolist(), moved.open_ended) == ([], True)


def test_which_rows_are_paired_is_touched_by_keys_alone(world: World) -> None:
    """The table of pairs has none of the columns that pass: it is as it was, whatever is wrong in them."""
    left = world.source("left", table({1: ("a", 1), 2: ("b", 2)}, "k x"))
    right = world.source("right", table({5: ("a", 1)}, "k y"))
    pairs = world.table("pairs", table({15: (1, 5)}, "left right"), *joined(left, right, "dataset/pairs@1"))
    world.table("joined", table({15: ("a", 1, 1)}, "k x y"), *joined(left, right, pairs))
    assert rows(world.impact({left: cells(x=[1]), right: cells(y=[5])})) == {"left": [1], "right": [5], "joined": [15]}
    assert rows(world.impact({left: cells(k=[1])})) == {"left": [1], "pairs": [15], "joined": [15]}


def test_a_table_joined_with_itself_is_reached_by_both_sides(world: World) -> None:
    """Row 1 is on the left of one pair and on the right of another."""
    one = world.source("one", table({1: ("a",), 2: ("a",), 3: ("b",)}, "k"))
    pairs = world.table("pairs", table({12: (1, 2), 21: (2, 1), 33: (3, 3)}, "left right"), rests(one))
    made = pd.DataFrame({"k": ["a", "a", "b"]}, index=pd.Index([12, 21, 33], name="row"))
    sides = [{"pairs": pairs, "side": side} for side in ("left", "right")]
    world.table("both", made, rests(one, PAIRS, each=sides))
    assert rows(world.impact({one: whole(1)}))["both"] == [12, 21]


NAMES = table({1: ("Ann",), 2: ("Anne",), 3: ("Bob",), 4: ("Bop",), 5: ("Cy",)}, "name")
LINKED = NAMES.assign(person=pd.array([1, 1, 3, 3, None], "Int64"))


@pytest.fixture
def linked(world: World) -> tuple[World, str, str]:
    """Names taken for those of one person get one number."""
    names = world.source("names", NAMES.assign(town="x"))
    clusters = rests(names, PAIRS, cluster="person", reads=["name"], decides=[], gives=["person"], known=Known.SAMPLED)
    return world, names, world.table("linked", LINKED.assign(town="x"), rests(names, **PASSED), clusters)


def test_a_row_reaches_all_of_its_cluster(linked: tuple[World, str, str]) -> None:
    """Ann and Anne are one; another spelling may part them, or bring anybody to them."""
    world, names, _ = linked
    line = lines(world.impact({names: cells(name=[2])}))["linked"]
    assert {name: ids.tolist() for name, ids in line.touched.cells.items()} == {"name": [2], "person": [1, 2]}
    assert line.open_ended


def test_a_row_reaches_the_cluster_that_it_comes_to(linked: tuple[World, str, str]) -> None:
    """Anne was Bob: both clusters are touched, and no others."""
    world, names, made = linked
    after = {names: NAMES.loc[[2]].assign(name="Bob", town="x"), made: LINKED.loc[[2]].assign(person=3, town="x")}
    line = lines(world.impact({names: cells(name=[2])}, after))["linked"]
    assert (line.touched.cells["person"].tolist(), line.open_ended) == ([1, 2, 3, 4], False)


def test_columns_that_are_not_compared_reach_their_own_row_alone(linked: tuple[World, str, str]) -> None:
    """The town links nobody."""
    world, names, _ = linked
    line = lines(world.impact({names: cells(town=[2])}))["linked"]
    assert {name: ids.tolist() for name, ids in line.touched.cells.items()} == {"town": [2]}
    assert not line.open_ended


def test_everything_paired_is_everything(world: World) -> None:
    """A table made anew as a whole leaves no pair and no cluster as it was."""
    source = world.source("source", PEOPLE)
    people = world.table("people", PEOPLE, rests(source, EVERY))
    parents = world.table("parents", PARENTS, rests(people))
    world.table("tags", TAGS, rests(people, PAIRS, pairs=parents, side="parent"))
    world.table("linked", PEOPLE.assign(person=1), rests(people, PAIRS, cluster="person"))
    found = lines(world.impact({source: EVERYTHING}))
    assert found["tags"].touched.everything and found["linked"].touched.everything

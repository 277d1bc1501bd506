"""Edges are read all the way down or up in one go, with what each says."""

from __future__ import annotations

import pytest

from lineage.errors import NotRecorded
from lineage.records import Effect, Known, Rule
from lineage.store import Store
from tests.lineage.history import artifact, run
from tests.lineage.world import EVERY, KEY, World, rests, table

FRAME = table({1: (1,)}, "a")


@pytest.fixture
def world(store: Store) -> World:
    """raw is read by left and right; joined rests on both, and model is fitted on joined."""
    world = World(store)
    raw = world.source("raw", FRAME)
    left = world.table("left", FRAME, rests(raw, reads=["a"], known=Known.SAMPLED))
    right = world.table("right", FRAME, rests(raw, KEY, on={"output": ["a"], "input": ["a"]}))
    joined = world.table("joined", FRAME, rests(left, each=[{"reads": ["a"]}, {"reads": []}]), rests(right))
    world.thing("model", "model", rests(joined, EVERY, effect=Effect.MODEL))
    return world


def test_below_is_everything_that_rests_on_the_starts_with_every_edge_once(world: World) -> None:
    """An edge that says two things is two; the order is the data's."""
    found = world.store.below(["dataset/left@1"])
    names = {number: one.name for number, one in found.artifacts.items()}
    assert [names[number] for number in found.order] == ["left", "joined", "model"]
    assert [(names[edge.output], names[edge.input], edge.rule, dict(edge.detail)) for edge in found.edges] == [
        ("joined", "left", Rule.SAME_ROW, {"reads": ["a"]}),
        ("joined", "left", Rule.SAME_ROW, {"reads": []}),
        ("model", "joined", Rule.EVERY_ROW, {}),
    ]
    assert names[found.starts["dataset/left@1"]] == "left"
    assert not found.circular and not found.unrecorded


def test_several_starts_are_walked_together(world: World) -> None:
    """The edges between what they reach are all there."""
    found = world.store.below(["left", "right"])
    assert len(found.starts) == 2 and len(found.edges) == 4
    into = {found.artifacts[number].name: len(edges) for number, edges in found.into.items()}
    assert into == {"joined": 3, "model": 1}


def test_above_follows_the_rows_own_data_alone(world: World) -> None:
    """A model is fitted, not made of rows; a table is made of them."""
    assert len(world.store.above(["model"]).artifacts) == 1
    found = world.store.above(["joined"])
    assert {one.name for one in found.artifacts.values()} == {"joined", "left", "right", "raw"}
    assert [edge.known for edge in found.edges if edge.rule is Rule.SAME_ROW].count(Known.SAMPLED) == 1


def test_runs_at_work_and_strangers_are_told(world: World) -> None:
    """What was only read is known to be a stranger; who reads what below is told by run and number."""
    ghost = artifact("ghost")
    world.table("made", FRAME, rests(ghost.reference))
    found = world.store.above(["made"])
    assert [found.artifacts[number].name for number in found.unrecorded] == ["ghost"]
    world.store.begin(run("busy", artifact("left", "1")))
    found = world.store.below(["raw"])
    assert [(run, found.artifacts[number].name) for run, number in found.unfinished] == [("busy", "left")]
    assert not world.store.below(["right"]).unfinished


def test_a_circle_is_known_for_one(world: World) -> None:
    """raw came back out of joined."""
    world.table("raw", FRAME, rests("dataset/joined@1"))
    assert world.store.below(["raw"]).circular


def test_what_is_not_recorded_has_no_edges(world: World) -> None:
    """A reference to nothing is refused."""
    with pytest.raises(NotRecorded):
        world.store.below(["dataset/none@1"])

"""Standing: from rows of a table up to the rows of the sources they stand on."""

from __future__ import annotations

import pytest

from lineage.errors import NotRecorded
from lineage.records import Artifact, Effect, Known
from lineage.standing import Standing
from lineage.store import Store
from tests.lineage.history import artifact
from tests.lineage.test_keyed import BAD, COUNTS, MARKED, VISITS, grouped, looked_up
from tests.lineage.test_paired import LINKED, NAMES, PARENTS, PEOPLE, TAGS
from tests.lineage.world import EVERY, KEY, PAIRS, PASSED, World, rests, table


@pytest.fixture
def world(store: Store) -> World:
    """A store and tables that hold nothing yet."""
    return World(store)


def rows(found: Standing) -> dict[str, list[int]]:
    """Give the rows by source, as plain lists."""
    return {reference: ids.tolist() for reference, ids in found.rows.items()}


def test_a_row_stands_on_itself_through_same_rows(world: World) -> None:
    """Through a filter and a map; the weakest step is how it is known."""
    visits = world.source("visits", VISITS)
    kept = world.table("kept", VISITS.loc[[1, 2]], rests(visits, known=Known.SAMPLED))
    seen = world.table("seen", VISITS.loc[[1, 2]], rests(kept))
    found = world.standing(seen, 2)
    assert rows(found) == {visits: [2]}
    assert (found.complete, found.missing, found.weakest) == (True, (), Known.SAMPLED)
    assert found.everything == frozenset()


def test_a_row_stands_on_what_it_looked_up(world: World) -> None:
    """Visit 1 found address 1.1; visit 4 found nothing."""
    visits, bad = world.source("visits", VISITS), world.source("bad", BAD)
    marked = world.table("marked", MARKED, *looked_up(visits, bad, "ip", "score"))
    assert rows(world.standing(marked, 1)) == {visits: [1], bad: [10]}
    assert rows(world.standing(marked, 3, 4)) == {visits: [3, 4]}


def test_keys_that_were_not_there_are_told(world: World) -> None:
    """Address 9.9 of visit 4, under the column of the table that lacks it; visit 3's null is looked for nowhere."""
    visits, bad = world.source("visits", VISITS), world.source("bad", BAD)
    marked = world.table("marked", MARKED, *looked_up(visits, bad, "ip", "score"))
    found = world.standing(marked, 1, 2, 3, 4)
    assert {reference: keys.to_dict("list") for reference, keys in found.absent.items()} == {bad: {"ip": ["9.9"]}}
    assert world.standing(marked, 1, 3).absent == {}


def test_a_group_stands_on_all_its_rows(world: World) -> None:
    """User u's count is of visits 1 and 3."""
    visits = world.source("visits", VISITS)
    counts = world.table("counts", COUNTS, grouped(visits, "user"))
    assert rows(world.standing(counts, 20)) == {visits: [1, 3]}


def test_a_row_stands_on_those_it_is_paired_with(world: World) -> None:
    """Both of Ann's tags are of Ann."""
    people = world.source("people", PEOPLE)
    parents = world.table("parents", PARENTS, rests(people))
    tags = world.table("tags", TAGS, rests(people, PAIRS, pairs=parents, side="parent"))
    assert rows(world.standing(tags, 12, 21)) == {people: [1, 2]}


def test_a_row_stands_on_all_of_its_cluster(world: World) -> None:
    """Anne is one with Ann; Cy is with nobody."""
    names = world.source("names", NAMES)
    linked = world.table("linked", LINKED, rests(names, **PASSED), rests(names, PAIRS, cluster="person"))
    assert rows(world.standing(linked, 2)) == {names: [1, 2]}
    assert rows(world.standing(linked, 5)) == {names: [5]}


def test_a_table_put_together_stands_on_the_part_that_has_the_row(world: World) -> None:
    """Row 3 came from the right."""
    left, right = world.source("left", table({1: (1,)}, "a")), world.source("right", table({3: (1,)}, "a"))
    both = world.table("both", table({1: (1,), 3: (1,)}, "a"), rests(left, **PASSED), rests(right, **PASSED))
    assert rows(world.standing(both, 3)) == {right: [3]}


def test_an_opaque_step_leads_to_every_row_and_says_so(world: World) -> None:
    """And on through rules of every kind above it."""
    visits, bad = world.source("visits", VISITS), world.source("bad", BAD)
    marked = world.table("marked", MARKED, *looked_up(visits, bad, "ip", "score"))
    opaque = world.table("opaque", MARKED, rests(marked, EVERY, known=Known.ASSUMED))
    found = world.standing(opaque, 1)
    assert rows(found) == {visits: [1, 2, 3, 4], bad: [10, 11]}
    assert (found.everything, found.weakest) == (frozenset(), Known.ASSUMED)
    straight = world.standing(world.table("straight", VISITS, rests(visits, EVERY)), 1)
    assert (rows(straight), straight.everything) == ({visits: [1, 2, 3, 4]}, {visits})


def test_what_goes_through_an_artifact_without_rows_is_every_row(world: World) -> None:
    """A table read off a document stands on all that the document does."""
    visits = world.source("visits", VISITS)
    page = world.thing("page", "page", rests(visits, EVERY))
    found = world.standing(world.table("off", VISITS, rests(page)), 1)
    assert (rows(found), found.everything) == ({visits: [1, 2, 3, 4]}, {visits})


def test_models_and_decisions_are_not_stood_on(world: World) -> None:
    """What fitted or chose is another question."""
    visits, other = world.source("visits", VISITS), world.source("other", VISITS)
    made = world.table(
        "made", VISITS, rests(visits), rests(other, EVERY, effect=Effect.MODEL), rests(other, effect=Effect.DECISION)
    )
    assert rows(world.standing(made, 1)) == {visits: [1]}


def test_a_source_stands_on_itself(world: World) -> None:
    """There is nothing above it."""
    visits = world.source("visits", VISITS)
    assert rows(world.standing(visits, 4)) == {visits: [4]}


def test_a_source_used_twice_has_the_rows_of_both_uses(world: World) -> None:
    """User u's visits, and the visit itself: one source, each row once."""
    visits = world.source("visits", VISITS)
    counts = world.table("counts", COUNTS, grouped(visits, "user"))
    both = world.table("both", VISITS.assign(n=1), *looked_up(visits, counts, "user", "n"))
    assert rows(world.standing(both, 3)) == {visits: [1, 3]}
    assert rows(world.standing(both, 2)) == {visits: [2]}


def test_what_cannot_be_read_is_widened_and_named(world: World) -> None:
    """Rows go on past a lost table; a key or a pair that cannot be read leads to every row."""
    visits = world.source("visits", VISITS)
    kept = world.table("kept", VISITS, rests(visits))
    seen = world.table("seen", VISITS, rests(kept))
    counts = world.table("counts", COUNTS, grouped(kept, "user"))
    tags = world.table("tags", TAGS, rests(visits, PAIRS, pairs=kept, side="parent"))
    del world.frames[kept]
    lost = f"the rows of {kept} cannot be read: the bytes of {kept} are gone"
    found = world.standing(seen, 2)
    assert (rows(found), found.missing, found.weakest) == ({visits: [2]}, (lost,), Known.ASSUMED)
    for reference in (counts, tags):
        found = world.standing(reference, int(world.frames[reference].index[0]))
        assert (rows(found), found.everything, found.missing) == ({visits: [1, 2, 3, 4]}, {visits}, (lost,))
    del world.frames[visits]
    found = world.standing(counts, 20)
    assert (rows(found), found.everything, len(found.missing)) == ({visits: []}, {visits}, 2)


def test_a_rule_that_does_not_say_which_rows_leads_to_all(world: World) -> None:
    """Keys without columns tell nothing."""
    visits = world.source("visits", VISITS)
    assert rows(world.standing(world.table("made", VISITS, rests(visits, KEY)), 1)) == {visits: [1, 2, 3, 4]}


def test_a_row_that_is_not_there_is_named(world: World) -> None:
    """The others are answered for."""
    visits = world.source("visits", VISITS)
    found = world.standing(visits, 1, 99)
    assert (rows(found), found.complete, found.missing) == ({visits: [1]}, False, (f"row 99 is not in {visits}",))


def test_what_nobody_recorded_is_named(world: World) -> None:
    """A table that was read and never made may stand on anything."""
    ghost = artifact("ghost")
    world.frames[ghost.reference] = VISITS
    made = world.table("made", VISITS, rests(ghost.reference))
    found = world.standing(made, 1)
    assert (rows(found), found.complete) == ({}, False)
    assert found.missing == (
        f"{ghost.reference} was read but never recorded by a run that made it: what it rests on is unknown",
    )


def test_versions_that_rest_on_each_other_end(world: World) -> None:
    """A value that came back is followed round once."""
    frame = table({1: (1, 7), 2: (7, 2)}, "a b")
    one = world.source("one", frame)
    on = {"output": ["a"], "input": ["b"]}
    two = world.table("two", frame, rests(one, KEY, on=on), rests(one))
    world.table("one", frame, rests(two), facts={"source": "one"})
    assert rows(world.standing(two, 2)) == {one: [1, 2]}


def test_a_name_is_enough_and_nothing_is_not(world: World) -> None:
    """The latest version of a name is meant."""
    visits = world.source("visits", VISITS)
    assert rows(world.standing("visits", 1)) == {visits: [1]}
    with pytest.raises(NotRecorded):
        world.standing("dataset/none@1", 1)
    assert isinstance(world.store.artifact(visits), Artifact)

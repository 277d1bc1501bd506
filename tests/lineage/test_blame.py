"""Blame: from labelled rows up to the wrong rows of the sources, in the version before and in the one after."""

from __future__ import annotations

import pandas as pd
import pytest

from lineage.blame import LABEL, ROW, Blamed, blamed
from lineage.idsets import ids_of
from lineage.store import Store
from tests.lineage.test_keyed import grouped, looked_up
from tests.lineage.test_paired import PARENTS, PEOPLE, TAGS
from tests.lineage.world import EVERY, PAIRS, PASSED, World, rests, table

VISITS = table({1: ("u", "1.1"), 2: ("u", "2.2"), 3: ("v", "2.2"), 4: ("w", "9.9"), 5: ("w", None)}, "user ip")
BEFORE, AFTER = table({10: ("1.1",)}, "ip"), table({11: ("9.9",)}, "ip")


@pytest.fixture
def world(store: Store) -> World:
    """A store and tables that hold nothing yet."""
    return World(store)


def pairs(*of: tuple[int, int]) -> pd.DataFrame:
    """Pairs of labels and rows."""
    return pd.DataFrame(list(of), columns=[LABEL, ROW])


def told(found: Blamed, source: str) -> list[tuple[int, int]]:
    """The pairs that were found in a source, as plain numbers."""
    return [tuple(pair) for pair in found.rows[source][[LABEL, ROW]].to_numpy().tolist()]


@pytest.fixture
def users(world: World) -> tuple[World, dict[str, str], dict[str, str]]:
    """Users counted without visits from listed addresses: 1.1 was listed wrongly, 9.9 wrongly not.

    Before, u's visit 1 was dropped; after, it is w's visit 4, which leaves w one visit without an address.
    """
    visits = world.source("visits", VISITS)
    made: dict[str, dict[str, str]] = {}
    for digest, bad, dropped, count in (
        ("a", BEFORE, 1, {20: ("u", 1), 21: ("v", 1), 22: ("w", 2)}),
        ("b", AFTER, 4, {20: ("u", 2), 21: ("v", 1), 22: ("w", 1)}),
    ):
        listed = world.table("bad", bad, digest=digest, facts={"source": "bad"})
        found = VISITS["ip"].isin(bad["ip"])
        marked = world.table(
            "marked", VISITS.assign(listed=found), *looked_up(visits, listed, "ip", "listed"), digest=digest
        )
        kept = world.table("kept", VISITS.drop(index=dropped), rests(marked, **PASSED), digest=digest)
        counted = world.table("users", table(count, "user n"), grouped(kept, "user"), digest=digest)
        made[digest] = {"bad": listed, "marked": marked, "kept": kept, "users": counted}
    return world, made["a"], made["b"]


def test_a_row_is_blamed_on_what_kept_others_out_before_or_keeps_them_out_after(
    users: tuple[World, dict[str, str], dict[str, str]],
) -> None:
    """u's count is another since 1.1 is not listed, w's since 9.9 is; v's visit has nothing to do with either."""
    world, old, new = users
    asked = pairs((0, 20), (1, 21), (2, 22))
    found = blamed(
        world.store,
        world.frames,
        {old["users"]: asked, new["users"]: asked},
        twins={old[name]: new[name] for name in old},
        wrong={"bad": ids_of([10, 11])},
    )
    assert told(found, "bad") == [(0, 10), (2, 11)]
    assert (found.whole, found.missing) == ({}, ())


def test_without_the_other_version_a_row_stands_on_what_is_there_alone(
    users: tuple[World, dict[str, str], dict[str, str]],
) -> None:
    """Neither user's rows show in the old tables what kept visits out of them."""
    world, old, _ = users
    wrong = {"bad": ids_of([10]), "visits": ids_of([2, 5])}
    found = blamed(world.store, world.frames, {old["users"]: pairs((7, 20), (8, 22))}, twins={}, wrong=wrong)
    assert told(found, "visits") == [(7, 2), (8, 5)]
    assert "bad" not in found.rows or told(found, "bad") == []


def test_children_are_blamed_on_their_parent_and_clusters_on_all_of_theirs(world: World) -> None:
    """Each of Ann's tags on Ann, and on Bob who is taken for her."""
    people = world.source("people", PEOPLE)
    linked = world.table(
        "linked", PEOPLE.assign(who=["x", "x", "y"]), rests(people, **PASSED), rests(people, PAIRS, cluster="who")
    )
    parents = world.table("parents", PARENTS, rests(linked))
    tags = world.table("tags", TAGS, rests(linked, PAIRS, pairs=parents, side="parent"))
    found = blamed(
        world.store, world.frames, {tags: pairs((0, 11), (1, 21))}, twins={}, wrong={"people": ids_of([1, 2, 3])}
    )
    assert told(found, "people") == [(0, 1), (0, 2), (1, 1), (1, 2)]


def test_an_opaque_step_puts_the_blame_on_every_wrong_row(world: World) -> None:
    """Nobody knows which of them it took."""
    visits = world.source("visits", VISITS)
    opaque = world.table("opaque", table({1: (1,)}, "n"), rests(visits, EVERY))
    found = blamed(world.store, world.frames, {opaque: pairs((3, 1))}, twins={}, wrong={"visits": ids_of([4])})
    assert found.whole["visits"].tolist() == [3] and told(found, "visits") == []


def test_a_table_that_is_gone_is_told(world: World) -> None:
    """Its rows may come of any: every wrong row is to blame, and the answer says why."""
    visits = world.source("visits", VISITS)
    counts = world.table("counts", table({20: ("u", 2)}, "user n"), grouped(visits, "user"))
    shaped = world.table("shaped", table({20: (2,)}, "n"), rests(counts))
    del world.frames[counts]
    found = blamed(world.store, world.frames, {shaped: pairs((0, 20))}, twins={}, wrong={"visits": ids_of([1])})
    assert found.whole["visits"].tolist() == [0]
    assert len(found.missing) == 1 and counts in found.missing[0]

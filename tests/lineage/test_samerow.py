"""Same row: what is touched stays with its row, column by column, dropped rows included."""

from __future__ import annotations

import numpy as np
import pytest

from lineage.records import Known
from lineage.store import Store
from lineage.touched import EVERYTHING, Touched
from tests.lineage.world import EVERY, PASSED, World, absent, lines, rests, rows, table

USERS = table({1: ("ann", 30, True), 2: ("bob", 17, True), 3: ("cy", 40, False), 4: ("dee", 12, True)}, "name age ok")
ADULTS = USERS.loc[[1]]


@pytest.fixture
def world(store: Store) -> World:
    """A store and tables that hold nothing yet."""
    return World(store)


def cells(**columns: list[int]) -> Touched:
    """Touch cells, by column."""
    return Touched(cells={name: np.array(ids, np.int64) for name, ids in columns.items()})


def whole(*ids: int) -> Touched:
    """Touch whole rows."""
    return Touched(np.array(ids, np.int64))


def test_an_undeclared_step_reads_and_gives_every_column(world: World) -> None:
    """A row is touched, wherever it was; so is a dropped one, which may come back."""
    users = world.source("users", USERS)
    world.table("adults", ADULTS, rests(users))
    found = world.impact({users: cells(name=[1, 2])})
    assert rows(found) == {"users": [1, 2], "adults": [1]}
    assert absent(found) == {"adults": [2]}
    assert lines(found)["adults"].touched.whole.tolist() == [1, 2]


def test_a_filter_brings_back_only_what_its_columns_decide(world: World) -> None:
    """The age decides: row 2 may come back for another age; for another name it stays dropped."""
    users = world.source("users", USERS)
    world.table("adults", ADULTS, rests(users, reads=[], decides=["age", "ok"], passes="*"))
    by_name = world.impact({users: cells(name=[1, 2])})
    assert (rows(by_name), absent(by_name)) == ({"users": [1, 2], "adults": [1]}, {})
    by_age = world.impact({users: cells(age=[2, 3], name=[4])})
    assert (rows(by_age), absent(by_age)) == ({"users": [2, 3, 4], "adults": []}, {"adults": [2, 3]})


def test_columns_are_followed_through_what_passes_and_what_is_made_of_them(world: World) -> None:
    """`group` is made of age alone; the name passes, and nothing below reads it."""
    users = world.source("users", USERS)
    grouped = world.table(
        "grouped", USERS.assign(group=1), rests(users, reads=["age"], decides=[], passes="*", gives=["group"])
    )
    world.table("seen", USERS[[]].assign(x=1), rests(grouped, reads=["group"], decides=[], gives=["x"]))
    by_name = world.impact({users: cells(name=[1])})
    assert rows(by_name) == {"users": [1], "grouped": [1]}
    assert sorted(lines(by_name)["grouped"].touched.cells) == ["name"]
    by_age = world.impact({users: cells(age=[1])})
    assert rows(by_age) == {"users": [1], "grouped": [1], "seen": [1]}
    assert sorted(lines(by_age)["grouped"].touched.cells) == ["age", "group"]
    assert sorted(lines(by_age)["seen"].touched.cells) == ["x"]


def test_columns_made_of_others_are_known_by_the_table_where_a_rule_does_not_name_them(world: World) -> None:
    """What does not pass is given: `b` here, whatever was read; of unknown columns the row is touched as a whole."""
    source = world.source("source", table({1: (1, 1)}, "a b"))
    world.table("made", table({1: (1, 1)}, "a b"), rests(source, reads=["a"], decides=[], passes=["a"]))
    found = world.impact({source: cells(a=[1])})
    assert sorted(lines(found)["made"].touched.cells) == ["a", "b"]
    world.table("bare", table({1: (1,)}, "a"), rests(source, reads=["a"], decides=[]), facts={"columns": None})
    assert lines(world.impact({source: cells(a=[1])}))["bare"].touched.whole.tolist() == [1]


def test_a_row_that_is_there_as_a_whole_or_not_touches_all_its_columns(world: World) -> None:
    """Row 9 is to come, row 1 to go: both wherever rows follow."""
    users = world.source("users", USERS)
    world.table("adults", ADULTS, rests(users, **PASSED))
    found = world.impact({users: whole(1, 9)})
    assert (rows(found), absent(found)) == ({"users": [1], "adults": [1]}, {"users": [9], "adults": [9]})


def test_corrected_rows_tell_which_dropped_rows_cannot_come(world: World) -> None:
    """Row 3 is withdrawn from the source: it was dropped and has no way back. Row 2 could have."""
    users = world.source("users", USERS)
    world.table("adults", ADULTS, rests(users))
    corrected = USERS.loc[[2]].assign(age=18)
    found = world.impact({users: whole(3) | cells(age=[2])}, {users: corrected})
    assert (rows(found)["adults"], absent(found)) == ([], {"adults": [2]})


def test_a_table_made_again_tells_which_rows_come(world: World) -> None:
    """Of two dropped rows that are touched, the step run again lets one in."""
    users = world.source("users", USERS)
    adults = world.table("adults", ADULTS, rests(users))
    world.table("names", ADULTS, rests(adults))
    corrected = USERS.loc[[2, 4]].assign(age=[18, 13])
    after = {users: corrected, adults: corrected.loc[[2]]}
    found = world.impact({users: cells(age=[2, 4])}, after)
    assert absent(found) == {"adults": [2], "names": [2]}
    nothing = world.impact({users: cells(age=[2, 4])}, {users: corrected, adults: corrected[:0]})
    assert "names" not in rows(nothing)


def test_tables_put_together_keep_their_rows_apart(world: World) -> None:
    """Everything of one part is touched, nothing of the other."""
    left = world.source("left", table({1: (1,), 2: (1,)}, "a"))
    right = world.source("right", table({3: (1,)}, "a"))
    world.table("all", table({1: (1,), 2: (1,), 3: (1,)}, "a"), rests(left, passes="*"), rests(right, passes="*"))
    assert rows(world.impact({right: whole(3)}))["all"] == [3]
    found = lines(world.impact({left: EVERYTHING}))["all"]
    assert (found.stood_on.tolist(), found.open_ended, found.touched.everything) == ([1, 2], True, False)


def test_everything_stays_everything(world: World) -> None:
    """What an opaque step made anew is anew in every row below, and counts as all rows."""
    users = world.source("users", USERS)
    opaque = world.table("opaque", USERS, rests(users, EVERY, known=Known.DECLARED))
    world.table("adults", ADULTS, rests(opaque))
    found = lines(world.impact({users: cells(name=[4])}))
    assert [(line.rows, line.of, line.touched.everything) for line in found.values()] == [
        (1, 4, False),
        (4, 4, True),
        (1, 1, True),
    ]

"""What touched rows may come to hold follows from corrected values, up to the table that they are given in."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from lineage.contents import Contents
from lineage.expected import expected
from lineage.idsets import ids_of
from lineage.propagation import propagated
from lineage.store import Store
from lineage.touched import EVERYTHING, Touched
from tests.lineage.test_samerow import cells, whole
from tests.lineage.world import EVERY, KEY, PASSED, World, rests, table

USERS = table({1: ("u", 10), 2: ("v", 20), 3: ("w", 30)}, "user age")
RIGHT = table({1: ("x", 10), 4: ("z", 40)}, "user age")


@pytest.fixture
def world(store: Store) -> World:
    """A store and tables that hold nothing yet."""
    return World(store)


def asked(
    world: World,
    of: str,
    start: str,
    touched: Touched,
    *ids: int,
    after: dict[str, pd.DataFrame] | None = None,
    names: tuple[str, ...] = ("user",),
) -> tuple[set[Any], bool]:
    """What some rows of a table may hold, when rows of another are touched; whether that is not all."""
    graph = world.store.below([start])
    progress = propagated(graph, Contents(world.frames, after), {start: touched})
    number = next(number for number, one in graph.artifacts.items() if one.reference == of)
    found = expected(progress, number, ids_of(ids), names)
    return {cells for frame in found.frames for cells in frame[list(names)].itertuples(name=None)}, found.unknown


def test_a_corrected_row_holds_its_corrected_value(world: World) -> None:
    """Row 1 is x's; row 2, of which nothing is said, is still v's."""
    users = world.source("users", USERS)
    assert asked(world, users, users, whole(1), 1, 2, after={users: RIGHT}) == ({(1, "x"), (2, "v")}, False)


def test_a_row_that_is_to_go_holds_nothing(world: World) -> None:
    """Row 3 is wrong as a whole, and no corrected one is given for it."""
    users = world.source("users", USERS)
    assert asked(world, users, users, whole(1, 3), 3, after={users: RIGHT}) == (set(), False)


def test_without_corrected_values_a_wrong_one_could_be_any(world: World) -> None:
    """That holds for whole rows and for the column that is asked for, not for another column."""
    users = world.source("users", USERS)
    assert asked(world, users, users, whole(1), 1) == (set(), True)
    assert asked(world, users, users, cells(user=[1]), 1, 2) == ({(2, "v")}, True)
    assert asked(world, users, users, cells(age=[1]), 1) == ({(1, "u")}, False)
    assert asked(world, users, users, EVERYTHING, 2) == (set(), True)


def test_a_column_that_passes_is_looked_for_above(world: World) -> None:
    """Two steps that let the user pass say nothing else of row 1 than its source; row 4 may come through both."""
    users = world.source("users", USERS)
    first = world.table("first", USERS.assign(n=1), rests(users, **PASSED))
    second = world.table("second", USERS.loc[[1]], rests(first, reads=["n"], decides=["n"], passes=["user"], gives=[]))
    found = asked(world, second, users, whole(1, 4), 1, 4, after={users: RIGHT})
    assert found == ({(1, "x"), (4, "z")}, False)


@pytest.mark.parametrize("detail", [{}, {"reads": ["age"], "passes": "*", "gives": ["user"]}])
def test_a_column_that_a_step_makes_could_be_any(world: World, detail: dict[str, Any]) -> None:
    """A step that tells nothing may make it; one that gives it does. Untouched rows hold what they hold."""
    users = world.source("users", USERS)
    made = world.table("made", USERS, rests(users, **detail))
    assert asked(world, made, users, whole(1), 1, 2, after={users: RIGHT}) == ({(2, "v")}, True)


def test_a_step_run_again_tells_what_rows_hold(world: World) -> None:
    """Where it is known what a step makes of the corrected rows, nothing is looked for above it."""
    users = world.source("users", USERS)
    made = world.table("made", USERS, rests(users))
    again = {users: RIGHT, made: table({1: ("made", 0)}, "user age")}
    assert asked(world, made, users, whole(1), 1, 2, after=again) == ({(1, "made")}, False)


def test_values_that_are_given_without_the_column_tell_nothing(world: World) -> None:
    """Corrected ages say nothing of users."""
    users = world.source("users", USERS)
    assert asked(world, users, users, whole(1), 1, after={users: RIGHT[["age"]]}) == (set(), True)


def test_several_columns_are_told_together(world: World) -> None:
    """Only where all of them pass is a row looked for above."""
    users = world.source("users", USERS)
    passed = world.table("passed", USERS, rests(users, **PASSED))
    parted = world.table("parted", USERS, rests(users, reads=["age"], passes=["user"], gives=["age"]))
    both = {"after": {users: RIGHT}, "names": ("user", "age")}
    assert asked(world, passed, users, whole(1), 1, **both) == ({(1, "x", 10)}, False)
    assert asked(world, parted, users, whole(1), 1, **both) == (set(), True)
    assert asked(world, parted, users, whole(1), 1, after={users: RIGHT}) == ({(1, "x")}, False)


def test_a_row_of_one_of_two_tables_is_looked_for_in_its_own(world: World) -> None:
    """Tables put together: row 1 comes from the first alone, row 9 from the second, which is as it was."""
    users, more = world.source("users", USERS), world.source("more", table({9: ("q", 90)}, "user age"))
    both = world.table("both", pd.concat([USERS, world.frames[more]]), rests(users, **PASSED), rests(more, **PASSED))
    found = asked(world, both, users, whole(1), 1, 9, after={users: RIGHT})
    assert found == ({(1, "x"), (9, "q")}, False)


def test_a_group_keeps_the_key_that_it_is_known_by(world: World) -> None:
    """The row of u is u's whatever becomes of the group; its count could be any."""
    users = world.source("users", USERS)
    on = {"output": ["user"], "input": ["user"]}
    counts = world.table("counts", table({20: ("u", 1), 21: ("v", 1)}, "user n"), rests(users, KEY, on=on))
    assert asked(world, counts, users, cells(age=[1]), 20) == ({(20, "u")}, False)
    assert asked(world, counts, users, cells(age=[1]), 20, 21, names=("n",)) == ({(21, 1)}, True)


def test_below_a_step_that_rests_on_every_row_any_value_may_come(world: World) -> None:
    """Nobody can say what it makes of the row."""
    users = world.source("users", USERS)
    shares = world.table("shares", USERS, rests(users, EVERY))
    assert asked(world, shares, users, whole(1), 2, after={users: RIGHT}) == (set(), True)


def test_a_table_that_is_gone_could_have_held_anything(world: World) -> None:
    """Its bytes cannot be read, and nothing is given for it."""
    users = world.source("users", USERS)
    made = world.table("made", USERS, rests(users, reads=["age"], passes=[], gives=["user"]))
    del world.frames[made]
    assert asked(world, made, users, cells(age=[1]), 2) == (set(), True)

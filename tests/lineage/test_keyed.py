"""Same key: rows rest on all rows of a key, on those that are not there too."""

from __future__ import annotations

from typing import Any

import pytest

from lineage.records import Effect, Known
from lineage.store import Store
from lineage.touched import EVERYTHING
from tests.lineage.test_samerow import cells, whole
from tests.lineage.world import EVERY, KEY, PASSED, World, absent, lines, rests, rows, table

VISITS = table({1: ("u", "1.1"), 2: ("v", "2.2"), 3: ("u", None), 4: ("w", "9.9")}, "user ip")
BAD = table({10: ("1.1", 5), 11: ("2.2", 1)}, "ip score")
MARKED = VISITS.assign(score=[5, 1, 0, 0])
COUNTS = table({20: ("u", 2), 21: ("v", 1), 22: ("w", 1)}, "user n")


@pytest.fixture
def world(store: Store) -> World:
    """A store and tables that hold nothing yet."""
    return World(store)


def looked_up(data: str, reference: str, key: str, *taken: str) -> list[Any]:
    """Say how a lookup's rows rest on both its tables."""
    on = {"output": [key], "input": [key]}
    return [
        rests(data, reads=[key], decides=[], passes="*", gives=list(taken)),
        rests(reference, KEY, on=on, reads=[key, *taken], decides=[], gives=list(taken)),
    ]


def grouped(data: str, key: str, **more: Any) -> Any:
    """Say how the rows of an aggregate rest on its table."""
    return rests(data, KEY, known=Known.SAMPLED, on={"output": [key], "input": [key]}, **more)


@pytest.fixture
def marked(world: World) -> tuple[World, str, str]:
    """Visits, with the score that a list of addresses gives theirs."""
    visits, bad = world.source("visits", VISITS), world.source("bad", BAD)
    world.table("marked", MARKED, *looked_up(visits, bad, "ip", "score"))
    return world, visits, bad


def test_a_row_looked_up_reaches_the_rows_with_its_key(marked: tuple[World, str, str]) -> None:
    """Address 1.1 is visit 1's; its score is in the column `score` and nowhere else."""
    world, _, bad = marked
    found = world.impact({bad: cells(score=[10])}, {bad: BAD.loc[[10]].assign(score=0)})
    assert rows(found) == {"bad": [10], "marked": [1]}
    assert {name: ids.tolist() for name, ids in lines(found)["marked"].touched.cells.items()} == {"score": [1]}
    assert not lines(found)["marked"].open_ended


def test_a_row_that_was_missing_reaches_those_that_found_nothing(marked: tuple[World, str, str]) -> None:
    """9.9 should have been on the list: visit 4 looked for it."""
    world, _, bad = marked
    found = world.impact({bad: whole(12)}, {bad: table({12: ("9.9", 7)}, "ip score")})
    assert (rows(found)["marked"], absent(found)) == ([4], {"bad": [12]})


def test_a_key_that_is_corrected_reaches_the_rows_of_both(marked: tuple[World, str, str]) -> None:
    """1.1 should have been 9.9."""
    world, _, bad = marked
    found = world.impact({bad: cells(ip=[10])}, {bad: BAD.loc[[10]].assign(ip="9.9")})
    assert rows(found)["marked"] == [1, 4]


def test_a_key_that_nobody_knows_yet_leaves_the_end_open(marked: tuple[World, str, str]) -> None:
    """Without corrected values, rows that stood on the old key are told; any other could, too, assumed."""
    world, _, bad = marked
    for start in (cells(ip=[10]), whole(10)):
        line = lines(world.impact({bad: start}))["marked"]
        assert (line.stood_on.tolist(), line.open_ended, line.effects) == ([1], True, {Effect.DIRECT: Known.ASSUMED})
    assert not lines(world.impact({bad: cells(score=[10])}))["marked"].open_ended


def test_a_null_key_rests_on_no_row(marked: tuple[World, str, str]) -> None:
    """A list with a null in it reaches nobody by that; visit 3 has no address."""
    world, _, bad = marked
    found = world.impact({bad: whole(13)}, {bad: table({13: (None, 7)}, "ip score", ip="str")})
    assert "marked" not in rows(found)


def test_a_data_row_reaches_its_own_row_alone(marked: tuple[World, str, str]) -> None:
    """What another visit looked up is no business of visit 1."""
    world, visits, _ = marked
    found = world.impact({visits: cells(ip=[1])})
    assert rows(found) == {"visits": [1], "marked": [1]}
    assert sorted(lines(found)["marked"].touched.cells) == ["ip", "score"]


def test_a_column_nobody_takes_touches_nothing(world: World) -> None:
    """The score is not looked up: correcting it ends at the list."""
    visits, bad = world.source("visits", VISITS), world.source("bad", BAD)
    world.table("marked", VISITS.assign(bad=True), *looked_up(visits, bad, "ip"))
    assert rows(world.impact({bad: cells(score=[10])})) == {"bad": [10]}


def test_a_group_rests_on_all_its_rows(world: World) -> None:
    """Visit 3 counts for user u, whom it may also leave."""
    visits = world.source("visits", VISITS)
    world.table("counts", COUNTS, grouped(visits, "user"))
    found = world.impact({visits: whole(3)}, {visits: VISITS[:0]})
    assert rows(found) == {"visits": [3], "counts": [20]}
    assert (lines(found)["counts"].open_ended, found.weakest) == (False, Known.SAMPLED)


def test_a_row_that_moves_reaches_the_group_it_leaves_and_the_one_it_joins(world: World) -> None:
    """Visit 1 was w's: u has one less, w one more."""
    visits = world.source("visits", VISITS)
    world.table("counts", COUNTS, grouped(visits, "user"))
    found = world.impact({visits: cells(user=[1])}, {visits: VISITS.loc[[1]].assign(user="w")})
    assert (rows(found)["counts"], lines(found)["counts"].open_ended) == ([20, 22], False)


def test_a_group_to_come_is_named_once_the_step_is_run_again(world: World) -> None:
    """x has no row yet: until it is made, only that one is to come can be told, and all that rests on it is open."""
    visits = world.source("visits", VISITS)
    counts = world.table("counts", COUNTS, grouped(visits, "user"))
    world.table("known", COUNTS, rests(counts))
    moved = {visits: VISITS.loc[[1]].assign(user="x")}
    before = lines(world.impact({visits: cells(user=[1])}, moved))
    assert [(name, line.stood_on.tolist(), line.open_ended) for name, line in before.items()] == [
        ("visits", [1], False),
        ("counts", [20], True),
        ("known", [20], True),
    ]
    again = {**moved, counts: table({20: ("u", 1), 23: ("x", 1)}, "user n")}
    found = world.impact({visits: cells(user=[1])}, again)
    assert (rows(found)["known"], absent(found)) == ([20], {"counts": [23], "known": [23]})
    assert not any(line.open_ended for line in found.lines)


def test_columns_an_aggregate_does_not_read_touch_nothing(world: World) -> None:
    """It counts by user: another address changes no count."""
    visits = world.source("visits", VISITS)
    world.table("counts", COUNTS, grouped(visits, "user", reads=["user"]))
    assert rows(world.impact({visits: cells(ip=[1])})) == {"visits": [1]}


def test_a_group_keeps_its_key_so_that_the_next_step_knows_it(world: World) -> None:
    """The count of u changes, not who u is: the next lookup by user is not open."""
    visits = world.source("visits", VISITS)
    counts = world.table("counts", COUNTS, grouped(visits, "user"))
    world.table("both", VISITS.assign(n=[2, 1, 2, 1]), *looked_up(visits, counts, "user", "n"))
    found = world.impact({visits: cells(ip=[1])})
    assert rows(found) == {"visits": [1], "counts": [20], "both": [1, 3]}
    assert not lines(found)["both"].open_ended


def test_a_filtered_list_reaches_by_keys_that_only_its_source_has(world: World) -> None:
    """2.2 was dropped from the list for its score: a better score lets it in, and visit 2 will find it."""
    visits, bad = world.source("visits", VISITS), world.source("bad", BAD)
    worst = world.table("worst", BAD.loc[[10]], rests(bad, reads=[], decides=["score"], passes="*"))
    world.table("marked", MARKED, *looked_up(visits, worst, "ip", "score"))
    for start, after in ((cells(score=[11]), {bad: BAD.loc[[11]].assign(score=9)}), (cells(score=[11]), None)):
        found = world.impact({bad: start}, after)
        assert rows(found) == {"bad": [11], "worst": [], "marked": [2]}
        assert (absent(found), lines(found)["marked"].open_ended) == ({"worst": [11]}, False)


def test_a_dropped_row_behind_a_step_that_tells_nothing_could_get_any_key(world: World) -> None:
    """A step that declares no columns may have made the key of anything."""
    visits, bad = world.source("visits", VISITS), world.source("bad", BAD)
    worst = world.table("worst", BAD.loc[[10]], rests(bad, known=Known.SAMPLED))
    world.table("marked", MARKED, *looked_up(visits, worst, "ip", "score"))
    line = lines(world.impact({bad: cells(score=[11])}, {bad: BAD.loc[[11]].assign(score=9)}))["marked"]
    assert (line.stood_on.tolist(), line.open_ended) == ([], True)
    after = {bad: BAD.loc[[11]].assign(score=9), worst: BAD.loc[[11]].assign(score=9)}
    line = lines(world.impact({bad: cells(score=[11])}, after))["marked"]
    assert (line.stood_on.tolist(), line.open_ended) == ([2], False)


def deduped(data: str) -> list[Any]:
    """Say how what is left of one row a user rests on all."""
    key = rests(data, KEY, on={"output": ["user"], "input": ["user"]}, reads=[], decides=["user", "ip"], gives=[])
    return [rests(data, **PASSED), key]


def test_of_rows_alike_another_one_may_stay(world: World) -> None:
    """Visit 1 was kept for u and visit 3 dropped; a touch of what decides between them reaches both."""
    visits = world.source("visits", VISITS.assign(note="-"))
    world.table("one_each", VISITS.assign(note="-").loc[[1, 2, 4]], *deduped(visits))
    for row in (1, 3):
        found = world.impact({visits: cells(ip=[row])})
        assert (rows(found)["one_each"], absent(found)) == ([1], {"one_each": [3]})
    assert (rows(world.impact({visits: cells(note=[3])}))) == {"visits": [3]}
    assert (rows(world.impact({visits: cells(note=[1])})))["one_each"] == [1]


def test_a_row_that_gets_another_key_frees_one_that_it_kept_out(world: World) -> None:
    """Visit 1 turns out to be w's: visit 3 may stay for u, and either 1 or 4 for w."""
    visits = world.source("visits", VISITS)
    world.table("one_each", VISITS.loc[[1, 2, 4]], *deduped(visits))
    found = world.impact({visits: cells(user=[1])}, {visits: VISITS.loc[[1]].assign(user="w")})
    assert (rows(found)["one_each"], absent(found)) == ([1, 4], {"one_each": [3]})
    assert not lines(found)["one_each"].open_ended


@pytest.fixture
def nameless(world: World) -> tuple[World, str]:
    """Visit 1 of u, and 5 of nobody; where of each user one is kept, both are."""
    return world, world.source("visits", table({1: ("u", "1.1"), 5: (None, "5.5")}, "user ip"))


def test_a_row_without_a_key_goes_as_a_whole_when_it_gets_one_that_another_row_stays_for(
    nameless: tuple[World, str],
) -> None:
    """Visit 5 was u's, whose visit 1 stays: nothing comes and nothing changes, so that 5 can only go."""
    world, visits = nameless
    one_each = world.table("one_each", world.frames[visits], *deduped(visits))
    corrected = world.frames[visits].loc[[5]].assign(user="u")
    line = lines(world.impact({visits: cells(user=[5])}, {visits: corrected, one_each: corrected[:0]}))["one_each"]
    assert (line.touched.whole.tolist(), line.open_ended) == ([1, 5], False)


def test_a_row_without_a_key_stays_where_it_comes_out_as_it_was(nameless: tuple[World, str]) -> None:
    """The step before, run again, made of another address what it had made: no visit goes for it."""
    world, visits = nameless
    made = rests(visits, reads=["ip"], decides=[], passes="*", gives=["ip"])
    seen = world.table("seen", world.frames[visits], made)
    one_each = world.table("one_each", world.frames[visits], *deduped(seen))
    corrected = world.frames[visits].loc[[5]].assign(ip="5.5 ")
    found = world.impact({visits: cells(ip=[5])}, {visits: corrected, seen: corrected[:0], one_each: corrected[:0]})
    assert lines(found)["one_each"].touched.whole.tolist() == []


def test_everything_of_a_list_reaches_every_value_taken_from_it(world: World) -> None:
    """A list made anew as a whole: all scores, and no other column."""
    visits, bad = world.source("visits", VISITS), world.source("bad", BAD)
    list_ = world.table("list", BAD, rests(bad, EVERY))
    world.table("marked", MARKED, *looked_up(visits, list_, "ip", "score"))
    world.table("counts", COUNTS, grouped(list_, "user"))
    found = lines(world.impact({bad: EVERYTHING}))
    assert {name: ids.tolist() for name, ids in found["marked"].touched.cells.items()} == {"score": [1, 2, 3, 4]}
    assert found["counts"].touched.everything


def test_several_key_columns_match_together(world: World) -> None:
    """Key (u, 1.1) is visit 1's alone."""
    visits = world.source("visits", VISITS)
    both = table({30: ("u", "1.1", 1), 31: ("v", "1.1", 1)}, "who where n")
    seen = world.source("seen", both)
    on = {"output": ["user", "ip"], "input": ["who", "where"]}
    rule = rests(seen, KEY, on=on, reads=["who", "where", "n"], decides=[], gives=["n"])
    world.table(
        "known", VISITS.assign(n=1), rests(visits, reads=["user", "ip"], decides=[], passes="*", gives=["n"]), rule
    )
    assert rows(world.impact({seen: cells(n=[30, 31])}))["known"] == [1]


def test_values_looked_for_up_a_circle_end(world: World) -> None:
    """Two tables that were each made of the other, at different times: 2.2 was corrected, its counts are told."""
    visits = world.source("visits", VISITS)
    one = world.table("one", VISITS, rests(visits, **PASSED))
    two = world.table("two", VISITS, rests(one, **PASSED))
    world.table("one", VISITS, rests(two, **PASSED))
    world.table("counts", COUNTS, grouped(two, "user"))
    found = world.impact({visits: cells(user=[2])}, {visits: VISITS.loc[[2]].assign(user="u")})
    assert rows(found) == {"visits": [2], "one": [2], "two": [2], "counts": [20, 21]}

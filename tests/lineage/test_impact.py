"""Impact: from wrong rows down to tables, models, releases and predictions, told apart and never silently cut."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from lineage.errors import NotRecorded
from lineage.records import Artifact, Effect, Known, Prediction, Release, Rule
from lineage.store import Store
from lineage.touched import EVERYTHING, NOTHING, Touched
from tests.lineage.history import NOON, run
from tests.lineage.test_keyed import VISITS, grouped, looked_up
from tests.lineage.test_samerow import cells, whole
from tests.lineage.world import EVERY, KEY, PASSED, World, lines, rests, rows, table

DIRECT, MODEL, DECISION = Effect.DIRECT, Effect.MODEL, Effect.DECISION
SURE, SAMPLED, ASSUMED = Known.BY_CONSTRUCTION, Known.SAMPLED, Known.ASSUMED
PEOPLE = table({row: (row % 2 == 0, row, "x") for row in range(1, 9)}, "sex age note")


@pytest.fixture
def world(store: Store) -> World:
    """A store and tables that hold nothing yet."""
    return World(store)


@pytest.fixture
def trained(world: World) -> tuple[World, str]:
    """People, split by sex, an encoder and a model of the train part's age, an audit of the test part."""
    people = world.source("people", PEOPLE)
    parts = {
        part: world.table(
            part, PEOPLE.loc[ids], rests(people, **PASSED), rests(people, EVERY, effect=DECISION, reads=["sex"])
        )
        for part, ids in (("train", [1, 2, 3, 4, 5]), ("test", [6, 7, 8]))
    }
    encoder = world.thing("transform", "encoder", rests(parts["train"], EVERY, effect=MODEL, reads=["age"]))
    ready = {
        part: world.table(
            f"{part}_ready",
            world.frames[reference].assign(code=0),
            rests(reference, reads=["age"], decides=[], passes="*", gives=["code"], known=SAMPLED),
            rests(encoder, EVERY, effect=MODEL),
        )
        for part, reference in parts.items()
    }
    model = world.thing("model", "seeking", rests(ready["train"], EVERY, effect=MODEL, reads=["age", "code"]))
    world.thing(
        "audit",
        "report",
        rests(model, EVERY, effect=DECISION),
        rests(ready["test"], EVERY, effect=DECISION, reads=["age"]),
    )
    return world, people


def test_effects_of_a_training_row_are_told_apart(trained: tuple[World, str]) -> None:
    """Row 3's age is in its own rows, in what was fitted on it, and in what the audit decided."""
    world, people = trained
    found = world.impact({people: cells(age=[3])})
    assert {name: line.effects for name, line in lines(found).items()} == {
        "people": {DIRECT: SURE},
        "train": {DIRECT: SURE},
        "encoder": {MODEL: SURE},
        "train_ready": {DIRECT: SAMPLED, MODEL: SURE},
        "test_ready": {MODEL: SURE},
        "seeking": {MODEL: SAMPLED},
        "report": {MODEL: SAMPLED},
    }
    assert (rows(found)["train_ready"], rows(found)["test_ready"]) == ([3], [])
    assert (found.complete, found.missing, found.weakest) == (True, (), SAMPLED)


def test_a_test_row_decides_and_trains_nothing(trained: tuple[World, str]) -> None:
    """Row 7's age is in the test part and in the audit alone; the model never saw it."""
    world, people = trained
    found = {name: set(line.effects) for name, line in lines(world.impact({people: cells(age=[7])})).items()}
    assert found == {"people": {DIRECT}, "test": {DIRECT}, "test_ready": {DIRECT}, "report": {DECISION}}


def test_a_column_that_splits_decides_about_every_row(trained: tuple[World, str]) -> None:
    """Row 3's sex is in no model, and in the choice of what every model saw."""
    world, people = trained
    found = {name: set(line.effects) for name, line in lines(world.impact({people: cells(sex=[3])})).items()}
    assert found["test"] == {DECISION} and found["train"] == {DIRECT, DECISION}
    assert found["seeking"] == {DECISION}


def test_a_column_nobody_reads_touches_only_the_tables_it_passes_through(trained: tuple[World, str]) -> None:
    """A note goes along to the end of its own part."""
    world, people = trained
    assert rows(world.impact({people: cells(note=[3])})) == {"people": [3], "train": [3], "train_ready": [3]}


def test_lines_come_in_the_datas_order(trained: tuple[World, str]) -> None:
    """Whatever a line rests on comes before it."""
    world, people = trained
    names = [line.artifact.name for line in world.impact({people: whole(3)}).lines]
    assert names.index("people") < names.index("train") < names.index("encoder") < names.index("train_ready")
    assert names[-1] == "report" and len(names) == 8


def served(world: World, endpoint: str, model: str, **more: str) -> Release:
    """Release a model."""
    return world.store.release(Release(endpoint=endpoint, model=model, **more))


def predicted(world: World, *given: tuple[str, str, str, int, tuple[tuple[str, int], ...]]) -> None:
    """Log predictions: id, endpoint, model, release, rows."""
    world.store.log_predictions(
        Prediction(id=i, at=NOON, endpoint=e, release=n, model=m, input={}, output={}, rows=rows)
        for i, e, m, n, rows in given
    )


def test_releases_of_reached_models_come_live_ones_first(trained: tuple[World, str]) -> None:
    """At `a` another model answers now; the entry at `b` answers still, with a reached model."""
    world, people = trained
    other = world.thing("model", "other")
    old, new = served(world, "a", "model/seeking@1"), served(world, "a", other)
    live, shadow = served(world, "b", "model/seeking@1"), served(world, "b", "model/seeking@1", role="shadow")
    found = world.impact({people: cells(age=[3])}).releases
    assert [(one.release, one.live, one.effects) for one in found[:1]] == [(live, True, {MODEL: SAMPLED})]
    assert [(one.release.number, one.release.endpoint, one.live) for one in found[1:]] == [
        (shadow.number, "b", False),
        (old.number, "a", False),
    ]
    assert new not in [one.release for one in found]


def test_a_release_that_a_reached_audit_let_pass_was_decided_by_it(trained: tuple[World, str]) -> None:
    """The model never saw row 7; that it was released, and what it then said, the audit decided."""
    world, people = trained
    passed = served(world, "a", "model/seeking@1", audit="audit/report@1")
    served(world, "b", "model/seeking@1")
    predicted(world, ("p1", "a", "model/seeking@1", 1, ()), ("p2", "b", "model/seeking@1", 1, ()))
    found = world.impact({people: cells(age=[7])})
    assert [(one.release, one.effects) for one in found.releases] == [(passed, {DECISION: SAMPLED})]
    assert [(one.id, one.effects) for one in found.predictions] == [("p1", {DECISION: SAMPLED})]


def test_predictions_are_told_by_what_they_stand_on_and_by_who_served_them(trained: tuple[World, str]) -> None:
    """By a touched row of any table's name, by a reached model, or by both; others are not told."""
    world, people = trained
    other = world.thing("model", "other")
    predicted(
        world,
        ("own", "a", other, 1, (("people", 3),)),
        ("looked-up", "a", other, 1, (("elsewhere", 3), ("train", 3))),
        ("both", "a", "model/seeking@1", 1, (("people", 3),)),
        ("served", "a", "model/seeking@1", 1, (("people", 4),)),
        ("neither", "a", other, 1, (("people", 4), ("elsewhere", 3))),
    )
    found = world.impact({people: cells(age=[3])}).predictions
    assert {one.id: one.effects for one in found} == {
        "own": {DIRECT: SURE},
        "looked-up": {DIRECT: SURE},
        "both": {DIRECT: SURE, MODEL: SAMPLED},
        "served": {MODEL: SAMPLED},
    }
    assert [(one.id, one.endpoint, one.release, one.model) for one in found][0] == ("own", "a", 1, other)
    everything = world.impact({people: EVERYTHING}).predictions
    assert [one.id for one in everything] == ["own", "looked-up", "both", "served", "neither"]


def test_a_diamond_is_reached_by_both_ways(world: World) -> None:
    """What each way brings is joined; the weakest way is how the whole is known."""
    visits = world.source("visits", VISITS)
    left = world.table("left", VISITS, rests(visits, known=SAMPLED))
    right = world.table("right", table({20: ("u", 2), 21: ("v", 1), 22: ("w", 1)}, "user n"), grouped(visits, "user"))
    world.table("both", VISITS.assign(n=[2, 1, 2, 1]), *looked_up(left, right, "user", "n"))
    found = world.impact({visits: cells(user=[1])}, {visits: VISITS.loc[[1]].assign(user="v"), left: VISITS.loc[[1]]})
    assert rows(found) == {"visits": [1], "left": [1], "right": [20, 21], "both": [1, 2, 3]}
    assert lines(found)["both"].effects == {DIRECT: SAMPLED}


def test_a_source_used_twice_reaches_by_both_uses(world: World) -> None:
    """One list is looked up by where a person lives and again by where they work."""
    people = world.source("people", table({1: ("a", "b"), 2: ("b", "c"), 3: ("c", "d")}, "home work"))
    places = world.source("places", table({7: ("a", 1), 8: ("b", 1)}, "place bad"))
    once = world.table("once", world.frames[people].assign(h=0), *used(people, places, "home", "h"))
    world.table("twice", world.frames[once].assign(w=0), *used(once, places, "work", "w"))
    found = lines(world.impact({places: cells(bad=[8])}))
    assert found["once"].stood_on.tolist() == [2]
    assert {name: ids.tolist() for name, ids in found["twice"].touched.cells.items()} == {"h": [2], "w": [1]}


def used(data: str, places: str, key: str, gives: str) -> list:
    """Say how a lookup of places rests on both tables."""
    on = {"output": [key], "input": ["place"]}
    return [
        rests(data, reads=[key], decides=[], passes="*", gives=[gives]),
        rests(places, KEY, on=on, reads=["place", "bad"], decides=[], gives=[gives]),
    ]


def test_two_corrections_at_once_reach_what_either_reaches(world: World) -> None:
    """A row of one source, the key of another."""
    visits = world.source("visits", VISITS)
    bad = world.source("bad", table({10: ("1.1", 5), 11: ("2.2", 1)}, "ip score"))
    world.table("marked", VISITS.assign(score=0), *looked_up(visits, bad, "ip", "score"))
    found = world.impact({bad: cells(score=[10]), visits: cells(user=[4])})
    assert rows(found)["marked"] == [1, 4]
    assert [line.artifact.name for line in found.lines][-1] == "marked"


def test_a_table_that_is_wrong_itself_and_by_what_it_rests_on_is_both(world: World) -> None:
    """Labels were corrected by hand in a table, and the source below them too."""
    users = world.source("users", table({1: (1,), 2: (2,), 3: (3,)}, "k"))
    labels = world.table("labels", table({1: (1, 0), 2: (2, 0), 3: (3, 0)}, "k label"), rests(users, **PASSED))
    world.table("sums", table({7: (1, 0), 8: (2, 0), 9: (3, 0)}, "k s"), grouped(labels, "k"))
    after = {users: table({1: (3,)}, "k"), labels: table({2: (2, 1)}, "k label")}
    found = world.impact({users: cells(k=[1]), labels: cells(label=[2])}, after)
    assert (rows(found)["labels"], rows(found)["sums"]) == ([1, 2], [7, 8, 9])
    assert not lines(found)["sums"].open_ended


def test_two_versions_of_a_source_reach_what_was_made_of_each(world: World) -> None:
    """The same table came of both: it is told once, with the rows of both."""
    first, second = (world.source("users", table({1: (1,), 2: (2,)}, "a"), digest=digest) for digest in "12")
    for version in (first, second):
        world.table("made", table({1: (1,), 2: (2,)}, "a"), rests(version))
    found = world.impact({first: cells(a=[1]), second: cells(a=[2])})
    assert [(line.artifact.reference, line.stood_on.tolist()) for line in found.lines] == [
        (first, [1]),
        (second, [2]),
        ("dataset/made@1", [1, 2]),
    ]
    assert rows(world.impact({first: cells(a=[1])})) == {"users": [1], "made": [1]}


def test_a_deleted_table_is_named_and_what_needs_it_widened(world: World) -> None:
    """Rows are followed past it by their ids; keys cannot be: everything, assumed."""
    visits = world.source("visits", VISITS)
    kept = world.table("kept", VISITS, rests(visits))
    world.table("named", VISITS, rests(kept))
    world.table("counts", table({20: ("u", 2)}, "user n"), grouped(kept, "user"))
    del world.frames[kept]
    found = world.impact({visits: whole(2)})
    assert rows(found)["named"] == [2]
    assert lines(found)["counts"].touched.everything and lines(found)["counts"].rows == 1
    assert {name: line.effects[DIRECT] for name, line in lines(found).items()} == {
        "visits": SURE,
        "kept": ASSUMED,
        "named": ASSUMED,
        "counts": ASSUMED,
    }
    assert (found.complete, found.weakest) == (False, ASSUMED)
    assert found.missing == (f"the rows of {kept} cannot be read: the bytes of {kept} are gone",)


def test_tables_that_rules_are_told_by_are_needed(world: World) -> None:
    """Without the output's keys, the pairs or the clusters, everything is touched, assumed."""
    visits = world.source("visits", VISITS)
    pairs = world.table("pairs", table({1: (1,)}, "parent"), rests(visits))
    for name, rule, detail in (
        ("counts", KEY, {"on": {"output": ["user"], "input": ["user"]}}),
        ("values", KEY, {"on": {"output": ["user"], "input": ["user"]}, "decides": [], "gives": ["ip"]}),
        ("parts", Rule.PAIRS, {"pairs": pairs, "side": "parent"}),
        ("linked", Rule.PAIRS, {"cluster": "ip"}),
    ):
        gone = world.table(name, VISITS, rests(visits, rule, **detail))
        del world.frames[gone]
    del world.frames[pairs]
    found = lines(world.impact({visits: whole(2)}))
    for name in ("counts", "values", "parts", "linked"):
        assert (found[name].touched.everything, found[name].effects) == (True, {DIRECT: ASSUMED})


def test_a_rule_that_does_not_say_which_rows_is_taken_for_every_row(world: World) -> None:
    """Keys without columns and pairs without a table tell nothing."""
    visits = world.source("visits", VISITS)
    for name, rule in (("keyed", KEY), ("paired", Rule.PAIRS)):
        world.table(name, VISITS, rests(visits, rule))
    found = lines(world.impact({visits: whole(2)}))
    assert found["keyed"].touched.everything and found["paired"].touched.everything


def test_a_run_at_work_on_touched_rows_is_named(world: World) -> None:
    """What it is about to make is not in the answer; a run on another table is not named."""
    visits, other = world.source("visits", VISITS), world.source("other", VISITS)
    seen = world.table("seen", VISITS, rests(visits))
    for number, reference in enumerate((seen, other)):
        kind, name, digest = "dataset", reference.partition("/")[2].partition("@")[0], "1"
        world.store.begin(run(f"busy{number}", Artifact(kind=kind, name=name, digest=digest)))
    found = world.impact({visits: whole(2)})
    assert found.missing == (f"run busy0 has not ended: what it makes of {seen} is unknown yet",)
    assert not found.complete
    world.store.fail("busy0", ended_at=NOON + timedelta(seconds=1), error="boom")
    assert world.impact({visits: whole(2)}).complete


def test_an_open_end_is_open_for_all_that_rests_on_it(world: World) -> None:
    """A key that may be any: what is fitted on the table, or read as a whole, is reached, assumed."""
    visits = world.source("visits", VISITS)
    bad = world.source("bad", table({10: ("5.5", 5)}, "ip score"))
    marked = world.table("marked", VISITS.assign(score=0), *looked_up(visits, bad, "ip", "score"))
    world.table("seen", VISITS, rests(marked))
    world.table("counts", table({20: ("u", 2)}, "user n"), grouped(marked, "user"))
    whole_ = world.table("whole", VISITS, rests(marked, EVERY))
    world.thing("page", "shown", rests(marked))
    world.thing("model", "seeking", rests(whole_, EVERY, effect=MODEL))
    world.thing("model", "sees", rests(marked, EVERY, effect=MODEL))
    found = lines(world.impact({bad: cells(ip=[10])}))
    assert {name: (line.effects, line.rows) for name, line in found.items() if name != "bad"} == {
        "marked": ({DIRECT: ASSUMED}, 0),
        "seen": ({DIRECT: ASSUMED}, 0),
        "counts": ({DIRECT: ASSUMED}, 0),
        "whole": ({DIRECT: ASSUMED}, 4),
        "shown": ({DIRECT: ASSUMED}, 0),
        "seeking": ({MODEL: ASSUMED}, 0),
        "sees": ({MODEL: ASSUMED}, 0),
    }
    assert [name for name, line in found.items() if line.open_ended] == ["marked", "seen", "counts"]


def test_values_that_come_back_end(world: World) -> None:
    """Two tables that rest on each other are followed until nothing more is reached."""
    frame = table({1: (1,), 2: (2,)}, "a")
    one = world.source("one", frame)
    two = world.table("two", frame, rests(one))
    world.table("one", frame, rests(two), facts={"source": "one"})
    assert rows(world.impact({two: whole(1), one: whole(2)})) == {"one": [1, 2], "two": [1, 2]}


def test_code_kept_beside_is_no_answer(world: World) -> None:
    """A run's code rests on no row, even where somebody says so."""
    visits = world.source("visits", VISITS)
    code = world.thing("code", "step", rests(visits, EVERY))
    world.table("made", VISITS, rests(code, EVERY))
    assert list(lines(world.impact({visits: whole(1)}))) == ["visits"]


def test_nothing_touched_reaches_nothing(world: World) -> None:
    """An empty correction has an empty answer; a reference to nothing has none."""
    visits = world.source("visits", VISITS)
    world.table("seen", VISITS, rests(visits))
    found = world.impact({visits: NOTHING})
    assert (found.lines, found.releases, found.predictions, found.complete) == ((), (), (), True)
    with pytest.raises(NotRecorded):
        world.impact({"dataset/none@1": whole(1)})


def test_an_answer_is_json_with_ids_as_text(world: World) -> None:
    """Twenty ids of a line unless all are asked for, beside how many there are."""
    ids = np.arange(30, dtype=np.int64) + 2**62
    frame = pd.DataFrame({"a": pd.array([1] * 30, "Int64")}, index=pd.Index(ids, name="row"))
    source = world.source("source", frame)
    model = world.thing("model", "seeking", rests(source, EVERY, effect=MODEL))
    released = served(world, "a", model)
    predicted(world, ("p", "a", model, 1, ()))
    found = world.impact({source: Touched(ids)})
    told = found.to_json()
    line = told["lines"][0]
    assert (line["rows"], line["of"], line["absent"], line["ids"]) == (30, 30, 0, [str(one) for one in ids[:20]])
    assert line["effects"] == {"direct": "by construction"}
    assert len(found.to_json(full=True)["lines"][0]["ids"]) == 30
    assert told["lines"][1]["effects"] == {"model": "by construction"}
    assert (told["lines"][1]["rows"], told["lines"][1]["of"]) == (None, None)
    assert told["releases"][0]["effects"] == told["predictions"][0]["effects"] == {"model": "by construction"}
    assert (told["releases"][0]["live"], told["releases"][0]["number"]) == (True, released.number)
    assert (told["complete"], told["missing"], told["weakest"]) == (True, [], "by construction")

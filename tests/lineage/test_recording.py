"""Runs are written as they happen, once, whole."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lineage.errors import Conflict, NotRecorded
from lineage.records import Dependency, Known, Outcome, Rule, Use
from lineage.store import Store
from tests.lineage.history import NOON, History, artifact, run

LATER = NOON + timedelta(seconds=5)
RAW, CLEAN = artifact("raw"), artifact("clean")


def test_a_begun_run_is_running_and_has_its_inputs(store: Store) -> None:
    """A run is there from the moment it begins, with what it reads."""
    begun = run("r1", RAW, dag="loans", parameters={"rate": 0.5, "names": ["ä", None]}, git_dirty=True)
    store.begin(begun)
    assert store.run("r1") == begun


def test_a_succeeded_run_has_outputs_dependencies_facts_and_its_end(store: Store) -> None:
    """What a run made, what that rested on, and when it ended are told together."""
    store.begin(run("r1", RAW))
    rested = Dependency(output=CLEAN.reference, input=RAW.reference, rule=Rule.SAME_ROW, detail={"columns": ["a"]})
    outputs = [Use(role="data", artifact=CLEAN)]
    store.succeed("r1", ended_at=LATER, outputs=outputs, dependencies=[rested], facts={"dropped": 3})
    ended = store.run("r1")
    assert (ended.outcome, ended.ended_at, ended.facts) == (Outcome.SUCCEEDED, LATER, {"dropped": 3})
    assert (ended.outputs, ended.dependencies) == (tuple(outputs), (rested,))


def test_a_failed_run_has_its_error_and_made_nothing(store: Store) -> None:
    """A failure is kept with what was said, whatever characters it was said in."""
    store.begin(run("r1", RAW))
    store.fail("r1", ended_at=LATER, error="boom \x00 \ud800 ü")
    ended = store.run("r1")
    assert (ended.outcome, ended.outputs) == (Outcome.FAILED, ())
    assert ended.error == "boom \\x00 \\ud800 ü"


@pytest.mark.parametrize("first", ["succeed", "fail"])
@pytest.mark.parametrize("second", ["succeed", "fail"])
def test_a_run_ends_once(store: Store, first: str, second: str) -> None:
    """A run that has ended cannot be ended again, in whichever way."""
    store.begin(run("r1"))
    ends = {"succeed": {"outputs": []}, "fail": {"error": "boom"}}
    getattr(store, first)("r1", ended_at=LATER, **ends[first])
    with pytest.raises(Conflict, match="r1 has ended already"):
        getattr(store, second)("r1", ended_at=LATER, **ends[second])


def test_a_run_begins_once(store: Store) -> None:
    """An id stands for one run."""
    store.begin(run("r1"))
    with pytest.raises(Conflict, match="r1 is recorded already"):
        store.begin(run("r1"))


def test_ending_an_unknown_run_says_so(store: Store) -> None:
    """Only what has begun can end."""
    with pytest.raises(NotRecorded, match="nobody"):
        store.succeed("nobody", ended_at=LATER, outputs=[])


def test_a_refused_end_leaves_the_run_running_and_no_output(store: Store) -> None:
    """When a dependency is about something else, nothing of the end is kept."""
    store.begin(run("r1", RAW))
    wrong = Dependency(output="dataset/other@00", input=RAW.reference, rule=Rule.SAME_ROW)
    with pytest.raises(Conflict, match="did not make"):
        store.succeed("r1", ended_at=LATER, outputs=[Use(role="data", artifact=CLEAN)], dependencies=[wrong])
    assert store.run("r1").outcome is Outcome.RUNNING
    with pytest.raises(NotRecorded):
        store.artifact("clean")


def test_facts_that_are_not_json_are_refused(store: Store) -> None:
    """A value that could not be read back is not written."""
    with pytest.raises(Conflict, match="not JSON"):
        store.begin(run("r1", facts={"when": NOON}))
    assert store.runs() == []


def test_times_without_a_zone_are_refused(store: Store) -> None:
    """Nobody can tell when a time without a zone was."""
    with pytest.raises(Conflict, match="no time zone"):
        store.begin(run("r1", started_at=NOON.replace(tzinfo=None)))


def test_the_first_record_of_an_artifact_stands_and_its_newest_bytes_count(history: History) -> None:
    """Made again, an artifact keeps its facts and its maker; its place is where bytes were written last."""
    history.made(artifact("clean", "aa", place="one", facts={"first": True}), by="r1")
    history.made(artifact("clean", "aa", place="two", facts={"first": False}), by="r2")
    kept = history.store.artifact("clean@aa")
    assert (kept.place, kept.facts, history.store.producer("clean@aa").id) == ("two", {"first": True}, "r1")


def test_what_dependencies_leave_unsaid_rests_on_every_row_assumed(store: Store) -> None:
    """An input nobody spoke of may be in every output: it is never left out of the graph."""
    other = artifact("other")
    store.begin(run("r1", RAW, other))
    said = Dependency(output=CLEAN.reference, input=RAW.reference, rule=Rule.SAME_ROW)
    store.succeed("r1", ended_at=LATER, outputs=[Use(role="data", artifact=CLEAN)], dependencies=[said])
    silent = Dependency(output=CLEAN.reference, input=other.reference, rule=Rule.EVERY_ROW, known=Known.ASSUMED)
    assert set(map(repr, store.run("r1").dependencies)) == {repr(said), repr(silent)}


def test_a_reused_run_publishes_again_and_adds_no_dependency(history: History) -> None:
    """Reuse makes the old outputs the latest again and points at the run that made them."""
    store = history.store
    history.made(artifact("clean", "aa"), by="r1", of=[RAW], memo_key="k")
    history.made(artifact("clean", "bb"), by="r2", of=[RAW])
    store.reuse(run("r3", RAW, memo_key="k"), of=store.run("r1"))
    again = store.run("r3")
    assert (again.outcome, again.reused_from, again.outputs) == (Outcome.REUSED, "r1", store.run("r1").outputs)
    assert (store.latest("dataset", "clean").digest, store.producer("clean@aa").id) == ("aa", "r1")
    assert len(store.dependencies("clean@aa")) == 1


def test_only_a_succeeded_run_is_reused(store: Store) -> None:
    """What has failed made nothing that could be taken over."""
    store.begin(run("r1"))
    store.fail("r1", ended_at=LATER, error="boom")
    with pytest.raises(Conflict, match="cannot be reused"):
        store.reuse(run("r2"), of=store.run("r1"))
    assert [each.id for each in store.runs()] == ["r1"]


def test_a_run_can_be_annotated_after_its_end(history: History) -> None:
    """The MLflow run and further facts may come late; facts told before stay."""
    history.made(CLEAN, by="r1", facts={"a": 1})
    history.store.annotate("r1", mlflow_run_id="m1")
    history.store.annotate("r1", facts={"b": 2})
    ended = history.store.run("r1")
    assert (ended.mlflow_run_id, ended.facts, ended.outcome) == ("m1", {"a": 1, "b": 2}, Outcome.SUCCEEDED)


def test_runs_whose_process_is_gone_are_interrupted(store: Store) -> None:
    """Of the running runs, only those of dead processes are marked, and they stay so."""
    for run_id, process in (("dead", "1"), ("alive", "2")):
        store.begin(run(run_id, host="here", process=process))
    assert store.interrupted(lambda host, process: (host, process) == ("here", "2")) == ["dead"]
    assert [store.run(run_id).outcome for run_id in ("dead", "alive")] == [Outcome.INTERRUPTED, Outcome.RUNNING]
    with pytest.raises(Conflict):
        store.succeed("dead", ended_at=LATER, outputs=[Use(role="data", artifact=CLEAN)])

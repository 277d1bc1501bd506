"""Ended runs recorded at once are the same as recorded one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lineage.errors import Conflict, NotRecorded
from lineage.records import Dependency, Outcome, Rule, Run, Use
from lineage.store import Store
from tests.lineage.history import NOON, History, artifact, run

RAW, CLEAN, MODEL = artifact("raw"), artifact("clean", facts={"a": 1}, rows=4), artifact("model", kind="model")


def ended(run_id: str, made: object, *read: object, **more: object) -> Run:
    """Make a run that read artifacts and made one."""
    return run(run_id, *read, **{"outcome": Outcome.SUCCEEDED, "ended_at": NOON,
                                 "outputs": (Use(role="out0", artifact=made),), **more})  # fmt: skip


def test_a_batch_is_read_back_as_given(store: Store) -> None:
    """Runs of any outcome, in any order of making, with all their parts."""
    rested = Dependency(output=MODEL.reference, input=CLEAN.reference, rule=Rule.EVERY_ROW, detail={"why": "fit"})
    train = ended("r1", MODEL, CLEAN, dependencies=(rested,), parameters={"x": [1, "ü"]}, memo_key="k")
    rested = Dependency(output=CLEAN.reference, input=RAW.reference, rule=Rule.SAME_ROW)
    clean = ended("r2", CLEAN, RAW, dependencies=(rested,), git_dirty=True)
    failed = run("r3", RAW, outcome=Outcome.FAILED, ended_at=NOON, error="boom")
    store.record([train, clean, failed])
    assert [store.run(run_id) for run_id in ("r1", "r2", "r3")] == [train, clean, failed]
    assert (store.producer("clean").id, store.reusable("k").id, store.artifact("clean")) == ("r2", "r1", CLEAN)


def test_a_batch_meets_what_is_recorded_already(history: History) -> None:
    """Artifacts known before keep their first record; edges join both."""
    history.made(CLEAN, by="r1", of=[RAW])
    history.store.record([ended("r2", replace(CLEAN, facts={"a": 2}), RAW), ended("r3", MODEL, CLEAN)])
    assert (history.store.artifact("clean").facts, history.store.producer("clean").id) == ({"a": 1}, "r1")
    assert [one.id for one in history.store.upstream("model").runs] == ["r1", "r2", "r3"]


def test_unsaid_dependencies_are_widened_as_ever(store: Store) -> None:
    """A run given without dependencies rests on every row of all it read."""
    store.record([ended("r1", CLEAN, RAW)])
    assert [(one.input, one.rule) for one in store.dependencies("clean")] == [(RAW.reference, Rule.EVERY_ROW)]


def test_a_reused_run_in_a_batch_makes_nothing(store: Store) -> None:
    """It publishes what another made, before or after it in the batch."""
    reused = ended("r2", CLEAN, RAW, outcome=Outcome.REUSED, reused_from="r1")
    store.record([reused, ended("r1", CLEAN, RAW)])
    assert store.producer("clean").id == "r1"
    assert store.run("r2").outputs == reused.outputs
    assert len(store.dependencies("clean")) == 1


@pytest.mark.parametrize("second", ["r1", "r2"])
def test_a_batch_with_a_known_run_is_refused_whole(store: Store, second: str) -> None:
    """An id given twice, now or before, leaves nothing of the batch."""
    store.record([ended("r1", RAW)])
    with pytest.raises(Conflict, match="recorded already, or given twice"):
        store.record([ended("r2", CLEAN), ended(second, MODEL)])
    assert [one.id for one in store.runs()] == ["r1"]


def test_a_run_that_has_not_ended_is_refused(store: Store) -> None:
    """What still runs is recorded as it happens."""
    with pytest.raises(Conflict, match="r1"):
        store.record([run("r1")])


def test_an_input_that_is_no_reference_is_refused(store: Store) -> None:
    """A dependency is on an artifact, named in full."""
    wrong = Dependency(output=CLEAN.reference, input="raw", rule=Rule.SAME_ROW)
    with pytest.raises(NotRecorded, match="not a reference"):
        store.record([ended("r1", CLEAN, dependencies=(wrong,))])
    assert store.runs() == []

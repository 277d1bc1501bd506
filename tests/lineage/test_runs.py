"""Runs are found by id, by where they belong, and by what would make them again."""

from __future__ import annotations

import pytest

from lineage.errors import Ambiguous, NotRecorded
from lineage.records import Outcome
from lineage.store import Store
from tests.lineage.history import NOON, History, artifact, run


def test_a_run_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    """Enough of an id is the id; a whole id wins over longer ones that begin with it."""
    for run_id in ("abc", "abcd", "x_1", "xy1"):
        store.begin(run(run_id))
    assert [store.run(part).id for part in ("abc", "abcd", "x_", "xy")] == ["abc", "abcd", "x_1", "xy1"]


def test_an_ambiguous_beginning_names_five_and_counts_all(store: Store) -> None:
    """When several runs begin so, five are named and all are counted."""
    for number in range(7):
        store.begin(run(f"a{number}"))
    with pytest.raises(Ambiguous, match="a0, a1, a2, a3, a4 and 2 more") as raised:
        store.run("a")
    assert raised.value.count == 7


@pytest.mark.parametrize("asked", ["", "zz", "%", "_", "A1"])
def test_an_unknown_run_says_so(store: Store, asked: str) -> None:
    """Nothing answers to what nobody recorded, nor to an empty id or a wildcard; case counts."""
    store.begin(run("a1"))
    with pytest.raises(NotRecorded):
        store.run(asked)


def test_runs_are_listed_newest_first_and_by_where_they_belong(store: Store) -> None:
    """The last recorded comes first; DAG, DAG run, outcome and limit narrow the list."""
    for run_id, dag, dag_run in (("r1", "a", "1"), ("r2", "a", "2"), ("r3", "b", "1")):
        store.begin(run(run_id, dag=dag, dag_run=dag_run))
    store.fail("r2", ended_at=NOON, error="boom")
    assert [each.id for each in store.runs()] == ["r3", "r2", "r1"]
    assert [each.id for each in store.runs("a")] == ["r2", "r1"]
    assert [each.id for each in store.runs("a", "1")] == ["r1"]
    assert [each.id for each in store.runs(outcome=Outcome.FAILED)] == ["r2"]
    assert [each.id for each in store.runs(limit=1)] == ["r3"]


def test_the_latest_succeeded_run_with_a_memo_key_is_reusable_whole(history: History) -> None:
    """What was done before is found with its outputs and what they rested on."""
    history.made(artifact("clean", "aa"), by="r1", of=[artifact("raw")], memo_key="k")
    history.made(artifact("clean", "bb"), by="r2", of=[artifact("raw")], memo_key="k")
    found = history.store.reusable("k")
    assert found == history.store.run("r2")
    assert (len(found.outputs), len(found.dependencies)) == (1, 1)


def test_running_failed_and_reused_runs_are_not_reusable(store: Store) -> None:
    """Only a run that made its outputs itself stands in for another; no key finds nothing."""
    store.begin(run("r1", memo_key="k"))
    store.begin(run("r2", memo_key="k"))
    store.fail("r2", ended_at=NOON, error="boom")
    store.begin(run("r3"))
    store.succeed("r3", ended_at=NOON, outputs=[])
    store.reuse(run("r4", memo_key="k"), of=store.run("r3"))
    assert (store.reusable("k"), store.reusable("")) == (None, None)


def test_a_run_whose_output_was_deleted_is_not_reusable_until_it_is_made_again(history: History) -> None:
    """A deleted artifact is not handed out; made again by anyone, it is."""
    clean = artifact("clean", "aa")
    history.made(clean, by="r1", memo_key="k")
    history.store.forgotten("clean@aa", "asked to")
    assert history.store.reusable("k") is None
    history.made(clean, by="r2")
    assert history.store.reusable("k").id == "r1"


def test_the_previous_run_of_a_step_is_its_newest_that_succeeded(history: History) -> None:
    """By DAG and step, and by task and code where they are asked for; whole, with what it used and made."""
    for run_id, of_step in {
        "r1": {"dag": "loans", "step": "clean", "task": "a", "code_digest": "c1"},
        "r2": {"dag": "loans", "step": "clean", "task": "b", "code_digest": "c2"},
        "r3": {"dag": "loans", "step": "other", "task": "a", "code_digest": "c1"},
        "r4": {"dag": "other", "step": "clean", "task": "a", "code_digest": "c1"},
    }.items():
        history.made(artifact("clean", run_id), by=run_id, of=[artifact("raw")], **of_step)
    store = history.store
    store.begin(run("r5", dag="loans", step="clean"))
    found = store.previous("loans", "clean")
    assert found == store.run("r2") and found.dependencies
    assert (
        store.previous("loans", "clean", task="a").id == store.previous("loans", "clean", code_digest="c1").id == "r1"
    )
    assert store.previous("loans", "clean", task="a", code_digest="c2") is None
    assert store.previous("loans", "nothing") is None


def test_the_previous_run_within_a_dag_run_is_the_one_it_took_over(history: History) -> None:
    """What a DAG run reused leads to the run that made it; a failed try counts for nothing."""
    store, of_step = history.store, {"dag": "loans", "step": "clean", "task": "t"}
    history.made(artifact("clean", "aa"), by="r1", dag_run="first", code_digest="c1", **of_step)
    history.made(artifact("clean", "bb"), by="r2", dag_run="second", code_digest="c2", **of_step)
    store.reuse(run("r3", dag_run="third", **of_step), of=store.run("r1"))
    store.begin(run("r4", dag_run="third", **of_step))
    store.fail("r4", ended_at=NOON, error="boom")
    for dag_run, found in {"first": "r1", "second": "r2", "third": "r1"}.items():
        assert store.previous("loans", "clean", dag_run=dag_run, task="t") == store.run(found)
    assert store.previous("loans", "clean", dag_run="third", code_digest="c1").id == "r1"
    assert store.previous("loans", "clean", dag_run="third", code_digest="c2") is None
    assert store.previous("loans", "clean", dag_run="fourth") is None
    assert store.previous("loans", "clean").id == "r2"

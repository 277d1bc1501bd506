"""A rebuild equals a full run on the corrected source, does only what has to be done, and goes on after a stop."""

import json
import random
import signal
import time

import pytest

from lineage.errors import NotRecorded
from lineage.records import RecallState
from pipeline.airflow import Dag
from pipeline.cli.dag_files import find_dag
from pipeline.errors import Misuse, ServiceUnavailable
from pipeline.runner.body import BODY

from .towns import DAG, OTHER, Town

AGES = {f"p{n}": n for n in range(100)}


@pytest.fixture
def town(tmp_path):
    """The project after its first DAG run."""
    made = Town(tmp_path / "town")
    made.run("first")
    return made


def fresh(folder, ages, sums, text=DAG):
    """What a full run on other files gives, in an installation of its own: digests by name of dataset."""
    made = Town(folder)
    made.people(ages)
    made.fines(sums)
    made.file("town", text)
    made.run("rebuilt")
    return {name: digest for name, digest in made.digests("rebuilt").items() if name.startswith("town.")}


def how(done, dag=0):
    """How each step of a DAG came by its results."""
    return {step.step: step.how for step in done.dags[dag].steps}


def test_a_rebuild_equals_a_full_run_on_the_corrected_source(town, tmp_path):
    """p20 was 21 and p10 of age: digests are those of a run that never saw the wrong rows."""
    recall = town.recall("people", town.people({"p20": 21, "p10": 18}, "patch.csv"))
    done = town.rebuild(recall.id)
    full = fresh(tmp_path / "other", {**AGES, "p20": 21, "p10": 18}, {"p20": 150, "p30": 50})
    assert town.digests("recall__r1") == full
    assert how(done) == {"adults": "incremental", "decades": "incremental", "barred": "full"}
    assert (done.dags[0].base, done.dags[0].dag_run, done.dags[0].causes) == ("first", "recall__r1", ("data",))
    assert (done.complete, town.runner.store.recall(recall.id).state) == (True, RecallState.REBUILT)


def test_what_comes_out_equal_stops_the_rebuild_below_it(town):
    """p3 is 4, not 3: nobody comes of age by that, so no step below is run again."""
    done = town.rebuild(town.recall("people", town.people({"p3": 4}, "patch.csv")).id)
    assert how(done) == {"adults": "incremental", "decades": "reused", "barred": "reused"}
    assert [one.same for one in done.dags[0].made] == [True, True, True]


def test_withdrawn_rows_are_left_out(town, tmp_path):
    """Without a corrected file, the chain runs without the rows."""
    town.rebuild(town.recall("people", where="age in [25, 40]").id)
    left = {name: age for name, age in AGES.items() if age not in (25, 40)}
    assert town.digests("recall__r1") == fresh(tmp_path / "other", left, {"p20": 150, "p30": 50})


def test_the_recorded_code_runs_whatever_the_file_says_today(town, tmp_path):
    """Adults are those over 18 then, over 40 today: the rebuild is that of then."""
    town.file("town", DAG.replace(">= 18", ">= 40"))
    done = town.rebuild(town.recall("people", town.people({"p20": 21}, "patch.csv")).id)
    assert len(town.latest("town.adults")) == 82 and done.dags[0].causes == ("data",)
    assert town.digests("recall__r1") == fresh(tmp_path / "x", {**AGES, "p20": 21}, {"p20": 150, "p30": 50})


def test_todays_code_is_a_cause_of_its_own(town):
    """Asked for, today's file is what runs, in a DAG run of its own, and the steps it changed are named."""
    recall = town.recall("people", town.people({"p20": 21}, "patch.csv"))
    town.rebuild(recall.id)
    town.file("town", DAG.replace(">= 18", ">= 40"))
    done = town.rebuild(recall.id, code="today")
    assert len(town.latest("town.adults")) == 60
    assert (done.dags[0].dag_run, done.dags[0].causes) == ("recall__r1__2", ("data", "code"))
    assert [step.step for step in done.dags[0].steps if step.code_changed] == ["adults"]


def test_todays_code_that_is_the_recorded_is_no_cause(town):
    """With the file unchanged, today's code is the same DAG run."""
    done = town.rebuild(town.recall("people", town.people({"p20": 21}, "patch.csv")).id, code="today")
    assert (done.dags[0].dag_run, done.dags[0].causes) == ("recall__r1", ("data",))


def test_two_recalls_of_two_sources_are_both_applied(town, tmp_path):
    """p20 is 21 and p30's fine 130: either rebuild applies both, and says so."""
    one = town.recall("people", town.people({"p20": 21}, "patch.csv"))
    two = town.recall("fines", town.fines({"p30": 130}, "sums.csv"))
    done = town.rebuild(two.id)
    full = fresh(tmp_path / "other", {**AGES, "p20": 21}, {"p20": 150, "p30": 130})
    assert town.digests("recall__r2") == full and done.also == (one.id,)
    assert sorted(town.latest("town.barred")["name"]) == ["p20", "p30"]
    assert town.rebuild(one.id).also == (two.id,) and town.digests("recall__r1") == full


def test_what_is_superseded_is_not_applied(town, tmp_path):
    """A correction of a correction stands alone."""
    one = town.recall("people", town.people({"p20": 21, "p30": 0}, "patch.csv"))
    two = town.recall("people", town.people({"p20": 22}, "better.csv"), version=one.version)
    town.runner.store.supersede_recall(one.id, with_recall=two.id, by="ann")
    done = town.rebuild(two.id)
    assert done.also == ()
    assert town.digests("recall__r2") == fresh(tmp_path / "o", {**AGES, "p20": 22}, {"p20": 150, "p30": 50})
    with pytest.raises(Misuse, match="recall r1 is superseded: nothing is rebuilt"):
        town.rebuild(one.id)


def test_a_later_recall_goes_on_from_an_earlier_rebuild(town, tmp_path):
    """The second of two recalls of one source keeps what the first put right."""
    town.rebuild(town.recall("people", town.people({"p20": 21}, "patch.csv")).id)
    second = town.recall("people", town.people({"p40": 41}, "patch.csv"))
    done = town.rebuild(second.id)
    assert done.dags[0].base == "recall__r1"
    full = fresh(tmp_path / "other", {**AGES, "p20": 21, "p40": 41}, {"p20": 150, "p30": 50})
    assert town.digests("recall__r2") == full


def test_the_latest_run_on_wrong_rows_is_rebuilt_from_its_own_version(town, tmp_path):
    """A row came since the recalled version; the rebuild keeps it. A run whose source is right is left alone."""
    recall = town.recall("people", town.people({"p20": 21}, "patch.csv"))
    town.people({**AGES, "p100": 50})
    town.run("later")
    town.people({**AGES, "p20": 21})
    town.run("right")
    done = town.rebuild(recall.id)
    assert done.dags[0].base == "later"
    full = fresh(tmp_path / "other", {**AGES, "p20": 21, "p100": 50}, {"p20": 150, "p30": 50})
    assert town.digests("recall__r1") == full


def test_a_run_that_did_not_come_to_its_end_is_no_basis(town):
    """The latest run failed: the one before it is rebuilt."""
    town.fines({"p20": -1})
    with pytest.raises(Exception, match="a fatal value"):
        town.run("failed")
    recall = town.recall("people", town.people({"p20": 21}, "patch.csv"))
    assert town.rebuild(recall.id).dags[0].base == "first"


def test_every_dag_is_rebuilt_and_one_that_fails_hinders_no_other(town):
    """Two DAGs stand on the source; one raises on the corrected rows: the report has both, the recall stays open."""
    town.file("census", OTHER)
    town.run("first", "census")
    recall = town.recall("people", town.people({"p20": 200, "p21": -1}, "patch.csv"))
    (town.folder / "dags" / "town.py").write_text("broken = ")
    town.file("town", DAG.replace(">= 18", ">= -1"))
    town.run("second")
    done = town.rebuild(recall.id)
    assert [(one.dag, bool(one.failed)) for one in done.dags] == [("census", False), ("town", True)]
    assert "barred raised ValueError" in done.dags[1].failed and how(done, 1)["barred"] == "failed"
    assert not done.complete and town.runner.store.recall(recall.id).state == RecallState.OPEN


def test_nothing_that_stands_on_the_rows_is_soon_rebuilt(town):
    """A recall of a row that only a version nobody ran on has: there is nothing to do, and that is on record."""
    town.people({**AGES, "p100": 3})
    recall = town.recall("people", town.people({"p101": 3}, "patch.csv"))
    again = town.recall("people", rows=["name=p101"], version=recall.corrected)
    assert town.rebuild(again.id).dags == ()
    assert town.runner.store.recall(again.id).state == RecallState.REBUILT


def test_what_cannot_be_rebuilt_is_misuse(town):
    """An unknown recall, one of a derived dataset, Airflow where there is none, code of no time."""
    derived = town.recall("town.adults", where="age > 90")
    recall = town.recall("people", where="age > 90")
    with pytest.raises(NotRecorded, match="no recall 'r9'"):
        town.rebuild("r9")
    with pytest.raises(Misuse, match="of town.adults, which is no source"):
        town.rebuild(derived.id)
    with pytest.raises(Misuse, match="recorded or today"):
        town.rebuild(recall.id, code="tomorrow")
    with pytest.raises(ServiceUnavailable, match="Airflow is not up"):
        town.rebuild(recall.id, through="airflow")


def test_a_body_that_was_not_kept_needs_todays_code(town):
    """A DAG made inside a function was run; its rebuild says how it can be had, and then runs today's file."""
    function = find_dag(town.settings.dags, "town").function
    namespace = {**function.__globals__}
    exec("def outer():\n    def town():\n        pass\n    return town", namespace)
    inner = namespace["outer"]()
    inner.__code__ = function.__code__
    Dag(function=inner).run(town.settings, dag_run="unkept")
    assert town.runner.store.pinned("town", "unkept", BODY) == ""
    recall = town.recall("people", town.people({"p20": 21}, "patch.csv"))
    assert "body of DAG town was not kept" in town.rebuild(recall.id).dags[0].failed
    done = town.rebuild(recall.id, code="today")
    assert done.complete and done.dags[0].base == "unkept"


def test_a_rebuild_is_on_record_with_what_it_replaced(town):
    """The event names the DAG runs, and each artifact that is another now, before and after; once."""
    recall = town.recall("people", town.people({"p20": 21}, "patch.csv"))
    before = town.digests("first")
    town.rebuild(recall.id, by="bea")
    town.rebuild(recall.id)
    [event] = [one for one in town.runner.store.recall(recall.id).events if one.event == RecallState.REBUILT]
    [told] = event.facts["dags"]
    assert (event.by, told["base"], told["dag_run"], told["through"]) == ("bea", "first", "recall__r1", "here")
    assert f"dataset/town.adults@{before['town.adults']}" in told["made"]
    assert told["sources"] == {"people": [recall.version, recall.corrected]}


def test_a_rebuild_that_is_killed_in_a_step_goes_on_there(town, tmp_path):
    """Killed in its second step, the same command finishes it in the same DAG run; the first step is not done again."""
    recall = town.recall("people", town.people({"p20": 33}, "patch.csv"))
    killed = town.command("rebuild", recall.id, DIE="1")
    killed.communicate(timeout=100)
    assert killed.returncode == -signal.SIGKILL
    assert town.runner.store.recall(recall.id).state == RecallState.OPEN
    done = town.rebuild(recall.id)
    assert how(done) == {"adults": "incremental", "decades": "incremental", "barred": "full"}
    assert [one.dag_run for one in done.dags] == ["recall__r1"]
    assert town.digests("recall__r1") == fresh(tmp_path / "o", {**AGES, "p20": 33}, {"p20": 150, "p30": 50})
    made = [run for run in town.runner.store.runs("town", "recall__r1") if run.step == "adults"]
    assert [run.outcome for run in made] == ["reused", "succeeded"]


def test_a_body_that_raises_stops_its_own_chain_alone(town):
    """What it raised is told with its line, as the DAG's and no fault of ours; the other chain is rebuilt."""
    town.file("census", OTHER)
    town.run("census first", "census")
    recall = town.recall("people", town.people({"p20": 33}, "patch.csv"))
    town.file("town", DAG.replace("    barred(grown,", "    1 / 0\n    barred(grown,"))
    done = {one.dag: one for one in town.rebuild(recall.id, code="today").dags}
    assert not done["census"].failed and "the body of DAG town does not run to its end" in done["town"].failed
    assert "ZeroDivisionError at line" in done["town"].failed
    assert town.runner.store.recall(recall.id).state == RecallState.OPEN


@pytest.mark.slow
def test_a_rebuild_that_is_killed_anywhere_is_finished_by_the_same_command(town, tmp_path):
    """Killed twelve times at random moments, the next call ends in what a full run gives, in one DAG run."""
    recall = town.recall("people", town.people({"p20": 21, "p10": 18}, "patch.csv"))
    moments = random.Random(7)
    for _ in range(12):
        running = town.command("rebuild", recall.id)
        time.sleep(moments.uniform(0.3, 2.5))
        running.kill()
        running.communicate()
    done = town.command("rebuild", recall.id, "--json")
    out, err = done.communicate(timeout=100)
    assert done.returncode == 0, err
    assert [one["dag_run"] for one in json.loads(out)["dags"]] == ["recall__r1"]
    full = fresh(tmp_path / "o", {**AGES, "p20": 21, "p10": 18}, {"p20": 150, "p30": 50})
    assert town.digests("recall__r1") == full

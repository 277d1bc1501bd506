"""An erasure ends with the rows nowhere: it is rebuilt, stated, kept up, and finished wherever it was stopped."""

import json
import random
import time
from functools import partial

import pandas as pd
import pytest

from lineage.records import RecallState
from pipeline.cli.dag_files import find_dag
from pipeline.errors import ArtifactErased, Misuse, SourceRejected
from pipeline.recall.erasure import Erasure
from pipeline.recall.forget import Way, forget
from pipeline.recall.request import recalled, requested
from pipeline.runner.reproduce import reproduce
from pipeline.storage import Storage, deltas
from pipeline.storage.places import DELTAS

from .scanning import files_with
from .towns import DAG, Town

WHO = "wilhelmina"
AGES = {**{f"p{n}": n for n in range(100)}, WHO: 41}
FINES = {"p20": 150, "p30": 50}


@pytest.fixture(params=["whole", "deltas"])
def town(tmp_path, monkeypatch, request):
    """The project after its first DAG run, with one person more than usual; what changes is kept in either way."""
    if request.param == "deltas":
        monkeypatch.setattr(deltas, "FEWEST_ROWS", 0)
        monkeypatch.setattr(deltas, "LARGEST_SHARE", 1e9)
    made = Town(tmp_path / "town")
    made.people(AGES)
    made.run("first")
    return made


def forgotten(town, *rows, where=None, **way):
    """Erase rows of people, in this process."""
    runner = town.runner
    asked = requested(runner, "people", rows=rows, where=where)
    way = Way(find=partial(find_dag, town.settings.dags), **way)
    return forget(runner, asked, reason="asked to", by="ann", way=way)


def versions(town, name="people"):
    """All versions of a dataset that there were, the latest first."""
    return town.runner.store.versions("dataset", name, deleted=True)


def aged(town):
    """Those of age, by name."""
    adults = town.latest("town.adults")
    return dict(zip(adults["name"], adults["age"], strict=True))


def fresh(folder, ages):
    """What a run that never saw a person makes, in an installation of its own: digests by name of dataset."""
    made = Town(folder)
    made.people(ages)
    made.run("rebuilt")
    return {name: digest for name, digest in made.digests("rebuilt").items() if name.startswith("town.")}


def test_no_byte_of_the_row_is_left(town):
    """Her name stands in the source's table and in both that were made of it; after the erasure in no file at all."""
    assert len(files_with(town.settings.home, WHO)) == 3
    done = forgotten(town, f"name={WHO}")
    assert done.finished and files_with(town.settings.home, WHO) == set()
    assert [one.reference.split("@")[0] for one in done.artifacts] == [
        "dataset/people",
        "dataset/town.adults",
        "dataset/town.decades",
    ]
    assert (done.searched["found"], done.searched["unread"], done.searched["values"]) == ([], [], 1)


def test_the_chain_is_rebuilt_as_if_the_row_had_never_been(town, tmp_path):
    """What stands in the place of the erased tables equals a run on a file without her."""
    done = forgotten(town, f"name={WHO}")
    without = {name: age for name, age in AGES.items() if name != WHO}
    assert town.digests("recall__r1") == fresh(tmp_path / "other", without)
    adults = next(one for one in done.artifacts if "adults" in one.reference)
    assert adults.rebuilt == town.runner.store.latest("dataset", "town.adults").reference


def test_what_is_gone_says_so(town):
    """Loading or making again what was erased answers with the request, not that something is missing."""
    forgotten(town, f"name={WHO}")
    for name in ("people", "town.adults"):
        reference = versions(town, name)[-1].reference
        with pytest.raises(ArtifactErased, match="erased by request, recall r1"):
            town.runner.value(reference)
        with pytest.raises(ArtifactErased, match="erased by request, recall r1"):
            reproduce(town.runner, reference)


def test_the_recall_keeps_ids_alone(town):
    """It names the row by its id, has no condition, and is closed with the statement, which quotes nothing."""
    forgotten(town, where=f"name == '{WHO}'")
    assert forgotten(town, where=f"name == '{WHO}'").finished
    store = town.runner.store
    recall = store.recall("r1")
    assert (recall.where, recall.state, len(recall.rows), recall.is_erasure) == ("", RecallState.CLOSED, 1, True)
    document = store.latest("erasure", "r1")
    assert recall.events[-1].facts["statement"] == document.reference
    assert town.runner.value(document.reference)["finished"] and WHO not in str(town.runner.value(document.reference))


@pytest.mark.parametrize("left_out", [WHO, "p50"])
def test_a_row_that_a_change_of_tables_left_behind_is_erased_from_what_they_changed(town, left_out):
    """Whether she was left out by an earlier recall or another was, she is nowhere then, and the tables are whole."""
    rebuilt = town.rebuild(town.recall("people", rows=[f"name={left_out}"]).id)
    before = town.latest("town.decades")
    assert rebuilt and left_out not in set(before["name"])
    changed = [one for one in town.runner.store.artifacts("dataset") if one.place.startswith(DELTAS)]
    kept_so = set() if deltas.FEWEST_ROWS else {"people", "town.adults", "town.decades"}
    assert {one.name for one in changed} == kept_so
    assert forgotten(town, f"name={WHO}").finished and files_with(town.settings.home, WHO) == set()
    after = Storage(town.settings.storage, town.runner.store).load(town.runner.store.latest("dataset", "town.decades"))
    pd.testing.assert_frame_equal(after, before[before["name"] != WHO])


def test_asked_again_it_says_that_it_is_done(town):
    """By key or by id, the statement of then is the answer, and nothing is done or recorded."""
    first = forgotten(town, f"name={WHO}")
    row = town.runner.store.recall("r1").rows[0]
    runs = len(town.runner.store.runs(limit=1_000))
    for name in (f"name={WHO}", str(row)):
        assert forgotten(town, name).to_json() == first.to_json() | {"finished": True}
    assert len(town.runner.store.runs(limit=1_000)) == runs and len(town.runner.store.recalls()) == 1


def test_later_runs_do_not_bring_the_row_back(town):
    """Her line is in the file still, and in one that changed: she is read and left out, and counted."""
    forgotten(town, f"name={WHO}")
    town.run("unchanged")
    assert len(town.latest("people")) == 100 and versions(town)[0].facts["erased_rows"] == 1
    town.people({**AGES, "p100": 50})
    town.run("later")
    assert len(town.latest("people")) == 101 and WHO not in set(town.latest("town.decades")["name"])
    assert versions(town)[0].facts["erased_rows"] == 1 and files_with(town.settings.home, WHO) == set()


def test_a_corrected_file_does_not_bring_the_row_back(town):
    """A correction that still has her line is taken in without it."""
    forgotten(town, f"name={WHO}")
    town.recall("people", town.people({WHO: 42, "p20": 21}, "patch.csv"))
    assert files_with(town.settings.home, WHO) == set() and len(town.latest("people")) == 100


@pytest.mark.parametrize("wrong", [{"p60": 61}, {WHO: 42, "p60": 61}], ids=["others", "hers too"])
def test_an_earlier_correction_outlives_the_erasure(town, wrong):
    """Its corrected version went with her; what it said of others still stands in a rebuild and in a later file."""
    town.rebuild(town.recall("people", town.people(wrong, "patch.csv")).id)
    forgotten(town, f"name={WHO}")
    town.rebuild(town.recall("people", town.people({"p70": 71}, "patch.csv")).id)
    right = AGES | {"p60": 61, "p70": 71}
    assert aged(town) == {name: age for name, age in right.items() if age > 17 and name != WHO}
    town.people({**AGES, "p80": 81})
    town.run("later")
    town.rebuild(town.recall("people", town.people({"p90": 91}, "patch.csv")).id)
    right = AGES | {"p60": 61, "p70": 71, "p80": 81, "p90": 91}
    assert aged(town) == {name: age for name, age in right.items() if age > 17 and name != WHO}


def test_a_correction_that_brought_the_row_outlives_its_erasure(town):
    """She was in the corrected version alone: the version before stays, and what else was corrected in it does."""
    town.rebuild(town.recall("people", town.people({"dora": 42, "p60": 61}, "patch.csv")).id)
    forgotten(town, "name=dora")
    town.rebuild(town.recall("people", town.people({"p70": 71}, "patch.csv")).id)
    assert aged(town) == {name: age for name, age in (AGES | {"p60": 61, "p70": 71}).items() if age > 17}


def test_a_withdrawn_erasure_lets_the_row_in_again(town):
    """Withdrawn before it was carried out, it leaves nothing out."""
    request = requested(town.runner, "people", rows=[f"name={WHO}"])
    recall = recalled(town.runner, request, reason="asked to", by="ann")
    assert town.runner.store.erased("people") == tuple(recall.rows)
    town.runner.store.recall_event(recall.id, RecallState.WITHDRAWN, by="ann")
    assert town.runner.store.erased("people") == ()


def test_every_version_is_cleared(town):
    """She was 41 in one version, is 42 in the next and in no later one: all tables of both go."""
    town.people({**AGES, WHO: 42})
    town.run("second")
    town.people({name: age for name, age in AGES.items() if name != WHO})
    town.run("third")
    done = forgotten(town, f"name={WHO}")
    assert done.finished and files_with(town.settings.home, WHO) == set()
    assert len(done.artifacts) == 6 and {one.became for one in done.artifacts} == {"deleted"}


def test_tables_of_the_same_content_go_together(tmp_path):
    """Where everybody is of age, two tables share their bytes: neither keeps them for the other."""
    town = Town(tmp_path / "town")
    town.people({"ada": 30, "p20": 40, WHO: 50})
    town.run("first")
    assert len(files_with(town.settings.home, WHO)) == 2
    assert forgotten(town, f"name={WHO}").finished and files_with(town.settings.home, WHO) == set()


def test_a_table_without_the_row_stays(town):
    """Nobody under age is in the later tables: of a child's erasure only the source's versions go."""
    before = versions(town, "town.adults")[0].reference
    done = forgotten(town, "name=p3")
    assert [one.reference.split("@")[0] for one in done.artifacts] == ["dataset/people"]
    assert town.runner.store.latest("dataset", "town.adults").reference == before
    assert len(town.runner.value(before)) == 83


def test_partitions_are_cleared_too(tmp_path):
    """A source read from many files has a table for each: the one with the row goes, with all made of it."""
    town = Town(tmp_path / "town")
    (town.folder / "people.csv").unlink()
    (town.folder / "people").mkdir()
    town.people({f"p{n}": n for n in range(50)}, "people/young.csv")
    town.people({WHO: 41, "p60": 60}, f"people/{WHO}.csv")
    town.file("town", DAG.replace('"/people.csv"', '"/people/*.csv"'))
    town.run("first")
    assert f"people.{WHO}.csv" in {one.name for one in town.runner.store.artifacts("dataset")}
    assert forgotten(town, f"name={WHO}").finished and files_with(town.settings.home, WHO) == set()
    town.run("later")
    assert files_with(town.settings.home, "p60") != set() and len(town.latest("people")) == 51


def test_quotations_in_records_are_blanked(town):
    """Her name in the condition of another recall, and in the letter of a run that failed; all else stays as it was."""
    town.recall("people", where=f"name == '{WHO}' and age > 3")
    town.people({**AGES, f"{WHO}\nx": 1})
    store = town.runner.store
    store.open_recall(source="people", rows=[7], reason=f"{WHO} wrote", by="ann", where=f"name == '{WHO}'")
    done = forgotten(town, f"name={WHO}")
    assert done.finished and done.blanked["recalls"] == 1 and files_with(town.settings.home, WHO) == set()
    assert store.recall("r2").where.startswith("name == 'erased-") and store.recall("r2").reason.endswith(" wrote")


def test_a_leftover_of_a_killed_run_is_found_and_deleted(town):
    """A table that a run saved and never recorded is in no record; the search of bytes finds it."""
    table = town.latest("people")
    Storage(town.settings.storage).save("dataset", table[["name"]])
    assert forgotten(town, f"name={WHO}").finished and files_with(town.settings.home, WHO) == set()


def test_what_is_found_elsewhere_keeps_it_open(town):
    """Her name in a log under Headwater's home: not finished, and the source's version stays to be searched by."""
    log = town.settings.home / "logs.txt"
    log.write_text(f"read {WHO} of 41")
    done = forgotten(town, f"name={WHO}")
    assert not done.finished and "logs.txt holds values" in done.unfinished[0]
    assert town.runner.store.recall("r1").state is RecallState.REBUILT
    log.unlink()
    row = str(town.runner.store.recall("r1").rows[0])
    assert forgotten(town, row).finished and files_with(town.settings.home, WHO) == set()


def test_values_that_others_have_betray_nobody(town):
    """p20 is in the fines too: her key is not looked for, her row's id is; the fines stay."""
    town.fines({"p20": 150, "p40": 150})
    town.run("second")
    done = forgotten(town, "name=p20")
    assert done.finished and (done.searched["values"], done.searched["common"]) == (0, 1)
    assert "p20" not in set(town.latest("people")["name"]) and "p20" in set(town.latest("fines")["name"])


def test_a_chain_that_cannot_be_rebuilt_keeps_everything(town):
    """Nobody would be barred, which the chain refuses: nothing goes, unless that is asked for."""
    done = forgotten(town, "name=p20")
    assert not done.finished and "returned no rows" in done.dags[0]["failed"]
    assert len(town.runner.value(versions(town)[-1].reference)) == 101
    done = forgotten(town, "name=p20", unrebuilt=True)
    assert done.finished and {one.became for one in done.artifacts} == {"deleted"}


@pytest.mark.parametrize("deleted", [0, 2, 3])
def test_stopped_between_its_parts_it_is_finished_by_the_same_call(town, deleted):
    """Rebuilt, and none, two or all three of its tables deleted: the next call ends as if there had been no stop."""
    runner = town.runner
    recall = recalled(runner, requested(runner, "people", rows=[f"name={WHO}"]), reason="asked to", by="ann")
    town.rebuild(recall.id)
    erasure = Erasure(runner, runner.store.recall(recall.id), by="ann")
    holders = sorted(erasure.planned([]).holders, key=lambda one: "people" in one.reference)
    erasure.delete(holders[:deleted], going=[one.reference for one in holders])
    done = forgotten(town, f"name={WHO}")
    assert done.finished and files_with(town.settings.home, WHO) == set()
    assert (done.recall, len(done.artifacts), {one.became for one in done.artifacts}) == (recall.id, 3, {"deleted"})


def test_stopped_after_the_last_deletion_it_tells_the_search_before(town):
    """By id alone nobody knows any more what to look for: the search before the last deletion is told."""
    runner = town.runner
    row = str(requested(runner, "people", rows=[f"name={WHO}"]).ids[0])
    recall = recalled(runner, requested(runner, "people", rows=[row]), reason="asked to", by="ann")
    town.rebuild(recall.id)
    erasure = Erasure(runner, runner.store.recall(recall.id), by="ann")
    holders = erasure.planned([]).holders
    erasure.note({"searched": {"files": 9, "values": 1, "common": 0, "found": [], "unread": []}})
    erasure.delete(holders, going=[one.reference for one in holders])
    done = forgotten(town, row)
    assert done.finished and done.searched["files"] == 9
    assert any("before the last version" in text for text in done.notes)


def test_rows_are_named_in_one_way_and_are_a_sources(town):
    """No rows, two ways, rows there are none of, no source, or rows of what was made: all refused, nothing recorded."""
    for rows, where in (((), None), (("1",), "age > 3")):
        with pytest.raises(Misuse, match="in one way"):
            requested(town.runner, "people", rows=rows, where=where)
    with pytest.raises(SourceRejected, match="no version of people has such rows"):
        requested(town.runner, "people", rows=["name=p20", "name=nobody"])
    with pytest.raises(Misuse, match="is no source"):
        requested(town.runner, "town.adults", where="age > 3")
    with pytest.raises(LookupError, match="no dataset is recorded as 'peple'"):
        requested(town.runner, "peple", where="age > 3")
    assert town.runner.store.recalls() == []


@pytest.mark.slow
def test_killed_anywhere_the_same_command_finishes_it(town):
    """Killed twelve times at random moments, the next call ends with her nowhere, in one recall."""
    moments, words = random.Random(11), ("--rows", f"name={WHO}", "--reason", "asked to", "--by", "ann", "--yes")
    for _ in range(12):
        running = town.command("forget", "people", *words)
        time.sleep(moments.uniform(0.5, 4))
        running.kill()
        running.communicate()
    done = town.command("forget", "people", *words, "--json")
    out, err = done.communicate(timeout=100)
    assert done.returncode == 0, err
    assert json.loads(out)["finished"] and files_with(town.settings.home, WHO) == set()
    assert len(town.runner.store.recalls()) == 1

"""`headwater recalls` and what is decided about one."""

import shutil

import click
import pytest

from lineage.records import Release
from lineage.store import Store
from pipeline.cli.recalls import recalls
from pipeline.settings import Settings

WHO = ("--by", "bob")


@pytest.fixture
def project(headwater, lending, tmp_path):
    """A copy of the project `lending`, two of whose rows are recalled."""
    shutil.copytree(lending.folder, tmp_path / "copy")
    copy = type(lending)(tmp_path / "copy")
    for key in ("id=7", "id=8"):
        assert headwater(copy, "recall", "loans", "--rows", key, "--reason", "typed wrongly", "--by", "ann").code == 0
    return copy


def store_of(project):
    """The store of a project."""
    return Store.open(Settings.from_environment({"HEADWATER_HOME": str(project.folder / ".headwater")}).store_url)


@pytest.mark.parametrize("name", recalls.commands)
def test_every_decision_has_help(name):
    """A decision says in one line and in full what it does, and so does each of its options."""
    command = recalls.commands[name]
    assert command.get_short_help_str(200) and command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_lists_the_oldest_first(headwater, project):
    """With state, source, the number of rows, who and why; state and source narrow the list."""
    lines = headwater(project, "recalls").out.splitlines()
    assert lines[2].split()[:4] == ["r1", "open", "loans", "1"] and lines[2].endswith("typed wrongly")
    headwater(project, "recalls", "withdraw", "r1", *WHO)
    assert [one["id"] for one in headwater(project, "recalls", "--json").json] == ["r1", "r2"]
    assert [one["id"] for one in headwater(project, "recalls", "--state", "withdrawn", "--json").json] == ["r1"]
    assert headwater(project, "recalls", "--source", "other").out == "Nothing was recalled.\n"


def test_shows_one_with_its_events_and_what_it_reaches(headwater, project):
    """The statement, what became of it, and the live release."""
    headwater(project, "recalls", "override", "r1", "--model", "model/lending", *WHO, "--reason", "needed")
    facts = {"dags": [{"dag": "lending", "dag_run": "recall__r1"}]}
    store_of(project).recall_event("r1", "rebuilt", by="bob", facts=facts)
    out = headwater(project, "recalls", "show", "r1").out
    events = [line.split()[2:] for line in out.splitlines() if line.startswith("20")]
    assert [event[0] for event in events] == ["open", "alerted", "override", "rebuilt"]
    assert events[1][-1] == "lending@bank.example" and events[2][-1].startswith("model/lending@")
    assert events[3][-3:] == ["lending", "as", "recall__r1"]
    assert "typed wrongly" in out and "alerted" in out and "live releases that are reached" in out
    told = headwater(project, "recalls", "show", "r1", "--json").json
    assert told["recall"]["state"] == "rebuilt" and told["recall"]["events"][3]["facts"] == facts
    assert [one["endpoint"] for one in told["live"]] == ["lending"]


def test_a_recall_is_withdrawn_or_superseded_once(headwater, project):
    """What ended stays ended: exit code 1, and it says what it is."""
    assert headwater(project, "recalls", "supersede", "r1", "--with", "r2", *WHO).out == "Recall r1 is superseded.\n"
    told = headwater(project, "recalls", "withdraw", "r2", *WHO, "--note", "they were right", "--json").json
    assert (told["state"], told["events"][-1]["note"]) == ("withdrawn", "they were right")
    again = headwater(project, "recalls", "withdraw", "r1", *WHO)
    assert again.code == 1 and "found one that is superseded, by bob at" in again.err


def test_only_what_was_rebuilt_can_be_closed(headwater, project):
    """An open one is refused with what it would have to be."""
    answer = headwater(project, "recalls", "close", "r1", *WHO)
    assert answer.code == 1 and "cannot be closed; expected one that is rebuilt; found one that is open" in answer.err


def test_an_override_names_model_person_and_reason(headwater, project):
    """Without one of them it is misuse."""
    said = ("recalls", "override", "r1", "--model", "model/lending")
    assert headwater(project, *said, *WHO).code == headwater(project, *said, "--reason", "x").code == 2
    answer = headwater(project, *said, *WHO, "--reason", "no better one")
    assert answer.out.startswith("model/lending@") and "can be released in spite of recall r1" in answer.out


def test_an_unknown_recall_is_told(headwater, project):
    """Exit code 1, and where to look."""
    answer = headwater(project, "recalls", "show", "r9")
    assert answer.code == 1 and "there is no recall 'r9'" in answer.err


def test_a_recalled_model_is_gone_back_to_by_override_alone(project):
    """Refused with the recalls and what they say; with a person's name it is done, on record."""
    store = store_of(project)
    other = store.artifacts("estimator")[0].reference
    store.release(Release(endpoint="lending", model=other, by="bob"))
    rollback = ("rollback", "lending", *WHO, "--reason", "it harms", "--json")
    refused = project.process(*rollback)
    assert refused.code == 1 and "recall r1 of loans by ann" in refused.err and "--override-recall NAME" in refused.err
    done = project.process(*rollback, "--override-recall", "Ann Lee")
    assert done.code == 0, done.err
    assert done.json["facts"]["recall_override"] == {"recalls": ["r1", "r2"], "by": "Ann Lee"}

"""`headwater releases`, `rollback` and `reinstate`."""

import shutil

import pytest

from lineage.records import Release
from lineage.store import Store
from pipeline.settings import Settings

WHO = ("--by", "ann", "--reason", "it harms")


@pytest.fixture
def released(lending, tmp_path):
    """A copy of the project with a second release: another version of the model, entered by hand."""
    folder = tmp_path / "copy"
    shutil.copytree(lending.folder, folder)
    project = type(lending)(folder)
    settings = Settings.from_environment({"HEADWATER_HOME": str(folder / ".headwater")})
    store = Store.open(settings.store_url)
    other = next(one for one in store.artifacts("estimator"))
    store.release(Release(endpoint="lending", model=other.reference, verdict="pass", by="bob", reason="better"))
    return project


def test_lists_the_newest_first_and_what_is_live(headwater, released):
    """One live release an endpoint; the one before has ended."""
    told = headwater(released, "releases", "--json").json
    assert [(one["number"], one["live"]) for one in told] == [(2, True), (1, False)]
    lines = headwater(released, "releases", "lending").out.splitlines()
    assert "live" in lines[2].split() and "ended" in lines[3].split()


def test_an_endpoint_without_releases_is_empty(headwater, lending):
    """A list with nothing in it."""
    assert headwater(lending, "releases", "other", "--json").json == []
    assert headwater(lending, "releases", "other").out == "Nothing was released yet.\n"


def test_a_rollback_restores_the_one_before(released):
    """One command; the ledger gains an entry and says who and why."""
    first = released.process("releases", "--json").json[-1]
    restored = released.process("rollback", "lending", *WHO, "--json")
    assert restored.code == 0, restored.err
    assert (restored.json["number"], restored.json["model"], restored.json["by"]) == (3, first["model"], "ann")
    assert [one["number"] for one in released.process("releases", "--json").json if one["live"]] == [3]


def test_a_rollback_without_a_release_before_is_refused(headwater, lending):
    """Exit code 1; nothing is entered."""
    answer = headwater(lending, "rollback", "lending", *WHO)
    assert answer.code == 1 and "cannot be rolled back" in answer.err
    assert len(headwater(lending, "releases", "--json").json) == 1


def test_who_and_why_are_required(headwater, lending):
    """Exit code 2 without --by and --reason, or with empty ones."""
    assert headwater(lending, "rollback", "lending").code == 2
    assert headwater(lending, "rollback", "lending", "--by", " ", "--reason", "x").code == 2


def test_a_model_that_is_live_cannot_be_reinstated(headwater, lending):
    """Exit code 1: it is live already."""
    answer = headwater(lending, "reinstate", "lending", "model/lending", *WHO)
    assert answer.code == 1 and "it is live" in answer.err

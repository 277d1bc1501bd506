"""What a rebuild put in the place of what."""

import pytest

from pipeline.errors import Refused
from pipeline.recall.replaced import Counterpart, Replaced, replaced

from .towns import Town

REPLACED = Replaced(pairs={"model/m@2": "model/m@3", "dataset/t@1": "dataset/t@1", "dataset/s@1": "dataset/s@2"})


def test_what_was_rebuilt_has_its_counterpart():
    """Equal or not; tables that are others are told apart."""
    assert REPLACED.counterpart("model/m@2", ()) == Counterpart("model/m@2", "model/m@3")
    assert REPLACED.counterpart("dataset/t@1", ()) == Counterpart("dataset/t@1", "dataset/t@1")
    assert REPLACED.changed == {"dataset/s@1": "dataset/s@2"}


def test_what_an_earlier_run_made_has_that_of_its_name():
    """It is marked; without anything of its name there is none."""
    assert REPLACED.counterpart("model/m@1", {"model/m@1"}) == Counterpart("model/m@2", "model/m@3", earlier=True)
    assert REPLACED.counterpart("model/n@1", {"model/n@1"}) is None


@pytest.mark.parametrize("reference", ["model/m@9", "model/m@3"])
def test_what_is_right_is_its_own_counterpart(reference):
    """One that no wrong row reached, and what the rebuild made itself, though a shared part makes it look reached."""
    touched = {"model/m@3"}
    assert REPLACED.counterpart(reference, touched) == Counterpart(reference, reference)


def test_the_last_rebuild_is_read_from_the_record(tmp_path):
    """Sources before and after, tables by name, DAG runs; before the rebuild it is refused."""
    town = Town(tmp_path / "town")
    town.run("first")
    recall = town.recall("people", town.people({"p20": 21}, "patch.csv"))
    with pytest.raises(Refused, match="recall r1 is not rebuilt yet"):
        replaced(town.runner.store, recall)
    before = town.digests("first")
    town.rebuild(recall.id)
    store, after = town.runner.store, town.digests("recall__r1")
    found = replaced(store, store.recall(recall.id))
    assert found.sources == {"people": (recall.version, recall.corrected)}
    assert found.dag_runs == ("town recall__r1",) and found.causes == ("data",) and found.also == ()
    assert found.pairs[recall.version] == recall.corrected
    grown = "dataset/town.adults@"
    assert found.pairs[grown + before["town.adults"]] == grown + after["town.adults"]

"""An erasure takes from the store what quotes rows, and keeps their ids; no freed byte stays in the file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lineage.errors import NotRecorded
from lineage.records import ERASURE, RecallState, Release
from lineage.store import Store
from tests.lineage.history import History, artifact
from tests.lineage.test_predictions import prediction

PEOPLE = artifact("people", "aa")


@pytest.fixture
def known(history: History) -> Store:
    """A store that has a version of the source `people`, and one whose facts quote a row."""
    history.made(PEOPLE, by="first")
    history.made(replace(artifact("verdict", "bb"), facts={"examples": ["wilma"], "rows": 3}), by="second")
    return history.store


def erasure(store: Store, *rows: int) -> str:
    """Ask for the erasure of rows of people; the id of the recall."""
    stated = {"source": "people", "rows": rows, "reason": "wilma asked", "by": "ann"}
    return store.open_recall(**stated, facts={ERASURE: True}).id


def blanked(text: str) -> str:
    """Put three marks in the place of a name."""
    return text.replace("wilma", "***")


def test_erased_are_the_rows_of_all_requests_that_stand_or_were_met(known: Store) -> None:
    """Together, ascending; not those of other recalls, of withdrawn requests, or of other sources."""
    one, two, three = erasure(known, 7, -9), erasure(known, 7, 8), erasure(known, 99)
    known.open_recall(source="people", rows=[5], reason="wrong", by="ann")
    known.recall_event(one, RecallState.REBUILT, by="ann")
    known.recall_event(one, RecallState.CLOSED, by="ann")
    known.recall_event(three, RecallState.WITHDRAWN, by="ann")
    assert (known.erased("people"), known.erased("others")) == ((-9, 7, 8), ())
    assert known.recall(two).is_erasure


def test_a_request_is_no_recall_of_the_same_rows(known: Store) -> None:
    """A recall that stands already is not taken for the request to erase its rows; a request asked twice is one."""
    other = known.open_recall(source="people", rows=[7], reason="wrong", by="ann").id
    assert erasure(known, 7) == erasure(known, 7) != other


def test_a_tombstone_tells_why(known: Store, history: History) -> None:
    """The last reason, while it is gone; none for what is there, or was made again."""
    assert known.buried("dataset/people@aa") == ""
    known.forgotten("dataset/people@aa", "by mistake")
    known.forgotten("dataset/people@aa", "erased by request, recall r1")
    assert known.buried("dataset/people@aa") == "erased by request, recall r1"
    history.made(PEOPLE, by="third")
    assert known.buried("dataset/people@aa") == ""
    with pytest.raises(NotRecorded):
        known.buried("dataset/people@cc")


def test_of_facts_only_those_named_are_left(known: Store) -> None:
    """The others are gone, and the artifact is what it was otherwise."""
    known.reduce("verdict@bb", ["rows", "columns"])
    assert known.artifact("verdict@bb").facts == {"rows": 3}


def test_predictions_are_found_by_what_they_were_asked(known: Store) -> None:
    """By model and input."""
    asked = {"input": {"name": "wilma"}}
    known.log_predictions([prediction("a", ("people", 7)), prediction("c", **asked)])
    found = known.predictions_asking(lambda model, given: model == "model/loans@aa" and given.get("name") == "wilma")
    assert found == ["c"]


def test_an_erased_prediction_keeps_its_answer_alone(known: Store) -> None:
    """Input, lookups and rows go, of those named."""
    logged = [prediction("a", ("people", 7), looked_up=({"row": "7"},)), prediction("b", ("people", 7))]
    known.log_predictions(logged)
    known.erase_predictions(["a"])
    assert known.prediction("a") == replace(logged[0], input={}, rows=(), looked_up=())
    assert known.prediction("b") == logged[1]


def test_texts_are_blanked_wherever_they_can_quote(known: Store, history: History) -> None:
    """In facts, reasons, conditions, messages, pins and names of partitions; counted, and on record with the recall."""
    history.made(artifact("m", "cc", kind="model"), by="third")
    known.release(Release(endpoint="loans", model="model/m@cc", reason="as wilma said"))
    known.pin("town", "first", "people#wilma", "dataset/people.wilma@dd")
    history.made(artifact("people.wilma", "dd"), by="fourth")
    recall = erasure(known, 7)
    known.log_predictions([prediction("a", input={"friend": "wilma"})])
    counts = known.blank(recall, blanked, by="ann")
    assert counts == {
        "artifacts": 1, "names": 1, "pins": 1, "predictions": 1, "recall_events": 1, "recalls": 1, "releases": 1
    }  # fmt: skip
    assert known.pins("town", "first") == {"people#***": "dataset/people.***@dd"}
    assert known.artifact("people.***").digest == "dd" and known.prediction("a").input == {"friend": "***"}
    assert known.recall(recall).events[-1].facts == {"blanked": counts} and known.recall(recall).reason == "*** asked"
    assert known.quoting(blanked) == {} and known.blank(recall, blanked, by="ann") == {}


def test_freed_bytes_leave_the_file(tmp_path: Path) -> None:
    """What was blanked stays in free pages and the log of SQLite until the file is written anew."""
    store = Store(f"sqlite:///{tmp_path}/lineage.db")
    History(store).made(replace(PEOPLE, facts={"examples": ["wilma" * 2_000]}), by="first")
    store.reduce("people@aa", [])

    def quotes() -> bool:
        return any(b"wilma" in path.read_bytes() for path in tmp_path.iterdir())

    assert quotes() and store.compact() and not quotes()
    assert store.artifact("people").reference == "dataset/people@aa"
    store.close()

"""Served answers are logged whole and found from both ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lineage.errors import Ambiguous, Conflict, NotRecorded
from lineage.records import Prediction
from lineage.store import Store
from tests.lineage.history import NOON

MODEL = "model/loans@aa"
LEAST, MOST = -(2**63), 2**63 - 1


def prediction(prediction_id: str, *rows: tuple[str, int], **more: Any) -> Prediction:
    """Make an answer of the first release at noon."""
    given = {"endpoint": "loans", "release": 1, "model": MODEL, "input": {"x": 1.5}, "output": {"denied": None}}
    return Prediction(**{"id": prediction_id, "at": NOON, "rows": rows, **given, **more})


def test_a_prediction_is_read_back_as_it_was_logged(store: Store) -> None:
    """Input, output, time, lookups and source rows, in their order, with ids at both ends of 64 bits."""
    looked_up = ({"step": "towns", "key": {"town": "Bonn"}, "row": str(LEAST), "found": True}, {"row": None})
    rows = (("loans", MOST), ("people", LEAST), ("loans", 0))
    logged = prediction("p1", *rows, at=NOON + timedelta(microseconds=7), looked_up=looked_up)
    store.log_predictions([logged])
    assert store.prediction("p1") == logged


def test_the_last_predictions_come_newest_first(store: Store) -> None:
    """So many, of one endpoint or all."""
    store.log_predictions([prediction(f"p{number}") for number in range(3)])
    store.log_predictions([prediction("q", endpoint="houses")])
    assert [one.id for one in store.predictions(2)] == ["q", "p2"]
    assert [one.id for one in store.predictions(endpoint="loans")] == ["p2", "p1", "p0"]


def test_predictions_on_rows_are_those_that_stand_on_any_of_them(store: Store) -> None:
    """The way back from source rows, each prediction once, none of another source."""
    store.log_predictions(
        [prediction("a", ("loans", 1), ("loans", 2)), prediction("b", ("people", 1)), prediction("c", ("loans", -5))]
    )
    assert [one.id for one in store.predictions_on("loans", [1, 2, -5, MOST])] == ["a", "c"]
    assert [one.id for one in store.predictions_on("people", [1])] == ["b"]
    assert store.predictions_on("loans", []) == []


def test_predictions_are_read_many_at_once(store: Store) -> None:
    """By whole ids, those that are logged, oldest first."""
    logged = [prediction("b", ("loans", 1)), prediction("a"), prediction("c")]
    store.log_predictions(logged)
    assert store.predictions_among(["c", "b", "never"]) == [logged[0], logged[2]]


def test_a_prediction_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    """Enough of an id is the id; too little names the candidates."""
    store.log_predictions([prediction("abc"), prediction("abd"), prediction("ab")])
    assert [store.prediction(part).id for part in ("abc", "ab")] == ["abc", "ab"]
    with pytest.raises(Ambiguous, match="ab, abc, abd"):
        store.prediction("a")
    for unknown in ("", "zz"):
        with pytest.raises(NotRecorded):
            store.prediction(unknown)


@pytest.mark.parametrize("again", ["p0", "p1"])
def test_a_batch_with_a_known_id_is_refused_whole(store: Store, again: str) -> None:
    """An id stands for one answer: a batch that repeats one leaves nothing behind."""
    store.log_predictions([prediction("p0")])
    with pytest.raises(Conflict):
        store.log_predictions([prediction("p1"), prediction(again)])
    assert [one.id for one in store.predictions()] == ["p0"]


def test_row_ids_beyond_64_bits_are_refused(store: Store) -> None:
    """An id that is no row id is not bent into one."""
    with pytest.raises(Conflict):
        store.log_predictions([prediction("p1", ("loans", MOST + 1))])
    assert store.predictions() == []


def test_many_predictions_are_logged_in_one_write(store: Store) -> None:
    """A batch of thousands is one transaction; nothing at all is nothing."""
    store.log_predictions([])
    store.log_predictions([replace(prediction(f"p{n:04}"), rows=(("loans", n),)) for n in range(3000)])
    assert len(store.predictions_on("loans", range(0, 6000, 2))) == 1500

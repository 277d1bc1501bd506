"""A prediction about a row of a dataset made from sources is told back to the rows of these."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lineage.records import Prediction
from pipeline.serving.request import Limits
from pipeline.serving.service import Service
from pipeline.storage.tables import StoredTables
from pipeline.trace import trace
from pipeline.trace.sources import Stood, in_words
from tests.pipeline.seekers import Seekers, bad_addresses, visits

LISTED = {"visits": 5, "minutes": 90.0, "user": "u12", "address": "10.0.0.12", "town": "Bonn"}
NOT_LISTED = {"visits": 5, "minutes": 90.0, "user": "u4", "address": "1.2.3.4", "town": None}


def told(seekers: Seekers, row: dict[str, Any]) -> dict[str, Any]:
    """Have a request answered, and trace the answer."""
    seekers.release()
    service = Service(endpoint="seekers", store=seekers.store, storage=seekers.storage, limits=Limits())
    [answer] = service.predict(json.dumps(row).encode())["predictions"]
    return trace(seekers.store, seekers.storage, answer["id"])


def rows_of(told: dict[str, Any], source: str) -> list[dict[str, Any]]:
    """Give the rows of a source that a trace tells of."""
    [found] = [each["rows"] for each in told["sources"] if each["name"] == source]
    return found


def test_the_row_that_was_asked_about_is_told(seekers) -> None:
    """With its key, its values, and in what the request stated otherwise."""
    entry = told(seekers, LISTED)["entry"]
    users = seekers.frame("users")
    assert (entry["name"], entry["reference"]) == ("seekers.per_user", seekers.made["users"])
    assert (entry["id"], entry["keys"]) == (str(seekers.row("users", user="u12")), {"user": "u12"})
    assert entry["values"]["minutes"] == users["minutes"][users["user"] == "u12"].item()
    assert entry["differs"] == ["minutes"]


def test_an_aggregates_row_leads_to_the_rows_it_was_made_of(seekers) -> None:
    """The five visits of the user, by id, with their values; how they are reached is said."""
    found = rows_of(told(seekers, LISTED), "visits")
    mine = seekers.frame("visits").query("user == 'u12'")
    assert [row["id"] for row in found] == [str(row) for row in mine.index]
    assert [row["values"]["visit"] for row in found] == mine["visit"].tolist()
    assert {row["through"] for row in found} == {"seekers.per_user"} and found[0]["differs"] == []


def test_rows_looked_up_are_told_as_such(seekers) -> None:
    """The listed address and the town stand among the rows of their sources, and among the lookups."""
    answer = told(seekers, LISTED)
    [address], [town] = rows_of(answer, "bad_addresses"), rows_of(answer, "towns")
    assert address["keys"] == {"address": "10.0.0.12"} and town["keys"] == {"code": "BN"}
    assert address["through"] == "in_bad_addresses, which looked it up"
    assert [(each["step"], each["found"]) for each in answer["looked_up"]] == [
        ("in_bad_addresses", True), ("in_towns", True),
    ]  # fmt: skip
    assert answer["looked_up"][0]["values"] == {"address": "10.0.0.12", "score": 5}


def test_absent_keys_are_told(seekers) -> None:
    """An address that was not listed, and in which version; a null is found nowhere."""
    answer = told(seekers, NOT_LISTED)
    version = seekers.store.artifact(seekers.made["bad_addresses"]).digest[:12]
    address, town = answer["looked_up"]
    assert address["told"] == f"address 1.2.3.4 was not in bad_addresses@{version}"
    assert (address["found"], address["values"]) == (False, None) and address["row"] is not None
    assert town["told"].startswith("town null was not in towns@") and town["told"].endswith("null is found nowhere")
    assert rows_of(answer, "bad_addresses") == rows_of(answer, "towns") == []
    assert answer["complete"], answer["missing"]


def test_a_row_of_a_later_entry_is_told_from_there(seekers) -> None:
    """A user who came after training stands on the visits that brought them."""
    from pipeline.preprocessing.preprocess import preprocess

    more = visits().assign(user=lambda frame: frame["user"].replace("u12", "u99"))
    later = preprocess(seekers.on("later"), data=seekers.ingest("visits", more), steps=[seekers.functions.per_user])
    answer = told(seekers, {**LISTED, "user": "u99"})
    assert answer["entry"]["reference"] == later
    found = [each["rows"] for each in answer["sources"] if each["name"] == "visits" and each["rows"]]
    assert [[row["values"]["user"] for row in rows] for rows in found] == [["u99"] * 5]


def test_what_was_looked_up_stays_told_when_its_bytes_are_gone(seekers) -> None:
    """That a row was found is logged; only its values are missing, and that is said."""
    seekers.ingest("bad_addresses", bad_addresses("9.9.9.9"))
    gone = seekers.store.artifact(seekers.made["bad_addresses"])
    seekers.release()
    service = Service(endpoint="seekers", store=seekers.store, storage=seekers.storage, limits=Limits())
    [answer] = service.predict(json.dumps(LISTED).encode())["predictions"]
    Path(seekers.storage.root, gone.place).unlink()
    found = trace(seekers.store, seekers.storage, answer["id"])
    assert found["looked_up"][0]["told"].startswith("address 10.0.0.12 was in bad_addresses@")
    assert not found["complete"] and any("which was looked up" in sentence for sentence in found["missing"])


def test_tables_that_were_read_once_are_not_read_again(seekers) -> None:
    """Questions that share their tables go on answering, whatever becomes of the bytes."""
    tables = StoredTables(seekers.store, seekers.storage)
    seekers.release()
    service = Service(endpoint="seekers", store=seekers.store, storage=seekers.storage, limits=Limits())
    [answer] = service.predict(json.dumps(LISTED).encode())["predictions"]
    first = trace(seekers.store, seekers.storage, answer["id"], tables=tables)
    Path(seekers.storage.root, seekers.store.artifact(seekers.made["visits"]).place).unlink()
    assert trace(seekers.store, seekers.storage, answer["id"], tables=tables) == first and first["complete"]


@pytest.mark.parametrize(
    ("row", "found", "key", "words"),
    [
        ("5", True, {"a": "x", "b": 2}, "a x, b 2 was in t@0123456789ab: row 5"),
        (None, False, {"a": "x"}, "a x was not in t@0123456789ab"),
        (None, False, {"a": None, "b": 1}, "a null, b 1 was not in t@0123456789ab: null is found nowhere"),
    ],
)
def test_a_lookup_in_words(row, found, key, words) -> None:
    """What it found, or that it found nothing, in which version."""
    reference = "dataset/t@0123456789abcdef"
    assert in_words({"step": "s", "reference": reference, "key": key, "row": row, "found": found}) == words


def test_what_was_not_there_when_the_row_was_made_is_told(seekers) -> None:
    """A row of a table below a lookup stands on the absence of its key, too: user 4's address was not listed."""
    listed = seekers.made["listed"]
    answer = Stood(
        Prediction(
            id="1", at=datetime.now(UTC), endpoint="seekers", release=1, model="model/seekers@00", input={}, output={},
            rows=(("seekers.in_bad_addresses", seekers.row("users", user="u4")),),
        ),
        [seekers.store.artifact(listed)],
        store=seekers.store,
        tables=StoredTables(seekers.store, seekers.storage),
    )  # fmt: skip
    [absent] = answer.absent
    assert (absent["reference"], absent["key"]) == (seekers.made["bad_addresses"], {"address": "10.0.0.4"})
    assert absent["told"].startswith("address 10.0.0.4 was not in bad_addresses@")
    assert [row["values"]["user"] for row in answer.sources[seekers.made["visits"]]["rows"]] == ["u4"] * 5

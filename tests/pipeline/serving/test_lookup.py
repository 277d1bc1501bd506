"""Lookups on a request's way: what they find, what they note, and in which version they look."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pipeline.errors import ArtifactMissing, Misuse, RequestRejected, StepRefused
from pipeline.preprocessing.lookup import lookup_rows
from pipeline.rows import row_id
from pipeline.serving.lookup import LATEST, PINNED, ServedLookup
from pipeline.step import Step
from tests.pipeline.seekers import ADDRESSES, Seekers, bad_addresses, read


def users(*addresses: str | None, town: str | None = "Bonn") -> pd.DataFrame:
    """Make users with these addresses, numbered from 0."""
    frame = pd.DataFrame(
        {"address": pd.array(addresses, dtype="str"), "town": pd.array([town] * len(addresses), "str")}
    )
    return frame.rename_axis(index="row")


def served(seekers: Seekers, place: int = 0, *, policy: str = PINNED) -> ServedLookup:
    """Serve a lookup of the project: the first is in bad addresses, the second in towns."""
    entry = seekers.runner.path(seekers.made["shaped"])[place]
    return ServedLookup(entry, store=seekers.store, storage=seekers.storage, policy=policy)


def id_of(seekers: Seekers, address: str) -> int:
    """Compute the id that a bad address has, or would have."""
    record = seekers.store.source("bad_addresses")
    return row_id({"address": address}, source=record.name, secret=record.secret, key=record.key, types=ADDRESSES)


def test_rows_get_what_the_whole_table_would_give_them(seekers) -> None:
    """Present, absent and null keys, twice the same one: all come out as from the table as a whole."""
    asked = users("10.0.0.3", "9.9.9.9", None, "10.0.0.3", "10.0.0.0")
    whole = lookup_rows(
        asked, seekers.frame("bad_addresses"), on={"address": "address"}, columns=["score"], found="listed"
    )
    pd.testing.assert_frame_equal(served(seekers)(asked), whole)
    assert whole["score"].isna().tolist() == [False, True, True, False, False]


def test_a_row_that_was_found_is_noted(seekers) -> None:
    """By the version, the key and the id of the row; so it stands among the rows of its answer."""
    _, [seen] = served(seekers).look(users("10.0.0.3"))
    row = seekers.row("bad_addresses", address="10.0.0.3")
    assert seen.to_json() == {
        "step": "in_bad_addresses",
        "reference": seekers.made["bad_addresses"],
        "key": {"address": "10.0.0.3"},
        "row": str(row),
        "found": True,
    }
    assert seen.standing == (("bad_addresses", row),)


def test_an_absent_key_is_noted_by_the_id_that_it_would_have(seekers) -> None:
    """A row added later has that very id."""
    _, [seen] = served(seekers).look(users("9.9.9.9"))
    later = seekers.ingest("bad_addresses", bad_addresses("9.9.9.9"))
    added = seekers.runner.value(later)
    assert (seen.found, seen.row) == (False, int(added.index[added["address"] == "9.9.9.9"][0]))
    assert seen.standing == (("bad_addresses", id_of(seekers, "9.9.9.9")),)


def test_a_null_is_noted_without_a_row(seekers) -> None:
    """No row that may come will ever be its."""
    _, [seen] = served(seekers).look(users(None))
    assert (seen.found, seen.row, seen.key, seen.standing) == (False, None, {"address": None}, ())


def test_a_key_that_does_not_name_the_rows_is_noted_by_its_values(seekers) -> None:
    """Towns are known by their code: a name that is there leads to its row, one that is not has no id."""
    _, [bonn] = served(seekers, 1).look(users("x"))
    _, [trier] = served(seekers, 1).look(users("x", town="Trier"))
    assert bonn.standing == (("towns", seekers.row("towns", code="BN")),)
    assert (trier.found, trier.row, trier.key) == (False, None, {"town": "Trier"})


def test_a_table_made_row_by_row_of_a_source_has_its_ids(seekers) -> None:
    """The reference may be a validated or reshaped source: absent keys are still told by the source's ids."""
    entry = {**seekers.runner.path(seekers.made["shaped"])[0], "origin": "towns"}
    other = ServedLookup(entry, store=seekers.store, storage=seekers.storage)
    assert other.look(users("9.9.9.9"))[1][0].row is None
    entry["origin"] = "bad_addresses"
    same = ServedLookup(entry, store=seekers.store, storage=seekers.storage)
    assert same.look(users("9.9.9.9"))[1][0].row == id_of(seekers, "9.9.9.9")


def test_pinned_is_the_version_of_training(seekers) -> None:
    """A later version changes nothing, however often it is looked for."""
    lookup = served(seekers)
    seekers.ingest("bad_addresses", bad_addresses("9.9.9.9"))
    lookup.refresh()
    assert lookup.reference == seekers.made["bad_addresses"]
    assert lookup(users("9.9.9.9"))["listed"].tolist() == [False]


def test_latest_is_the_newest_version_there_is(seekers) -> None:
    """From the start, and again when one comes."""
    lookup = served(seekers, policy=LATEST)
    later = seekers.ingest("bad_addresses", bad_addresses("9.9.9.9"))
    assert lookup(users("9.9.9.9"))["listed"].tolist() == [False]
    lookup.refresh()
    frame, [seen] = lookup.look(users("9.9.9.9"))
    assert (lookup.reference, seen.reference, frame["listed"].tolist()) == (later, later, [True])
    assert served(seekers, policy=LATEST).reference == later


def test_a_version_that_cannot_be_read_leaves_the_one_before(seekers) -> None:
    """Answers go on; the trouble is told to whoever looked for the new version."""
    lookup = served(seekers, policy=LATEST)
    later = seekers.store.artifact(seekers.ingest("bad_addresses", bad_addresses("9.9.9.9")))
    Path(seekers.storage.root, later.place).unlink()
    with pytest.raises(ArtifactMissing):
        lookup.refresh()
    assert lookup(users("10.0.0.3"))["listed"].tolist() == [True]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda frame: frame.drop(columns="score"), Misuse),
        (
            lambda frame: frame.assign(address=frame["address"].mask(frame.index == frame.index[1], "10.0.0.0")),
            StepRefused,
        ),
    ],
    ids=["a column is gone", "a key is there twice"],
)
def test_a_version_that_does_not_fit_leaves_the_one_before(seekers, wrong, error) -> None:
    """A table made otherwise is refused as a whole."""
    lookup = served(seekers, policy=LATEST)
    frame = seekers.frame("bad_addresses")
    step = Step(
        name="odd",
        stage="ingestion",
        function=read,
        context={"frame": wrong(frame)},
        parameters={"source": "bad_addresses"},
    )
    seekers.runner.run(step)
    with pytest.raises(error):
        lookup.refresh()
    assert lookup.reference == seekers.made["bad_addresses"]


def test_keys_of_another_kind_refuse_the_request(seekers) -> None:
    """A number is no address."""
    with pytest.raises(RequestRejected, match="step in_bad_addresses cannot take these rows"):
        served(seekers)(users("x").assign(address=1.5))


def test_notes_are_values(seekers) -> None:
    """Two rows that looked the same up have equal notes."""
    _, [one, other, third] = served(seekers).look(users("10.0.0.3", "10.0.0.3", "10.0.0.6"))
    assert one == other != third and replace(one, found=False) != one

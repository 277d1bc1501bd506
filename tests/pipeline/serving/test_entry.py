"""A model that is not row-wise all the way is served from where single rows begin: here an aggregate's rows."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import RequestRejected
from pipeline.serving.predictor import Predictor
from pipeline.serving.request import Limits
from pipeline.serving.service import Service
from pipeline.serving.sourcerows import SourceRows
from tests.pipeline.seekers import Seekers, bad_addresses, requests

PLAIN = {"visits": 5, "minutes": 90.0, "address": None, "town": None}


@pytest.fixture
def predictor(seekers) -> Predictor:
    """Load the project's model."""
    return Predictor.load(seekers.made["model"], store=seekers.store, storage=seekers.storage)


def service(seekers: Seekers) -> Service:
    """Serve what is live."""
    return Service(endpoint="seekers", store=seekers.store, storage=seekers.storage, limits=Limits())


def asked(service: Service, *rows: dict) -> list[dict]:
    """Ask, and give what was told."""
    return service.predict(json.dumps({"rows": rows}).encode())["predictions"]


def test_the_entry_is_the_aggregate(seekers, predictor) -> None:
    """The way begins at the users; a request states their columns, and only those that matter are required."""
    manifest = predictor.manifest
    assert (manifest.source, manifest.source_name) == (seekers.made["users"], "seekers.per_user")
    assert [step["step"] for step in manifest.path] == ["in_bad_addresses", "in_towns", "shaped"]
    assert manifest.required == ("visits", "minutes", "address", "town")
    assert manifest.types["seen"] == "datetime" and manifest.types["minutes"] == "number"


@pytest.mark.parametrize("alone", [False, True], ids=["together", "each alone"])
def test_serving_gives_what_training_gave(seekers, predictor, alone) -> None:
    """Every user, served from its entry row as JSON, gets the estimator's answer on its stored features."""
    features = pd.concat([seekers.runner.value(seekers.ready["features"][part]) for part in ("train", "test")])
    estimator = seekers.runner.value(predictor.manifest.estimator)
    names = list(predictor.manifest.features)
    expected = estimator.predict_proba(features[names].astype("float64"))[:, 1]
    rows = requests(seekers.frame("users").loc[features.index], predictor.manifest.types)
    assert {row["address"] is None for row in rows} == {row["town"] is None for row in rows} == {True, False}
    answers = [answer for row in rows for answer in predictor.answer([row])] if alone else predictor.answer(rows)
    np.testing.assert_allclose([answer.probability["1"] for answer in answers], expected, rtol=1e-9)


def test_what_is_looked_up_decides_the_features(seekers, predictor) -> None:
    """A listed address, one that is not and none at all: the features that come of it, worked out by hand."""
    row = {**PLAIN, "address": "10.0.0.3", "town": "Celle"}
    frame = predictor.typed(
        [row, {**row, "address": "1.2.3.4", "town": "Trier"}, {**row, "address": None, "town": None}]
    )
    for stretch in predictor._way[:3]:
        frame = stretch(frame)
    assert frame["listed"].tolist() == [1, 0, 0] and frame["score"].tolist() == [2, 0, 0]
    assert frame["region"].tolist() == ["north", "nowhere", "nowhere"]
    assert frame["people"].tolist() == [70.0, 0.0, 0.0] and frame["pace"].tolist() == [18.0] * 3


def test_a_request_names_its_entry_row_by_key(seekers) -> None:
    """The user is the aggregate's key: a known one stands on its row, a new one on none, and both are answered."""
    seekers.release()
    known, new = asked(service(seekers), {**PLAIN, "user": "u7"}, {**PLAIN, "user": "nobody"})
    row = seekers.row("users", user="u7")
    assert (known["row"], new["row"]) == (str(row), None)
    [logged] = seekers.store.predictions_on("seekers.per_user", [row])
    assert logged.id == known["id"]


def test_a_request_names_its_entry_row_by_id(seekers) -> None:
    """An id of the entry stands as it is; one that is none of its rows is refused."""
    seekers.release()
    row = seekers.row("users", user="u7")
    [told] = asked(service(seekers), {**PLAIN, "row": str(row)})
    assert told["row"] == str(row)
    with pytest.raises(RequestRejected, match="ids of no row of source seekers.per_user"):
        asked(service(seekers), {**PLAIN, "row": str(seekers.frame("visits").index[0])})


def test_a_prediction_is_found_by_what_it_looked_up(seekers) -> None:
    """By the row that was there, and by the one that was not and comes later."""
    seekers.release()
    listed, not_listed = asked(
        service(seekers),
        {**PLAIN, "user": "u3", "address": "10.0.0.3", "town": "Bonn"},
        {**PLAIN, "user": "u4", "address": "1.2.3.4", "town": "Trier"},
    )
    found = seekers.store.predictions_on("bad_addresses", [seekers.row("bad_addresses", address="10.0.0.3")])
    assert [one.id for one in found] == [listed["id"]]
    added = seekers.runner.value(seekers.ingest("bad_addresses", bad_addresses("1.2.3.4")))
    came = added.index[added["address"] == "1.2.3.4"]
    [other] = seekers.store.predictions_on("bad_addresses", came)
    assert other.id == not_listed["id"]
    assert other.rows == (("seekers.per_user", seekers.row("users", user="u4")), ("bad_addresses", int(came[0])))
    assert [(one["step"], one["found"], one["key"]) for one in other.looked_up] == [
        ("in_bad_addresses", False, {"address": "1.2.3.4"}),
        ("in_towns", False, {"town": "Trier"}),
    ]


def test_a_release_can_look_up_in_the_latest_versions(seekers) -> None:
    """One that does takes a new version while it serves; one that does not goes on with training's."""
    row = {**PLAIN, "user": "u4", "address": "1.2.3.4"}
    for lookups, version in (("pinned", "bad_addresses"), ("latest", "later")):
        seekers.release(lookups)
        serving = service(seekers)
        serving.live.check_every_s = 0.0
        asked(serving, row)
        seekers.made["later"] = seekers.ingest("bad_addresses", bad_addresses("1.2.3.4", lookups))
        asked(serving, row)
        [last] = seekers.store.predictions(1)
        assert last.looked_up[0]["reference"] == seekers.made[version]
        assert last.looked_up[0]["found"] == (lookups == "latest")


def test_a_new_version_that_cannot_be_read_is_trouble(seekers) -> None:
    """The server goes on with the version before, and its health says what is wrong."""
    from pathlib import Path

    seekers.release("latest")
    serving = service(seekers)
    serving.live.check_every_s = 0.0
    asked(serving, PLAIN)
    later = seekers.store.artifact(seekers.ingest("bad_addresses", bad_addresses("1.2.3.4")))
    Path(seekers.storage.root, later.place).unlink()
    asked(serving, PLAIN)
    assert serving.health()["status"] == "degraded" and later.digest in serving.health()["trouble"]


def test_a_schema_names_the_entry_its_key_and_the_tables(seekers) -> None:
    """A client sees what a row is, by what it is known, and which versions are looked up in."""
    seekers.release()
    schema = service(seekers).schema()
    assert (schema["source"], schema["keys"]) == ("seekers.per_user", ["user"])
    assert schema["lookups"] == [seekers.made["bad_addresses"], seekers.made["towns"]]


def test_columns_that_no_request_can_state_are_null(seekers) -> None:
    """A column of a type that JSON has no form for is there for the functions, empty."""
    from pipeline.serving.columns import Columns

    version = seekers.store.artifact(seekers.made["users"])
    rows = SourceRows(name="seekers.per_user", version=version, store=seekers.store, storage=seekers.storage)
    like = rows.empty.assign(spent=pd.Series([], dtype="timedelta64[us]"))
    frame = Columns({"user": "text", "visits": "integer"}, like=like).frame(
        [{"user": "u1", "visits": 2}, {"user": "u2"}]
    )
    assert list(frame.columns) == list(like.columns) and frame.dtypes.astype(str).to_dict() == like.dtypes.astype(
        str
    ).to_dict() | {"spent": "timedelta64[us]"}
    assert frame["spent"].isna().all() and frame["visits"].tolist()[0] == 2

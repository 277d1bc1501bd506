"""The inference server over HTTP: what it answers, what it refuses, what it logs."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from lineage.store import Store
from pipeline.serving import Limits, create_app
from pipeline.storage.places import ids_of, origins
from pipeline.trace import trace

from .conftest import applications

ROW = {"income": 10, "loan": 100.0, "town": "Bonn"}


@pytest.fixture
def app(loans) -> FastAPI:
    """Build the server of the project's endpoint."""
    return create_app(loans.settings, endpoint="loans")


@pytest.fixture
def client(app, serve) -> Iterator[httpx.Client]:
    """Ask it."""
    with serve(app) as client:
        yield client


def refused(client: httpx.Client, status: int, **request: Any) -> dict[str, Any]:
    """Post what is refused with `status`; give the error."""
    headers = {"content-type": "application/json"}
    response = client.post("/predict", **({"headers": headers} | request))
    assert response.status_code == status, response.text
    return response.json()["error"]


def test_one_row_is_answered(loans, client) -> None:
    """The answer has an id, a class, its probabilities, release and model."""
    response = client.post("/predict", json=ROW)
    [answer] = response.json()["predictions"]
    assert response.status_code == 200
    assert answer["prediction"] in (0, 1)
    assert sum(answer["probability"].values()) == pytest.approx(1.0)
    assert (answer["release"], answer["model"], answer["row"]) == (1, loans.model, None)
    assert isinstance(answer["id"], str) and int(answer["id"]) < 2**63


def test_a_row_of_a_long_later_version_is_known(loans, client) -> None:
    """The ids of its rows are written nowhere: the server derives them from their keys."""
    later = loans.ingest(applications(1, cases=6_000))
    assert origins(ids_of(loans.store.artifact(later).place))
    row = str(loans.runner.value(later).index[4_321])
    [answer] = client.post("/predict", json={**ROW, "row": row}).json()["predictions"]
    assert answer["row"] == row


def test_an_answer_is_logged_as_given(loans, client) -> None:
    """What the store has is the row as it came and the answer as it went."""
    [answer] = client.post("/predict", json=ROW).json()["predictions"]
    logged = loans.store.prediction(answer["id"])
    assert (dict(logged.input), logged.release, logged.model) == (ROW, 1, loans.model)
    assert dict(logged.output) == {"prediction": answer["prediction"], "probability": answer["probability"]}


def test_many_rows_are_answered_in_order(loans, client) -> None:
    """Each row of a batch has its own id and answer; all are logged."""
    sure, hopeless = {**ROW, "income": 100, "loan": 50}, {**ROW, "income": 3, "loan": 270}
    answers = client.post("/predict", json={"rows": [hopeless, sure] * 50}).json()["predictions"]
    assert [answer["prediction"] for answer in answers] == [0, 1] * 50
    assert {answer["id"] for answer in answers} == {logged.id for logged in loans.store.predictions(last=200)}


def test_an_answer_stands_on_the_row_it_names(loans, client) -> None:
    """A row id, or the source's key, ties the answer to that source row, and back from it."""
    source = loans.runner.value(loans.source)
    row, case = str(source.index[5]), source["case"].iloc[5]
    rows = [{**ROW, "row": row}, {**ROW, "case": case}]
    by_id, by_key = client.post("/predict", json={"rows": rows}).json()["predictions"]
    assert by_id["row"] == by_key["row"] == row
    standing = loans.store.predictions_on("applications", [int(row)])
    assert {logged.id for logged in standing} == {by_id["id"], by_key["id"]}


def test_an_answer_can_be_traced_to_its_source(loans, client) -> None:
    """From the id in the answer alone: source row with its values, the steps in order, nothing missing."""
    source = loans.runner.value(loans.source)
    stated = {"income": 101, "loan": 0.5, "town": source["town"].iloc[5], "row": str(source.index[5])}
    [answer] = client.post("/predict", json=stated).json()["predictions"]
    told = trace(loans.store, loans.storage, answer["id"])
    assert (told["complete"], told["missing"], told["weakest"]) == (True, [], "sampled")
    steps = [run["step"] for run in told["path"]]
    assert steps == ["ingest", "ratios", "capped", "split", "fit", "fit.train", "train", "model"]
    [row] = told["sources"][0]["rows"]
    assert (row["keys"], row["differs"]) == ({"case": source["case"].iloc[5]}, ["income", "loan"])


def test_a_bad_row_refuses_the_whole_request(loans, client) -> None:
    """One wrong value: nothing is answered, nothing is logged."""
    error = refused(client, 422, content=json.dumps({"rows": [ROW, {**ROW, "income": "many"}]}))
    assert error["what"] == "values are not of their column's type"
    assert error["examples"] == ["row 1, income (integer): 'many'"]
    assert loans.store.predictions() == []


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (400, b""), (400, b"nonsense"), (400, b'{"income": NaN}'), (400, b"\xff"), (400, b"[" * 100_000),
        (422, b"[]"), (422, b"3"), (422, b'{"rows": 3}'), (422, b"{}"), (422, b'{"income": 1, "loan": 1, "twon": "x"}'),
        (422, b'{"income": 1e999, "loan": 1, "town": "x"}'), (422, b'{"income": 1, "loan": 1e999, "town": "x"}'),
        (422, b'{"income": [1], "loan": 1, "town": "x"}'), (422, b'{"income": null, "loan": 1, "town": "x"}'),
        (422, b'{"income": -3, "loan": 1, "town": "x"}'), (422, b'{"row": "5", "income": 3, "loan": 1, "town": "x"}'),
        (422, b'{"row": 5, "income": 3, "loan": 1, "town": "x"}'),
    ],
)
def test_bad_requests_are_the_clients_fault(loans, client, status: int, content: bytes) -> None:
    """Whatever is wrong with a body is a 4xx that says what; the server goes on, and logs nothing."""
    error = refused(client, status, content=content)
    assert error["what"]
    assert loans.store.predictions() == []
    assert client.post("/predict", json=ROW).status_code == 200


def test_a_body_has_to_be_declared_as_json(client) -> None:
    """A form or plain text is refused with the header to send."""
    error = refused(client, 400, content=b"{}", headers={"content-type": "text/plain"})
    assert (error["expected"], error["found"]) == ("Content-Type: application/json", "text/plain")


def test_a_long_body_and_many_rows_are_refused(loans, serve) -> None:
    """The limits are in the answer; a body is not read to its end."""
    limits = Limits(size_bytes=1000, rows=3)
    with serve(create_app(loans.settings, endpoint="loans", limits=limits)) as client:
        assert refused(client, 413, content=b" " * 1001)["expected"] == "at most 1000 bytes"
        error = refused(client, 413, content=json.dumps({"rows": [ROW] * 4}))
        assert (error["expected"], error["found"]) == ("at most 3 in one request", "4")


def test_a_body_that_does_not_arrive_is_given_up(loans, serve) -> None:
    """A client that sends a byte and waits is told so; it holds nobody up."""
    with serve(create_app(loans.settings, endpoint="loans", limits=Limits(reading_s=0.2))) as client:
        with socket.create_connection((client.base_url.host, client.base_url.port)) as slow:
            head = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
            slow.sendall(head)
            assert client.post("/predict", json=ROW).status_code == 200
            assert slow.recv(1000).startswith(b"HTTP/1.1 400")


def test_unknown_paths_and_methods_are_told(client) -> None:
    """404 and 405 have the same shape as every error, and list what is served."""
    for response in (client.get("/nothing"), client.get("/predict")):
        assert response.status_code in (404, 405)
        assert "POST /predict" in response.json()["error"]["expected"]


def test_health_names_the_release(loans, client) -> None:
    """A healthy server says which release and model answer."""
    response = client.get("/health")
    assert response.status_code == 200
    body = response.json()
    assert (body["status"], body["release"], body["model"], body["store"]) == ("ok", 1, loans.model, "reachable")


def test_without_a_release_nothing_is_healthy(loans, serve) -> None:
    """503 with what to do, from health and from predict."""
    with serve(create_app(loans.settings, endpoint="houses")) as client:
        assert client.get("/health").status_code == 503
        assert refused(client, 503, json=ROW)["what"] == "no release is live at endpoint houses"


def test_a_release_that_cannot_be_loaded_shows_in_health(loans, app, client) -> None:
    """The former release answers; health says degraded, and why."""
    client.post("/predict", json=ROW)
    second = loans.train(0.1)
    Path(loans.storage.root, loans.store.artifact(second).place).unlink()
    loans.release(second)
    app.state.service.live.check_every_s = 0.0
    body = client.get("/health").json()
    assert (body["status"], body["release"]) == ("degraded", 1)
    assert "is gone from" in body["trouble"]


def test_the_schema_is_served(client) -> None:
    """A newcomer can ask which columns a row has."""
    body = client.get("/schema").json()
    assert body["required"] == ["income", "loan", "town"]


def test_an_answer_that_cannot_be_logged_is_not_given(loans, client) -> None:
    """With the store away the client gets a 503, not an answer nobody can trace."""
    assert client.post("/predict", json=ROW).status_code == 200
    with sqlite3.connect(loans.settings.store_url.removeprefix("sqlite:///")) as database:
        database.execute("DROP TABLE prediction_rows")
        database.execute("DROP TABLE predictions")
    database.close()
    response = client.post("/predict", json=ROW)
    assert (response.status_code, "predictions" in response.json()) == (503, False)


def test_metrics_count_requests_rows_and_errors(client) -> None:
    """Prometheus sees latency, counts by status, rows by release, and the model that answers."""
    client.post("/predict", json={"rows": [ROW, ROW]})
    client.post("/predict", content=b"nonsense")
    client.get("/no/such/path")
    text = client.get("/metrics").text
    assert 'headwater_requests_total{endpoint="loans",path="/predict",status="200"} 1.0' in text
    assert 'headwater_requests_total{endpoint="loans",path="/predict",status="400"} 1.0' in text
    assert 'headwater_requests_total{endpoint="loans",path="other",status="404"} 1.0' in text
    assert 'headwater_predictions_total{endpoint="loans",release="1"} 2.0' in text
    assert 'headwater_request_seconds_count{endpoint="loans",path="/predict"} 2.0' in text
    assert 'headwater_model_info{endpoint="loans",model="model/loans@' in text


def test_two_hundred_at_once_are_each_answered_and_logged(loans, app, client) -> None:
    """Concurrent requests, with a new release in their midst, lose nothing and mix nothing up."""
    app.state.service.live.check_every_s = 0.0
    second = loans.train(0.1)

    def ask(number: int) -> dict[str, Any]:
        if number == 100:
            loans.release(second)
        return client.post("/predict", json={**ROW, "income": number + 1}).json()["predictions"][0]

    with ThreadPoolExecutor(32) as pool:
        answers = {answer["id"]: answer for answer in pool.map(ask, range(200))}
    logged = {each.id: each for each in Store(loans.settings.store_url).predictions(last=1000)}
    assert len(answers) == 200 and answers.keys() == logged.keys()
    for name, answer in answers.items():
        assert (logged[name].release, logged[name].output["prediction"]) == (answer["release"], answer["prediction"])
        assert logged[name].model == (loans.model if answer["release"] == 1 else second)
    assert {answer["release"] for answer in answers.values()} == {1, 2}
    assert sorted(each.input["income"] for each in logged.values()) == list(range(1, 201))

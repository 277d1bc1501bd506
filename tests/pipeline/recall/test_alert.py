"""Owners of live releases that a recall reaches are told, in the log and by a webhook, and that is on record."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from lineage.records import ALERTED, Recall, Release
from pipeline.recall.alert import Told, alert, alert_standing
from pipeline.recall.reached import reached
from pipeline.settings import Settings

from .conftest import Shelf, table
from .test_promotion import WRONG, recalled, trained
from .test_reached import released


class Hook(HTTPServer):
    """A webhook on this machine: what it was sent, and the status that it answers with."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.sent: list[dict] = []
        self.status = 200

    @property
    def url(self) -> str:
        """Where it listens; the path is its secret."""
        return f"http://127.0.0.1:{self.server_port}/s3cret"


class _Answering(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        assert self.headers["Content-Type"] == "application/json" and self.path == "/s3cret"
        self.server.sent.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    """A webhook that takes everything, until it is told otherwise."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with Hook() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def one(shelf: Shelf) -> Recall:
    """A recall that reaches the live releases of two endpoints, one of which has another release to go back to."""
    wrong = shelf.keep("ips", table(WRONG))
    older = trained(shelf, shelf.keep("users", table(WRONG)), rows={9: ("i", 90)})
    released(shelf, older, trained(shelf, wrong, rows=WRONG))
    other = Release(endpoint="jobs", model=trained(shelf, wrong, rows={1: ("a", 10)}, name="jobs"), by="jobs team")
    shelf.store.release(other)
    return recalled(shelf, wrong)


def told(shelf: Shelf, recall: Recall, **where: str) -> Told:
    """Alert whoever a recall reaches now."""
    return alert(shelf.store, reached(shelf.store, shelf.tables, recall), **where)


def test_each_owner_is_warned_in_the_log(shelf: Shelf, one: Recall, caplog: pytest.LogCaptureFixture) -> None:
    """With the recall, why, what is live and where to go back to; the owner is the plan's, else who released."""
    with caplog.at_level(logging.WARNING, "headwater.recall"):
        given = told(shelf, one)
    lines = sorted(record.getMessage() for record in caplog.records if record.name == "headwater.recall")
    assert [line.partition(":")[0] for line in lines] == ["jobs team", "search"]
    assert all(f"recall {one.id} of ips by ann: listed by mistake" in line for line in lines)
    assert "No earlier release is untouched." in lines[0] and "reached by model effect" in lines[0]
    older = shelf.store.releases("seekers")[-1].model
    assert f"Go back: headwater reinstate seekers {older}" in lines[1]
    assert {(each.owner, each.endpoint, each.release) for each in given.alerts} == {
        ("search", "seekers", 2), ("jobs team", "jobs", 1),
    }  # fmt: skip


def test_who_was_told_is_on_record(shelf: Shelf, one: Recall) -> None:
    """As an event of the recall, which leaves it open."""
    told(shelf, one)
    recall = shelf.store.recall(one.id)
    event = recall.events[-1]
    assert (recall.state, event.event, event.by) == ("open", ALERTED, "headwater")
    assert set(event.facts["owners"]) == {"search", "jobs team"} and event.facts["live"] == ["jobs 1", "seekers 2"]


def test_a_webhook_is_sent_all_of_it_once(shelf: Shelf, one: Recall, hook: Hook) -> None:
    """One JSON object: a text for people, the recall, and each live release with the next command."""
    assert told(shelf, one, webhook=hook.url).trouble == ""
    [message] = hook.sent
    assert message["recall"]["id"] == one.id and message["recall"]["rows"] == 1
    assert message["text"].count("listed by mistake") == 2
    by_endpoint = {each["endpoint"]: each for each in message["live"]}
    assert by_endpoint["seekers"]["next_step"].startswith("headwater reinstate seekers model/seekers@")
    assert (by_endpoint["jobs"]["next_step"], by_endpoint["jobs"]["effects"]) == ("", ["model"])


def test_the_same_is_not_told_twice(shelf: Shelf, one: Recall, hook: Hook) -> None:
    """A release that goes live later is."""
    told(shelf, one, webhook=hook.url)
    assert told(shelf, one, webhook=hook.url).alerts == ()
    shelf.store.release(Release(endpoint="third", model=shelf.store.live("jobs").model, by="third team"))
    assert len(told(shelf, one, webhook=hook.url).alerts) == 3
    assert len(hook.sent) == 2


@pytest.mark.parametrize("broken", ["refuses", "is away", "has no address"])
def test_a_webhook_that_fails_is_told_and_tried_again(shelf: Shelf, one: Recall, hook: Hook, broken: str) -> None:
    """It hinders nothing; its URL, which is a secret, is neither told nor kept."""
    hook.status = 503
    url = {"refuses": hook.url, "is away": "http://127.0.0.1:9/s3cret", "has no address": "s3cret"}[broken]
    given = told(shelf, one, webhook=url)
    assert len(given.alerts) == 2 and given.trouble and "s3cret" not in given.trouble
    assert shelf.store.recall(one.id).events[-1].facts["trouble"] == given.trouble
    hook.status = 200
    assert told(shelf, one, webhook=hook.url).trouble == "" and len(hook.sent) == 1 + (broken == "refuses")


def test_nobody_is_told_of_nothing(shelf: Shelf, hook: Hook) -> None:
    """A recall that reaches no live release alerts nobody."""
    one = recalled(shelf, shelf.keep("ips", table(WRONG)))
    assert told(shelf, one, webhook=hook.url) == Told(alerts=())
    assert hook.sent == [] and len(shelf.store.recall(one.id).events) == 1


def test_all_that_stand_are_told_of_at_once(shelf: Shelf, one: Recall) -> None:
    """Or one by its id; a withdrawn one is not among them."""
    other = recalled(shelf, one.version, rows=[2])
    gone = recalled(shelf, one.version, rows=[3])
    shelf.store.recall_event(gone.id, "withdrawn", by="ann")
    url, root = str(shelf.store.database.url), shelf.storage.root
    settings = Settings.from_environment({"HEADWATER_STORE": url, "HEADWATER_STORAGE": root})
    [only] = alert_standing(settings, recall=other.id)
    assert str(only).startswith("told ") and "search of release 2 at seekers" in str(only)
    assert [len(each.alerts) for each in alert_standing(settings)] == [2, 0]

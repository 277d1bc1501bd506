"""Written before told, together where requests wait together."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from lineage.errors import Conflict, StoreUnreachable
from lineage.records import Prediction
from pipeline.serving.journal import Journal


def prediction(name: str) -> Prediction:
    """Make one prediction known by `name`."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Prediction(id=name, at=now, endpoint="loans", release=1, model="model/loans@1", input={}, output={})


def test_one_request_is_one_write() -> None:
    """All rows of a request go to the store in one call, in order."""
    writes: list[list[Prediction]] = []
    Journal(writes.append).log([prediction("1"), prediction("2")])
    assert [[each.id for each in write] for write in writes] == [["1", "2"]]


def test_nothing_is_lost_or_doubled_among_many() -> None:
    """Two hundred requests at once are each written exactly once before their `log` returns."""
    written: list[str] = []
    journal = Journal(lambda batch: written.extend(each.id for each in batch))

    def ask(number: int) -> bool:
        journal.log([prediction(str(number))])
        return str(number) in written

    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(ask, range(200)))
    assert sorted(written, key=int) == [str(number) for number in range(200)]


def waiting_behind_one(record: list[list[str]], refuse: type[Exception] | None) -> list[str]:
    """Let requests a, b, c wait while the first is being written; "b" is refused. Say who got an error."""
    first, go = threading.Event(), threading.Event()

    def write(batch: list[Prediction]) -> None:
        first.set()
        go.wait(5)
        record.append(sorted(each.id for each in batch))
        if refuse and "b" in record[-1]:
            raise refuse("refused")

    journal, failed = Journal(write), []

    def log(name: str) -> None:
        try:
            journal.log([prediction(name)])
        except (Conflict, StoreUnreachable):
            failed.append(name)

    threads = [threading.Thread(target=log, args=(name,)) for name in ("first", "a", "b", "c")]
    threads[0].start()
    first.wait(5)
    for thread in threads[1:]:
        thread.start()
    while journal.waiting < 3:
        threading.Event().wait(0.001)
    go.set()
    for thread in threads:
        thread.join()
    return sorted(failed)


def test_those_who_wait_are_written_together() -> None:
    """Three requests that came while another was being written share one write."""
    writes: list[list[str]] = []
    assert waiting_behind_one(writes, None) == []
    assert writes == [["first"], ["a", "b", "c"]]


def test_one_refused_request_does_not_fail_its_neighbours() -> None:
    """A group that is refused is written one by one: only the culprit hears of it."""
    writes: list[list[str]] = []
    assert waiting_behind_one(writes, Conflict) == ["b"]
    assert sorted(writes[2:]) == [["a"], ["b"], ["c"]]


def test_an_unreachable_store_is_not_tried_for_each() -> None:
    """When the store is away, all who wait are told at once."""
    writes: list[list[str]] = []
    assert waiting_behind_one(writes, StoreUnreachable) == ["a", "b", "c"]
    assert len(writes) == 2


def test_the_error_reaches_the_one_who_asked() -> None:
    """A store that refuses is not silently ignored."""

    def refuse(_: list[Prediction]) -> None:
        raise StoreUnreachable("the store is away")

    with pytest.raises(StoreUnreachable, match="the store is away"):
        Journal(refuse).log([prediction("1")])

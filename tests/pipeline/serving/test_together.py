"""Worked on together, answered as if alone."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from lineage.errors import Conflict, StoreUnreachable
from pipeline.serving.together import Together


def test_results_are_in_the_order_of_the_items() -> None:
    """One request is one call, and each item gets its own result."""
    assert Together(lambda items: [item * 2 for item in items], most=10)([3, 1, 2]) == [6, 2, 4]


def test_nothing_is_lost_doubled_or_mixed_up_among_many() -> None:
    """Four hundred requests of two items at once: each item is worked on once and comes back to its request."""
    worked: list[int] = []

    def work(items: Sequence[int]) -> list[int]:
        worked.extend(items)
        return [-item for item in items]

    together = Together(work, most=7)
    with ThreadPoolExecutor(32) as pool:
        results = list(pool.map(lambda number: together([number, number + 1000]), range(400)))
    assert results == [[-number, -number - 1000] for number in range(400)]
    assert sorted(worked) == sorted([*range(400), *range(1000, 1400)])


def waiting_behind_one(calls: list[str], *, most: int = 10, refuse: type[Exception] | None = None) -> str:
    """Let requests a, b, c wait while the first is worked on; any call with "b" is refused. Say who was refused."""
    first, go, refused = threading.Event(), threading.Event(), []

    def work(items: Sequence[str]) -> Sequence[str]:
        first.set()
        go.wait(5)
        calls.append("".join(items))
        if refuse and "b" in items:
            raise refuse("refused")
        return items

    together = Together(work, most=most)

    def ask(name: str) -> None:
        try:
            assert together([name]) == [name]
        except (Conflict, StoreUnreachable):
            refused.append(name)

    threads = [threading.Thread(target=ask, args=(name,)) for name in "1abc"]
    for place, thread in enumerate(threads):
        thread.start()
        first.wait(5)
        while together.waiting < place:
            threading.Event().wait(0.001)
    go.set()
    for thread in threads:
        thread.join()
    return "".join(sorted(refused))


def test_those_who_wait_are_worked_on_together() -> None:
    """Three requests that came while another was worked on share one call."""
    calls: list[str] = []
    assert waiting_behind_one(calls) == ""
    assert calls == ["1", "abc"]


def test_a_group_has_a_limit() -> None:
    """With room for two items, the third waits for the next call."""
    calls: list[str] = []
    waiting_behind_one(calls, most=2)
    assert calls == ["1", "ab", "c"]


def test_one_refused_request_does_not_fail_its_neighbours() -> None:
    """A group that is refused is worked on one by one: only the culprit hears of it."""
    calls: list[str] = []
    assert waiting_behind_one(calls, refuse=Conflict) == "b"
    assert calls == ["1", "abc", "a", "b", "c"]


def test_an_unreachable_store_is_not_tried_for_each() -> None:
    """When the store is away, all who wait are told at once."""
    calls: list[str] = []
    assert waiting_behind_one(calls, refuse=StoreUnreachable) == "abc"
    assert calls == ["1", "abc"]


def test_the_error_reaches_the_one_who_asked() -> None:
    """What the work raises is raised to the request, and the next one is served."""
    together = Together(lambda items: [1 / item for item in items], most=10)
    with pytest.raises(ZeroDivisionError):
        together([0])
    assert together([2]) == [0.5]

"""Requests that wait at the same time are worked on together, each as if it were alone.

Building one table of eight rows and writing eight answers in one transaction costs about as much
as one of each. No thread of its own: whoever comes first works for those behind.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from lineage.errors import StoreUnreachable

T = TypeVar("T")
R = TypeVar("R")


@dataclass(eq=False, slots=True)
class _Batch(Generic[T, R]):
    items: Sequence[T]
    results: Sequence[R] = ()
    done: bool = False
    error: Exception | None = field(default=None)


class Together(Generic[T, R]):
    """Calls `work` with the items of all who wait, at most `most` items unless one alone brings more.

    `work` gives one result per item, in order. One call runs at a time.
    """

    def __init__(self, work: Callable[[Sequence[T]], Sequence[R]], *, most: int) -> None:
        self._work = work
        self._most = most
        self._queue: deque[_Batch[T, R]] = deque()
        self._working = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many requests wait for the work that is going on."""
        return len(self._queue)

    def __call__(self, items: Sequence[T]) -> Sequence[R]:
        """Give the results for `items`, or raise what `work` raised for them alone."""
        batch = _Batch[T, R](items)
        self._queue.append(batch)
        with self._working:
            while not batch.done:
                self._serve(self._taken())
        if batch.error:
            raise batch.error
        return batch.results

    def _taken(self) -> list[_Batch[T, R]]:
        taken = [self._queue.popleft()]
        items = len(taken[0].items)
        while self._queue and items + len(self._queue[0].items) <= self._most:
            taken.append(self._queue.popleft())
            items += len(taken[-1].items)
        return taken

    def _serve(self, batches: list[_Batch[T, R]]) -> None:
        """Work on `batches` in one call; if it fails, on each alone, so that none fails for another's fault."""
        try:
            results = self._work([item for batch in batches for item in batch.items])
        except Exception as error:  # kept, and raised to each of those who wait for it
            self._after(error, batches)
            return
        place = 0
        for batch in batches:
            batch.results = results[place:place + len(batch.items)]
            batch.done = True
            place += len(batch.items)

    def _after(self, error: Exception, batches: list[_Batch[T, R]]) -> None:
        if len(batches) > 1 and not isinstance(error, StoreUnreachable):
            for batch in batches:
                self._serve([batch])
            return
        for batch in batches:
            batch.error, batch.done = error, True

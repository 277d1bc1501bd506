"""The data's order: every artifact after all that it rests on."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable


def data_order(nodes: Collection[int], edges: Iterable[tuple[int, int]]) -> list[int]:
    """Order numbers so that in each edge `(before, after)` the first comes first, else the lower number first.

    Where edges lead round in a circle no order can do that: the lowest number on it is put first.
    """
    beyond: defaultdict[int, set[int]] = defaultdict(set)
    waits = dict.fromkeys(nodes, 0)
    for before, after in edges:
        if after != before and after not in beyond[before]:
            beyond[before].add(after)
            waits[after] += 1
    ready = [node for node, count in waits.items() if not count]
    heapq.heapify(ready)
    ordered: list[int] = []
    while waits:
        node = heapq.heappop(ready) if ready else min(waits)
        del waits[node]
        ordered.append(node)
        for after in beyond[node]:
            if after in waits:
                waits[after] -= 1
                if not waits[after]:
                    heapq.heappush(ready, after)
    return ordered

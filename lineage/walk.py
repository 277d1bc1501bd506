"""Walking the edges from one artifact, up to what it rests on or down to what rests on it.

An edge leads from an output to an input that it rested on. The whole of one direction is one
recursive query that meets each artifact once; a limited number of steps is one query a step.
Either reads only what the answer is made of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lineage.artifacts import resolved
from lineage.schema import dependencies
from lineage.statements import among, members, plain_rows


@dataclass(frozen=True, slots=True)
class Direction:
    """One way along the edges, with its two queries: all the way, and one step from a set of artifacts."""

    near: Any
    far: Any
    whole: Any = field(init=False)
    step: Any = field(init=False)

    def __post_init__(self) -> None:
        walk = sa.select(sa.bindparam("start", type_=sa.BigInteger).label("node")).cte("walk", recursive=True)
        walk = walk.union(sa.select(self.far).where(self.near == walk.c.node))
        edge = sa.select(self.near, self.far, dependencies.c.run, dependencies.c.known)
        object.__setattr__(self, "whole", edge.join(walk, walk.c.node == self.near))
        object.__setattr__(self, "step", edge.where(among(self.near, sa.bindparam("numbers"))))


UP = Direction(dependencies.c.output, dependencies.c.input)
DOWN = Direction(dependencies.c.input, dependencies.c.output)


@dataclass(slots=True)
class Walk:
    """What was met on the way: artifacts nearest first, the runs of the edges, the ways they are known."""

    start: int
    nodes: dict[int, None]
    runs: set[int]
    known: set[str]


def _edges(connection: Connection, start: int, *, direction: Direction, depth: int | None) -> Iterator[Sequence[Any]]:
    if depth is None:
        yield from plain_rows(connection, direction.whole, start=start)
        return
    seen, frontier = {start}, [start]
    for _ in range(depth):
        met = list(plain_rows(connection, direction.step, numbers=members(frontier)))
        yield from met
        frontier = list({edge[1]: None for edge in met if edge[1] not in seen})
        seen.update(frontier)
        if not frontier:
            return


def walked(connection: Connection, reference: str, *, direction: Direction, depth: int | None) -> Walk:
    """Walk from an artifact, recorded or only mentioned, at most `depth` edges far (None: to the end).

    Raises:
        NotRecorded: nothing answers to the reference.
        Ambiguous: several artifacts do.
    """
    start = resolved(connection, reference, mentions=True).id
    walk = Walk(start=start, nodes={start: None}, runs=set(), known=set())
    beyond: defaultdict[int, list[int]] = defaultdict(list)
    for near, far, run, known in _edges(connection, start, direction=direction, depth=depth):
        beyond[near].append(far)
        walk.runs.add(run)
        walk.known.add(known)
    queue = [start]
    for node in queue:
        for far in sorted(beyond.get(node, ())):
            if far not in walk.nodes:
                walk.nodes[far] = None
                queue.append(far)
    return walk

"""The edges that lead down or up from some artifacts, all the way, with what each says about rows and columns.

One recursive query reads them, in time that follows their number alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lineage import reading
from lineage.artifacts import resolved
from lineage.encoding import json_value
from lineage.graph import unfinished
from lineage.order import data_order
from lineage.part import Part
from lineage.records import BESIDE, JSON, Artifact, Effect, Known, Rule
from lineage.schema import artifacts, dependencies, names
from lineage.statements import among, members, plain_rows

DATASET = "dataset"

_MEMBERS = {member.value: member for kind in (Rule, Effect, Known) for member in kind}
_SAYS = (dependencies.c.rule, dependencies.c.effect, dependencies.c.known, dependencies.c.detail)


def _walk(near: Any, far: Any, *conditions: Any) -> sa.Select[Any]:
    starts = sa.select(artifacts.c.id.label("node")).where(among(artifacts.c.id, sa.bindparam("numbers")))
    walk = starts.cte("walk", recursive=True)
    walk = walk.union(sa.select(far).where(near == walk.c.node, *conditions))
    edge = sa.select(dependencies.c.output, dependencies.c.input, *_SAYS)
    return edge.join(walk, walk.c.node == near).where(*conditions)


_DOWN = _walk(dependencies.c.input, dependencies.c.output)
_UP = _walk(
    dependencies.c.output, dependencies.c.input, dependencies.c.effect == sa.literal_column(f"'{Effect.DIRECT.value}'")
)
_ARTIFACTS = sa.select(*reading.ARTIFACT, artifacts.c.id, artifacts.c.recorded_us).where(
    artifacts.c.name == names.c.id, among(artifacts.c.id, sa.bindparam("numbers"))
)


class Edge(NamedTuple):
    """One way in which an artifact rests on another, both by number; `detail` as in `Dependency`."""

    output: int
    input: int
    rule: Rule
    effect: Effect
    known: Known
    detail: Mapping[str, JSON]


@dataclass(frozen=True)
class Subgraph:
    """The artifacts that a walk met, by number, and all edges between them.

    `starts` gives the number of each reference the walk began at. `unrecorded` were read by a run and
    never recorded by one that made them; `unfinished` says which runs are still making something of what was met.
    """

    starts: Mapping[str, int]
    artifacts: Mapping[int, Artifact]
    edges: Sequence[Edge]
    unrecorded: frozenset[int] = frozenset()
    unfinished: Sequence[tuple[str, int]] = ()

    def is_table(self, number: int) -> bool:
        """Whether an artifact has rows."""
        return self.artifacts[number].kind == DATASET

    @cached_property
    def into(self) -> Mapping[int, Sequence[Edge]]:
        """The edges by the number of what rests."""
        found: defaultdict[int, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            found[edge.output].append(edge)
        return found

    @cached_property
    def order(self) -> Sequence[int]:
        """The numbers of the artifacts in the data's order."""
        return data_order(self.artifacts, ((edge.input, edge.output) for edge in self.edges))

    @cached_property
    def circular(self) -> bool:
        """Whether edges lead round in a circle, so that the order is none."""
        place = {number: position for position, number in enumerate(self.order)}
        return any(place[edge.input] > place[edge.output] for edge in self.edges)


class Edges(Part):
    """Edges, read."""

    def below(self, references: Iterable[str]) -> Subgraph:
        """Read all that rests on any of these artifacts, and how; code and environments are left out.

        Raises:
            NotRecorded: nothing answers to a reference.
            Ambiguous: several artifacts do.
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            found = _subgraph(connection, references, walk=_DOWN)
            at_work = [(run, number) for run, number in unfinished(connection) if number in found.artifacts]
            return Subgraph(found.starts, found.artifacts, found.edges, found.unrecorded, at_work)

    def above(self, references: Iterable[str]) -> Subgraph:
        """Read all that any of these artifacts rests on directly, through the rows' own data, and how.

        Raises:
            NotRecorded: nothing answers to a reference.
            Ambiguous: several artifacts do.
            StoreUnreachable: the database cannot be read.
        """
        with self.database.reading() as connection:
            return _subgraph(connection, references, walk=_UP)


def _subgraph(connection: Connection, references: Iterable[str], *, walk: sa.Select[Any]) -> Subgraph:
    starts = {reference: resolved(connection, reference, mentions=True).id for reference in references}
    said = set(plain_rows(connection, walk, numbers=members(starts.values())))
    met = {*starts.values(), *(row[0] for row in said), *(row[1] for row in said)}
    found = {row[-2]: row for row in plain_rows(connection, _ARTIFACTS, numbers=members(met))}
    kept = {number: reading.artifact(row) for number, row in found.items() if row[0] not in BESIDE}
    return Subgraph(
        starts=starts,
        artifacts=kept,
        edges=[edge for row in sorted(said) for edge in _edges(row) if edge.output in kept and edge.input in kept],
        unrecorded=frozenset(number for number in kept if found[number][-1] is None),
    )


def _edges(row: Sequence[Any]) -> Iterator[Edge]:
    output, used, rule, effect, known, text = row
    for detail in _details(text):
        yield Edge(output, used, _MEMBERS[rule], _MEMBERS[effect], _MEMBERS[known], detail)


@lru_cache(maxsize=4096)
def _details(text: str) -> Sequence[Mapping[str, JSON]]:
    detail = json_value(text)
    return detail["each"] if "each" in detail else [detail]

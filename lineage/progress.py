"""How far a walk down the graph has come: what is touched so far in each artifact, and what is known of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lineage.contents import Contents
from lineage.edges import Edge, Subgraph
from lineage.idsets import NO_IDS, Ids, ids_of, is_in, shared, without
from lineage.records import Effect, Known, Rule
from lineage.touched import NOTHING, Touched


@dataclass(slots=True)
class State:
    """What reached one artifact.

    `own` is what the question says is wrong in it; `came` what each edge brought. `open_ended`: rows
    that nobody can name yet may come or change too.
    """

    own: Touched = NOTHING
    touched: Touched = NOTHING
    came: list[tuple[Edge, Touched]] = field(default_factory=list)
    open_ended: bool = False
    effects: dict[Effect, Known] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """The graph, the tables, and the state of every artifact, by its number."""

    graph: Subgraph
    contents: Contents
    states: Mapping[int, State]

    def reference(self, number: int) -> str:
        """Give the reference of an artifact."""
        return self.graph.artifacts[number].reference

    def is_table(self, number: int) -> bool:
        """Whether an artifact has rows."""
        return self.graph.is_table(number)

    def names(self, number: int) -> list[str] | None:
        """Name the columns of a table, where its record tells them."""
        columns = self.graph.artifacts[number].facts.get("columns")
        return None if columns is None else list(columns)

    def ids(self, number: int) -> Ids | None:
        """Give the ids of a table's rows; None when it cannot be read or is none."""
        return self.contents.ids(self.reference(number)) if self.is_table(number) else None

    def direct_into(self, number: int, rule: Rule) -> list[Edge]:
        """Give the edges by which the rows' own data came in, of one rule."""
        return [edge for edge in self.graph.into.get(number, ()) if (edge.effect, edge.rule) == (Effect.DIRECT, rule)]

    def coming(self, number: int, ids: Ids) -> Ids:
        """Give those of some rows of a table that will, for all that is known, be there and not as they were.

        Where the rows that come or change are known, that is these; of a table that the question
        began at, they are known of what the question said only.
        """
        after = self.contents.after(self.reference(number))
        if after is None:
            return ids
        known = is_in(ids, ids_of(after.index.to_numpy()))
        if number in self.graph.starts.values():
            known |= ~is_in(ids, self.states[number].own.ids)
        return ids[known]

    def going(self, number: int, ids: Ids) -> Ids:
        """Give those of some rows of a table that it has and, for all that is known, will not have any more."""
        known, after = self.ids(number), self.contents.after(self.reference(number))
        there = ids if known is None else shared(ids, known)
        return there if after is None else without(there, ids_of(after.index.to_numpy()))

    def added(self, number: int) -> Ids:
        """Give the rows that are known to come into a table that has not got them."""
        after, ids = self.contents.after(self.reference(number)), self.ids(number)
        return NO_IDS if after is None or ids is None else without(ids_of(after.index.to_numpy()), ids)

    def there(self, number: int, ids: Ids) -> Ids | None:
        """Give those of some rows that a table has or will have; None when it cannot be read or is none."""
        known = self.ids(number)
        return None if known is None else ids[is_in(ids, known) | is_in(ids, self.added(number))]

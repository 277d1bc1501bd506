"""Which wrong rows of sources single rows are to be blamed on, as a correction shows it.

A table stands in two versions, before and after. What keeps a row out of one of them can be seen in
the other alone: a user was dropped for a listed address that the corrected list has not got. So both
are climbed together: a row stands on all that it stands on in either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from lineage.contents import Contents, Tables
from lineage.edges import DATASET, Edge, Subgraph
from lineage.idsets import NO_IDS, Ids, ids_of, is_in, rows_among
from lineage.keys import numbered
from lineage.partners import partners, tells_rows
from lineage.records import Rule
from lineage.store import Store

LABEL, ROW = "label", "row"
_NONE = pd.DataFrame({LABEL: np.empty(0, np.int64), ROW: np.empty(0, np.int64)})


@dataclass(frozen=True, slots=True, eq=False)
class Blamed:
    """The wrong rows of each source by its name, as pairs of a `label` and a `row`, ascending.

    `whole` are the labels that stand on all of a source, since a step read it as a whole, or since what
    would tell cannot be read: every wrong row of it is to blame.
    """

    rows: Mapping[str, pd.DataFrame]
    whole: Mapping[str, Ids]
    missing: tuple[str, ...] = ()


def blamed(
    store: Store,
    tables: Tables,
    starts: Mapping[str, pd.DataFrame],
    *,
    twins: Mapping[str, str],
    wrong: Mapping[str, Ids],
) -> Blamed:
    """Find which of the rows that are `wrong`, by name of source, labelled rows of tables stand on directly.

    `starts` are pairs of a `label` and a `row` by the reference of the table that holds the row;
    `twins` maps tables to what they are after the correction, by reference.

    Raises:
        NotRecorded: nothing answers to a reference.
        StoreUnreachable: the database cannot be read.
    """
    known = store.above(dict.fromkeys([*starts, *twins, *twins.values()]))
    climb = _Climb(known, Contents(tables), twins)
    for reference, pairs in starts.items():
        climb.stand(known.starts[reference], _Stood(pairs))
    climb.climb()
    found = {known.artifacts[number].name: stood for number, stood in climb.sources()}
    return Blamed(
        rows={name: _among(stood.pairs, wrong[name]) for name, stood in found.items() if name in wrong},
        whole={name: stood.whole for name, stood in found.items() if name in wrong and len(stood.whole)},
        missing=tuple(climb.contents.missing.values()),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Stood:
    """What labels stand on in one table: pairs, and the labels that stand on all of it."""

    pairs: pd.DataFrame
    whole: Ids = field(default_factory=lambda: NO_IDS)

    def __or__(self, other: _Stood) -> _Stood:
        pairs = pd.concat([self.pairs, other.pairs], ignore_index=True).drop_duplicates(ignore_index=True)
        return _Stood(pairs, np.union1d(self.whole, other.whole))

    @property
    def size(self) -> tuple[int, int]:
        return len(self.pairs), len(self.whole)


class _Climb:
    """The way up, table by table; two versions of one table count as one."""

    def __init__(self, graph: Subgraph, contents: Contents, twins: Mapping[str, str]) -> None:
        self.graph, self.contents = graph, contents
        after = {graph.starts[new]: graph.starts[old] for old, new in twins.items()}
        self._one = {number: after.get(number, number) for number in graph.artifacts}
        self._into: defaultdict[int, list[Edge]] = defaultdict(list)
        for edge in graph.edges:
            self._into[self._one[edge.output]].append(edge)
        ones = {number: graph.artifacts[number] for number in self._one.values()}
        edges = [edge._replace(output=self._one[edge.output], input=self._one[edge.input]) for edge in graph.edges]
        self._merged = Subgraph({}, ones, [edge for edge in edges if edge.output != edge.input])
        self._stood: dict[int, _Stood] = {}

    def stand(self, number: int, found: _Stood) -> bool:
        """Add what labels stand on; whether that is more than before."""
        one, earlier = self._one[number], self._stood.get(self._one[number])
        if not any(found.size):
            return False
        self._stood[one] = found if earlier is None else earlier | found
        return earlier is None or earlier.size != self._stood[one].size

    def climb(self) -> None:
        """Add all that labels stand on further up."""
        grown = True
        while grown:
            grown = any([self._climbed(one) for one in reversed(self._merged.order)]) and self._merged.circular

    def sources(self) -> Iterator[tuple[int, _Stood]]:
        """Give what is stood on in sources."""
        for one, stood in self._stood.items():
            artifact = self.graph.artifacts[one]
            if artifact.kind == DATASET and artifact.facts.get("source") == artifact.name:
                yield one, stood

    def _climbed(self, one: int) -> bool:
        stood = self._stood.get(one)
        return stood is not None and any([self.stand(edge.input, self._over(edge, stood)) for edge in self._into[one]])

    def _over(self, edge: Edge, stood: _Stood) -> _Stood:
        """What labels stand on in the input of an edge."""
        made, above = (self.graph.artifacts[number].reference for number in (edge.output, edge.input))
        there = self.contents.ids(made) if self.graph.is_table(edge.output) else None
        if there is None or edge.rule is Rule.EVERY_ROW or not self.graph.is_table(edge.input):
            return _Stood(_NONE, np.union1d(stood.whole, stood.pairs[LABEL]))
        own, known = _among(stood.pairs, there), self.contents.ids(above)
        found = partners(self.contents, edge, _Rows(own), made=made, above=above) if tells_rows(edge) else None
        if found is None or known is None:
            return _Stood(_NONE, np.union1d(stood.whole, own[LABEL]))
        return _Stood(_among(found.pairs, known), stood.whole)


def _among(pairs: pd.DataFrame, ids: Ids) -> pd.DataFrame:
    kept = pairs[is_in(pairs[ROW].to_numpy(), ids)]
    return kept.sort_values([LABEL, ROW], ignore_index=True)


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows as pairs of a label and a row."""

    pairs: pd.DataFrame

    def paired(self, pairs: pd.DataFrame, side: str) -> _Rows:
        theirs = rows_among(pairs, ids_of(self.pairs[ROW]))[side]
        table = pd.DataFrame({ROW: theirs.index.to_numpy(), "partner": theirs.to_numpy("int64")})
        found = self.pairs.merge(table, on=ROW)[[LABEL, "partner"]]
        return _Rows(found.set_axis([LABEL, ROW], axis="columns"))

    def alike(self, known: pd.DataFrame, columns: Sequence[str], others: pd.DataFrame, keys: Sequence[str]) -> _Rows:
        known = rows_among(known, ids_of(self.pairs[ROW]))
        own, found = numbered(known, columns, others, keys)
        mine = pd.DataFrame({ROW: known.index.to_numpy(), "key": own}).merge(self.pairs, on=ROW)[[LABEL, "key"]]
        theirs = pd.DataFrame({"key": found, ROW: others.index.to_numpy()})
        pairs = mine[mine["key"] >= 0].drop_duplicates().merge(theirs, on="key")
        return _Rows(pairs[[LABEL, ROW]].drop_duplicates(ignore_index=True))

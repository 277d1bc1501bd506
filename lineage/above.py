"""The rows of an input that rows of an output stand on, over one direct edge: by the edge's rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from lineage.contents import Contents
from lineage.edges import Edge, Subgraph
from lineage.effects import weakest
from lineage.idsets import NO_IDS, Ids, ids_of, joined, rows_among, shared
from lineage.keys import Keys
from lineage.partners import partners, tells_rows
from lineage.records import Known, Rule


@dataclass(frozen=True, slots=True, eq=False)
class Stood:
    """The rows of one artifact that are stood on: by `ids`, or `everything` there is in it."""

    ids: Ids
    everything: bool = False
    known: Known = Known.BY_CONSTRUCTION

    def __bool__(self) -> bool:
        """Whether anything is stood on."""
        return self.everything or bool(len(self.ids))

    def __or__(self, other: Stood) -> Stood:
        """Give what is stood on in either way."""
        known = weakest(self.known, other.known)
        return Stood(joined(self.ids, other.ids), self.everything or other.everything, known)

    @property
    def size(self) -> tuple[int, bool, Known]:
        """Tell whether more is stood on than before: it only grows."""
        return len(self.ids), self.everything, self.known


NOWHERE = Stood(NO_IDS)
"""On no row at all."""


def stood_on(graph: Subgraph, contents: Contents, edge: Edge, output: Stood) -> Stood:
    """Find what rows of an edge's output stand on in its input; everything where a table that tells is gone."""
    known = weakest(edge.known, output.known)
    above, made = graph.artifacts[edge.input].reference, graph.artifacts[edge.output].reference
    rows = contents.ids(made) if output.everything and graph.is_table(edge.output) else output.ids
    if rows is None or edge.rule is Rule.EVERY_ROW or not graph.is_table(edge.output) or not graph.is_table(edge.input):
        return Stood(NO_IDS, everything=True, known=known if rows is not None else Known.ASSUMED)
    there = contents.ids(above)
    if not tells_rows(edge):
        return Stood(NO_IDS, True, Known.ASSUMED) if there is None else Stood(there, known=known)
    found = partners(contents, edge, _Rows(rows), made=made, above=above)
    if found is None:
        return Stood(NO_IDS, everything=True, known=Known.ASSUMED)
    return Stood(found.ids, known=Known.ASSUMED) if there is None else Stood(shared(found.ids, there), known=known)


def absent_keys(graph: Subgraph, contents: Contents, edge: Edge, stood: Mapping[int, Stood]) -> pd.DataFrame | None:
    """Give the keys by which rows of an edge's output looked into its input and found nothing, each once.

    The columns are those of the input. None where no key is looked up (a group has its key from the
    rows of the input), none is absent, or a table is gone.
    """
    on, output, below = edge.detail.get("on"), stood[edge.output], stood.get(edge.input, NOWHERE)
    is_lookup = edge.rule is Rule.SAME_KEY and any(each.rule is Rule.SAME_ROW for each in graph.into[edge.output])
    if not is_lookup or on is None or edge.detail.get("gives") == []:
        return None
    above, made = graph.artifacts[edge.input].reference, graph.artifacts[edge.output].reference
    rows = contents.ids(made) if output.everything else output.ids
    there = contents.ids(above) if below.everything else below.ids
    asked, known = contents.columns(made, on["output"]), contents.columns(above, on["input"])
    if rows is None or there is None or asked is None or known is None:
        return None
    keys = rows_among(asked, rows).dropna().drop_duplicates().set_axis(on["input"], axis="columns")
    absent = keys[~Keys([rows_among(known, there)], on["input"]).of(keys, on["input"])]
    return absent if len(absent) else None


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows as their ids."""

    ids: Ids

    def paired(self, pairs: pd.DataFrame, side: str) -> _Rows:
        return _Rows(ids_of(rows_among(pairs, self.ids)[side].to_numpy("int64")))

    def alike(self, known: pd.DataFrame, columns: Sequence[str], others: pd.DataFrame, keys: Sequence[str]) -> _Rows:
        theirs = Keys([rows_among(known, self.ids)], columns)
        return _Rows(ids_of(others.index.to_numpy()[theirs.of(others, keys)]))

"""From rows of a table up to the rows of the sources that they stand on, by the recorded rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from lineage.above import Stood, absent_keys, stood_on
from lineage.contents import Contents, Tables
from lineage.edges import DATASET, Subgraph
from lineage.effects import weakest
from lineage.errors import MOST_EXAMPLES
from lineage.graph import unexplained
from lineage.idsets import NO_IDS, Ids, ids_of, without
from lineage.records import Artifact, Known
from lineage.store import Store

__all__ = ["Standing", "Tables", "standing"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """The rows of sources that some rows stand on directly.

    `rows` holds ids by the reference of the source's version; `everything` names the versions that a
    step read as a whole, so that every row is meant. `absent` holds keys that were looked for and not
    found, by the reference of the table they were not in, under its columns: these rows would be others
    if it had them. `complete` is false when something could not be
    followed; `missing` then says what, one sentence each. `weakest` is the weakest way in which any
    of it is known.
    """

    rows: Mapping[str, Ids]
    everything: frozenset[str]
    absent: Mapping[str, pd.DataFrame]
    complete: bool
    missing: tuple[str, ...]
    weakest: Known


def standing(store: Store, tables: Tables, reference: str, ids: Iterable[int]) -> Standing:
    """Find the rows of the sources that rows of a dataset stand on, through the rows' own data.

    What else decided about these rows, or fitted a model for them, is not in the answer.

    Raises:
        NotRecorded: nothing answers to the reference.
        Ambiguous: several artifacts do.
        StoreUnreachable: the database cannot be read.
    """
    graph, contents = store.above([reference]), Contents(tables)
    start, asked = graph.starts[reference], ids_of(ids)
    known = contents.ids(graph.artifacts[start].reference)
    absent = NO_IDS if known is None else without(asked, known)
    stood = {start: Stood(without(asked, absent))}
    grown = True
    while grown:
        grown = any([_climbed(graph, contents, stood, number) for number in reversed(graph.order)]) and graph.circular
    sources = {number: one for number, one in stood.items() if _is_source(graph.artifacts[number])}
    rows = {graph.artifacts[number].reference: _rows(graph, contents, number, one) for number, one in sources.items()}
    missing = [f"row {row} is not in {graph.artifacts[start].reference}" for row in absent.tolist()[:MOST_EXAMPLES]]
    missing += [*_unrecorded(graph, stood), *contents.missing.values()]
    return Standing(
        rows=rows,
        absent=_absent(graph, contents, stood),
        everything=frozenset(graph.artifacts[number].reference for number, one in sources.items() if one.everything),
        complete=not missing,
        missing=tuple(missing),
        weakest=weakest(*(one.known for one in stood.values())),
    )


def _climbed(graph: Subgraph, contents: Contents, stood: dict[int, Stood], number: int) -> bool:
    """Add to the inputs of an artifact what its rows stand on there; whether that is more than before."""
    grown = False
    for edge in graph.into.get(number, ()) if number in stood else ():
        found = stood_on(graph, contents, edge, stood[number])
        if found:
            earlier = stood.get(edge.input)
            stood[edge.input] = found if earlier is None else earlier | found
            grown |= earlier is None or earlier.size != stood[edge.input].size
    return grown


def _absent(graph: Subgraph, contents: Contents, stood: Mapping[int, Stood]) -> dict[str, pd.DataFrame]:
    found: dict[str, pd.DataFrame] = {}
    for edge in (edge for number in stood for edge in graph.into.get(number, ())):
        keys, reference = absent_keys(graph, contents, edge, stood), graph.artifacts[edge.input].reference
        if keys is not None:
            found[reference] = pd.concat([found[reference], keys]) if reference in found else keys
    return found


def _is_source(artifact: Artifact) -> bool:
    return artifact.kind == DATASET and artifact.facts.get("source") == artifact.name


def _rows(graph: Subgraph, contents: Contents, number: int, one: Stood) -> Ids:
    if not one.everything:
        return one.ids
    ids = contents.ids(graph.artifacts[number].reference)
    return NO_IDS if ids is None else ids


def _unrecorded(graph: Subgraph, stood: Iterable[int]) -> Iterator[str]:
    for number in stood:
        if number in graph.unrecorded:
            yield unexplained(graph.artifacts[number].reference)

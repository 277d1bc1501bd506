"""The rows of an input that rows of an output are partners of, as an edge between the two says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self, TypeVar

import pandas as pd

from lineage.contents import Contents
from lineage.edges import Edge
from lineage.records import Rule


class Rows(Protocol):
    """Rows of one table, in whatever form they are followed up."""

    def paired(self, pairs: pd.DataFrame, side: str) -> Self:
        """Give the rows whose ids are in the column `side` of a table that is indexed by these rows' own."""

    def alike(self, known: pd.DataFrame, columns: Sequence[str], others: pd.DataFrame, keys: Sequence[str]) -> Self:
        """Give the rows of `others` whose values in `keys` are those that these have in the `columns` of `known`."""


Some = TypeVar("Some", bound=Rows)


def tells_rows(edge: Edge) -> bool:
    """Whether an edge says which rows of its input single rows of its output rest on."""
    return edge.rule is Rule.SAME_ROW or not edge.detail.keys().isdisjoint(("pairs", "cluster", "on"))


def partners(contents: Contents, edge: Edge, rows: Some, *, made: str, above: str) -> Some | None:
    """Find the rows of the input, the table `above`, that rows of the output `made` rest on; the edge `tells_rows`.

    None where a table that tells cannot be read.
    """
    if edge.rule is Rule.SAME_ROW:
        return rows
    if "pairs" in edge.detail:
        side = edge.detail["side"]
        pairs = contents.columns(edge.detail["pairs"], [side])
        return None if pairs is None else rows.paired(pairs, side)
    if "cluster" in edge.detail:
        of = among = [edge.detail["cluster"]]
        above = made
    else:
        of, among = edge.detail["on"]["output"], edge.detail["on"]["input"]
    known, others = contents.columns(made, of), contents.columns(above, among)
    return None if known is None or others is None else rows.alike(known, of, others, among)

"""How what is touched in an input spreads over one direct edge into the output: by the edge's rule."""

from __future__ import annotations

from lineage.brought import ALL_ROWS, NONE, Brought
from lineage.columns import Columns
from lineage.edges import Edge
from lineage.keyed import same_key
from lineage.paired import clustered, paired
from lineage.progress import Progress
from lineage.records import Rule
from lineage.samerow import same_row
from lineage.touched import EVERYTHING


def spread(progress: Progress, edge: Edge) -> Brought:
    """Find what the state of an edge's input brings into its output.

    A rule whose detail does not say which rows belong together is taken for *every row*.
    """
    if not progress.is_table(edge.output):
        return _of_no_table(progress, edge)
    if edge.rule is Rule.SAME_ROW:
        return same_row(progress, edge)
    if edge.rule is Rule.SAME_KEY and "on" in edge.detail:
        return same_key(progress, edge)
    if edge.rule is Rule.PAIRS and "pairs" in edge.detail:
        return paired(progress, edge)
    if edge.rule is Rule.PAIRS and "cluster" in edge.detail:
        return clustered(progress, edge)
    return _every_row(progress, edge)


def _of_no_table(progress: Progress, edge: Edge) -> Brought:
    """An artifact without rows is touched as a whole."""
    if edge.rule is Rule.EVERY_ROW:
        return _every_row(progress, edge)
    source = progress.states[edge.input]
    return ALL_ROWS if source.touched else Brought(EVERYTHING, assumed=True) if source.open_ended else NONE


def _every_row(progress: Progress, edge: Edge) -> Brought:
    source, columns = progress.states[edge.input], Columns.of(edge.detail)
    if columns.reached(source.touched):
        return ALL_ROWS
    return Brought(EVERYTHING, assumed=True) if source.open_ended and columns.matter else NONE

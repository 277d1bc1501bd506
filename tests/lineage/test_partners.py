"""Partners: which rows of an input an edge leads to, whatever form the rows are followed in."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest

from lineage.contents import Contents
from lineage.edges import Edge
from lineage.errors import NotRecorded
from lineage.partners import partners, tells_rows
from lineage.records import Effect, Known, Rule

TABLES = {
    "made": pd.DataFrame({"town": ["a", "b", "a"], "entity": [7, 7, 8]}, index=[1, 2, 3]),
    "above": pd.DataFrame({"place": ["a", "b", "c"]}, index=[10, 20, 30]),
    "pairs": pd.DataFrame({"left": [10, 20, 30]}, index=[1, 1, 3]),
}


class Frames:
    """Tables that are held."""

    def columns(self, reference, names):
        """Give columns of a table; one that is not held is not recorded."""
        if reference not in TABLES:
            raise NotRecorded(f"no {reference}")
        return TABLES[reference][list(names)]


@dataclass
class Plain:
    """Rows as a plain set, followed with loops."""

    ids: set

    def paired(self, pairs, side):
        """Look at every pair."""
        return Plain({partner for row, partner in pairs[side].items() if row in self.ids})

    def alike(self, known, columns, others, keys):
        """Compare every row with every other."""
        own = [tuple(known.loc[row, columns]) for row in self.ids]
        return Plain({row for row in others.index if tuple(others.loc[row, keys]) in own})


def edge(rule: Rule, **detail) -> Edge:
    """An edge of that rule."""
    return Edge(1, 0, rule, Effect.DIRECT, Known.BY_CONSTRUCTION, detail)


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        (edge(Rule.SAME_ROW), {1, 2}),
        (edge(Rule.PAIRS, pairs="pairs", side="left"), {10, 20}),
        (edge(Rule.PAIRS, cluster="entity"), {1, 2}),
        (edge(Rule.SAME_KEY, on={"output": ["town"], "input": ["place"]}), {10, 20}),
        (edge(Rule.PAIRS, pairs="pairs", side="left", on={"output": ["town"], "input": ["place"]}), {10, 20}),
    ],
)
def test_an_edge_leads_to_rows(over, expected):
    """Rows 1 and 2: themselves, those they are paired with, their cluster, those with their key."""
    found = partners(Contents(Frames()), over, Plain({1, 2}), made="made", above="above")
    assert tells_rows(over) and found.ids == expected


@pytest.mark.parametrize(
    ("over", "made", "above"),
    [
        (edge(Rule.PAIRS, pairs="gone", side="left"), "made", "above"),
        (edge(Rule.PAIRS, cluster="entity"), "gone", "above"),
        (edge(Rule.SAME_KEY, on={"output": ["town"], "input": ["place"]}), "gone", "above"),
        (edge(Rule.SAME_KEY, on={"output": ["town"], "input": ["place"]}), "made", "gone"),
    ],
)
def test_a_table_that_is_gone_tells_nothing(over, made, above):
    """Whichever of the tables it is that would tell."""
    assert partners(Contents(Frames()), over, Plain({1}), made=made, above=above) is None


def test_an_edge_may_tell_no_rows():
    """A step that reads the whole, or one of another tool, which says nothing of rows."""
    assert not tells_rows(edge(Rule.EVERY_ROW)) and not tells_rows(edge(Rule.SAME_KEY, reads=["town"]))

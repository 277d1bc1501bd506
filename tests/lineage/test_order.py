"""Artifacts come in the data's order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lineage.order import data_order


def test_what_rests_on_another_comes_after_it() -> None:
    """4 rests on 9 and 2; 1 rests on 4; of those that are free, the lowest number comes first."""
    assert data_order([1, 2, 4, 9, 12], [(9, 4), (2, 4), (4, 1), (2, 4)]) == [2, 9, 4, 1, 12]


def test_a_circle_is_entered_at_its_lowest_number() -> None:
    """3 and 5 rest on each other: no order is right, and each is there once."""
    assert data_order([7, 5, 3], [(3, 5), (5, 3), (5, 7), (3, 3)]) == [3, 5, 7]


@given(edges=st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9))))
def test_any_graph_without_circles_is_ordered(edges: set[tuple[int, int]]) -> None:
    """Every edge from a lower to a higher number is kept."""
    forward = {(min(edge), max(edge)) for edge in edges if edge[0] != edge[1]}
    places = {node: place for place, node in enumerate(data_order(range(10), forward))}
    assert len(places) == 10
    assert all(places[before] < places[after] for before, after in forward)

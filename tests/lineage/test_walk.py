"""The walk meets every artifact once, nearest first, in graphs of any shape."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.records import Outcome, Use
from lineage.store import Store
from tests.lineage.history import NOON, artifact, run

edges = st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40)
fresh = itertools.count()


@settings(max_examples=25, deadline=None)
@given(edges=edges, depth=st.none() | st.integers(0, 5))
def test_any_graph_is_walked_as_a_table_of_distances_says(
    tmp_path_factory: pytest.TempPathFactory, edges: set[tuple[int, int]], depth: int | None
) -> None:
    """Both directions agree, artifact by artifact and in order of distance, with Floyd and Warshall."""
    store = Store(f"sqlite:///{tmp_path_factory.getbasetemp()}/graph{next(fresh)}/lineage.db")
    uses = [Use(role="data", artifact=artifact(f"n{number}")) for number in range(12)]
    read = [tuple(uses[far] for near, far in sorted(edges) if near == number) for number in range(12)]
    ended = {"outcome": Outcome.SUCCEEDED, "ended_at": NOON}
    store.record(run(f"r{n}", inputs=read[n], outputs=(uses[n],), **ended) for n in range(12))
    away = distances(edges)
    for way, distance in ((store.upstream, away[0]), (store.downstream, [row[0] for row in away])):
        met = [int(one.name[1:]) for one in way(uses[0].artifact.reference, depth).artifacts]
        assert set(met) == {n for n in range(1, 12) if distance[n] <= (12 if depth is None else depth)}
        assert [distance[n] for n in met] == sorted(distance[n] for n in met)
    store.close()


def distances(edges: set[tuple[int, int]]) -> list[list[int]]:
    """Count the edges of the shortest way between every two of twelve nodes; 99 where there is none."""
    away = [[0 if a == b else 1 if (a, b) in edges else 99 for b in range(12)] for a in range(12)]
    for between, a, b in itertools.product(range(12), repeat=3):
        away[a][b] = min(away[a][b], away[a][between] + away[between][b])
    return away

"""Rankings by hand, and as scikit-learn ranks them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.metrics import ndcg_score

from pipeline.artifacts.metric import Score, metric, score
from pipeline.artifacts.ranking import per_query
from pipeline.errors import Misuse

# One query answered "b, a, c" and one answered "e, d"; relevant are c (2), a (1) and e (1).
RELEVANCE = np.array([1, 0, 2, 0, 1])
SCORES = np.array([0.5, 0.9, 0.1, 0.2, 0.8])
QUERY = np.array([0, 0, 0, 1, 1])


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("mrr", 1 / 2, 1.0),
        ("first_right", 0.0, 1.0),
        ("precision@2", 1 / 2, 1 / 2),
        ("precision@1", 0.0, 1.0),
        ("ndcg", (1 / np.log2(3) + 2 / 2) / (2 + 1 / np.log2(3)), 1.0),
        ("ndcg@2", (1 / np.log2(3)) / (2 + 1 / np.log2(3)), 1.0),
    ],
)
def test_two_queries_by_hand(name: str, first: float, second: float) -> None:
    """Each query has its own value, and the metric is their mean over two queries."""
    assert per_query(name, RELEVANCE, SCORES, QUERY) == pytest.approx([first, second])
    whole = score(name, RELEVANCE, SCORES, query=["x", "x", "x", "y", "y"])
    assert (whole.value, whole.n) == (pytest.approx((first + second) / 2), 2)


def test_a_query_without_a_relevant_result_counts_for_nothing() -> None:
    """No order of its results is better than another, so it is no 0; with no other query the metric is undefined."""
    assert np.isnan(per_query("mrr", np.zeros(2), np.array([0.1, 0.2]), np.zeros(2, int))).all()
    assert score("mrr", [1, 0, 0], [0.9, 0.1, 0.5], query=["a", "a", "b"]) == Score(1.0, True, 1)
    assert score("ndcg@5", [0, 0], [0.9, 0.1], query=["a", "a"]) == Score(0.0, False, 0)


def test_a_tie_is_not_luck() -> None:
    """Three results of one score, one of them relevant: it is first in one order of three, and last in the worst."""
    tied = np.array([1, 0, 0]), np.array([0.5, 0.5, 0.5]), np.zeros(3, int)
    assert per_query("precision@1", *tied) == pytest.approx([1 / 3])
    assert per_query("mrr", *tied) == pytest.approx([1 / 3])
    assert per_query("first_right", *tied) == [0.0]


QUERIES = st.lists(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0.0, 0.25, 0.5, 1.0])), min_size=2, max_size=8),
    min_size=1,
    max_size=5,
)


@settings(max_examples=80, deadline=None)
@given(queries=QUERIES, k=st.sampled_from([None, 1, 3, 10]))
def test_ndcg_is_scikit_learn_s(queries: list, k: int | None) -> None:
    """Query by query, with ties, at any cut."""
    relevance, scores = (np.array([pair[i] for query in queries for pair in query], dtype=float) for i in (0, 1))
    codes = np.repeat(np.arange(len(queries)), [len(query) for query in queries])
    found = per_query("ndcg" if k is None else f"ndcg@{k}", relevance, scores, codes)
    for place in range(len(queries)):
        own = codes == place
        if relevance[own].any():
            assert found[place] == pytest.approx(ndcg_score([relevance[own]], [scores[own]], k=k))
        else:
            assert np.isnan(found[place])


def test_order_of_rows_does_not_matter() -> None:
    """Rows may come in any order, queries mixed."""
    order = np.array([4, 0, 3, 2, 1])
    for name in ("mrr", "ndcg", "precision@2", "first_right"):
        assert per_query(name, RELEVANCE[order], SCORES[order], QUERY[order]) == pytest.approx(
            per_query(name, RELEVANCE, SCORES, QUERY)
        )


def test_navigational_queries() -> None:
    """A search engine that is right first time in 99 of 100 queries is wrong for "reddit", whatever its mean."""
    queries = [f"q{i}" for i in range(99)] + ["reddit"]
    truth, scores = [1, 0] * 100, [0.9, 0.1] * 99 + [0.1, 0.9]
    names = [name for name in queries for _ in range(2)]
    assert score("first_right", truth, scores, query=names) == Score(0.99, True, 100)
    assert score("first_right", truth[-2:], scores[-2:], query=names[-2:]).value == 0.0


def test_refusals() -> None:
    """Negative relevances, no queries, missing queries and text are each named."""
    with pytest.raises(Misuse, match="relevances of 0 or more"):
        score("ndcg", [-1, 1], [0.1, 0.2], query=["a", "a"])
    with pytest.raises(Misuse, match="which rows answer one query"):
        score("ndcg", [0, 1], [0.1, 0.2])
    with pytest.raises(Misuse, match="queries are missing; expected 2; found 1"):
        score("mrr", [0, 1], [0.1, 0.2], query=["a", None])
    with pytest.raises(Misuse, match="needs numbers"):
        score("mrr", ["no", "yes"], ["no", "yes"], query=["a", "a"])
    with pytest.raises(Misuse, match="unknown metric 'ndcg@0'"):
        metric("ndcg@0")

"""Rankings: how well the results of each query are put in order, one value per query.

Truths are relevances (0: not relevant), and results are ordered by falling score. Among results of equal
score, nDCG and precision take the mean over their possible orders, and what asks for the first right result
takes the worst. A query without any relevant result has no value: no order of it is better than another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.errors import Misuse


@dataclass(frozen=True, slots=True, eq=False)
class _Ordered:
    """The results of all queries, query by query and best score first, each array `(n_results,)`."""

    query: np.ndarray
    place: np.ndarray
    relevance: np.ndarray
    tie: np.ndarray


def per_query(name: str, relevance: np.ndarray, score: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Give a ranking metric for each query: `(n_queries,)`, NaN for a query without a relevant result.

    `query` holds a number from 0 for each result. nDCG: Järvelin and Kekäläinen, ACM TOIS 20(4), 2002,
    with the relevance itself as gain and 1 / log2(1 + place) as discount, as in scikit-learn. precision@k
    divides by k, also where a query has fewer results.

    Raises:
        Misuse: a relevance is below 0, or a value is missing.
    """
    if not (relevance >= 0).all() or np.isnan(score).any():
        raise Misuse(f"{name} needs relevances of 0 or more, and a score for each result")
    what, _, cut = name.partition("@")
    k = int(cut) if cut else len(query)
    count = int(query.max()) + 1 if len(query) else 0
    value = _OF[what](_ordered(relevance, score, query), k, count)
    some = np.bincount(query, weights=relevance > 0, minlength=count) > 0
    return np.where(some, value, np.nan)


def _ordered(relevance: np.ndarray, score: np.ndarray, query: np.ndarray) -> _Ordered:
    order = np.lexsort((relevance, -score, query))
    of, by = query[order], score[order]
    first = np.diff(of, prepend=-1) != 0
    tie = np.cumsum(first | (np.diff(by, prepend=np.nan) != 0)) - 1
    start = np.maximum.accumulate(np.where(first, np.arange(len(of)), 0))
    return _Ordered(of, np.arange(len(of)) - start, relevance[order].astype("float64"), tie)


def _at_most(gain: np.ndarray, rows: _Ordered, k: int, count: int) -> np.ndarray:
    discounted = np.where(rows.place < k, gain / np.log2(rows.place + 2.0), 0.0)
    return np.bincount(rows.query, weights=discounted, minlength=count)


def _ndcg(rows: _Ordered, k: int, count: int) -> np.ndarray:
    best = rows.relevance[np.lexsort((-rows.relevance, rows.query))]
    with np.errstate(invalid="ignore", divide="ignore"):
        return _at_most(_shared(rows.relevance, rows), rows, k, count) / _at_most(best, rows, k, count)


def _shared(gain: np.ndarray, rows: _Ordered) -> np.ndarray:
    """Spread a gain evenly over the results of equal score."""
    return (np.bincount(rows.tie, weights=gain) / np.bincount(rows.tie))[rows.tie]


def _precision(rows: _Ordered, k: int, count: int) -> np.ndarray:
    right = np.where(rows.place < k, _shared(rows.relevance > 0, rows), 0.0)
    return np.bincount(rows.query, weights=right, minlength=count) / k


def _mrr(rows: _Ordered, k: int, count: int) -> np.ndarray:
    found = np.zeros(count)
    np.maximum.at(found, rows.query, np.where(rows.relevance > 0, 1.0 / (rows.place + 1), 0.0))
    return found


def _first_right(rows: _Ordered, k: int, count: int) -> np.ndarray:
    right = (rows.place == 0) & (rows.relevance > 0)
    return np.bincount(rows.query, weights=right, minlength=count)


_OF = {"ndcg": _ndcg, "precision": _precision, "mrr": _mrr, "first_right": _first_right}

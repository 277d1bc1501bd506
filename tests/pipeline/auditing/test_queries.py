"""Queries and the groups they are in."""

from __future__ import annotations

import numpy as np

from pipeline.auditing.answered import Answered
from pipeline.auditing.queries import Queries
from pipeline.auditing.slicing import Parts


def test_a_query_is_in_the_group_of_all_its_rows() -> None:
    """Queries 0 and 1 lie in one group each, 2 straddles both and 3 has no relevant result: neither counts."""
    rows = Answered(
        problem="regression",
        truth=np.array([1, 0, 0, 1, 1, 0, 0, 0.0]),
        answer=np.array([0.9, 0.1, 0.8, 0.7, 0.9, 0.1, 0.5, 0.4]),
        query=np.array([0, 0, 1, 1, 2, 2, 3, 3]),
    )
    queries = Queries.of("mrr", rows)
    assert queries.value[:3].tolist() == [1.0, 0.5, 1.0] and np.isnan(queries.value[3])
    parts = Parts(("x", "y"), np.array([0, 0, 1, 1, 0, 1, 0, 0]))
    assert [found.tolist() for found in queries.positions(parts)] == [[0], [1]]


def test_classes_are_ranked_by_the_probability_of_yes() -> None:
    """Of a classifier, relevance is the positive class and the score its probability."""
    rows = Answered(
        problem="classification", truth=np.array(["no", "yes"], object), answer=np.array(["no", "no"], object),
        probability=np.array([0.2, 0.4]), positive="yes", classes=("no", "yes"), query=np.array([0, 0]),
    )
    assert Queries.of("first_right", rows).value.tolist() == [1.0]

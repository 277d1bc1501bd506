"""Queries: the results a model ranks, one value per query, and which queries belong to a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.artifacts.ranking import per_query
from pipeline.auditing.answered import Answered
from pipeline.auditing.slicing import Parts


@dataclass(frozen=True, slots=True, eq=False)
class Queries:
    """The queries of some rows: each row's, `(n_rows,)`, and the values of a ranking metric, `(n_queries,)`.

    A value is NaN where the query has no relevant result.
    """

    of_row: np.ndarray
    value: np.ndarray

    @classmethod
    def of(cls, metric: str, rows: Answered) -> Queries:
        """Rank the results of every query among all of its rows.

        Raises:
            Misuse: the rows are no results, or their truths no relevances.
        """
        return cls(rows.query, per_query(metric, *rows.judged(), rows.query))

    def positions(self, parts: Parts) -> Sequence[np.ndarray]:
        """Find the queries of each group that have a value: those whose rows are all in it.

        A query whose rows are in several groups is in none: its order is of all its results together.
        """
        lowest, highest = np.full(len(self.value), len(parts)), np.full(len(self.value), -1)
        np.minimum.at(lowest, self.of_row, parts.codes)
        np.maximum.at(highest, self.of_row, parts.codes)
        counted = (lowest == highest) & ~np.isnan(self.value)
        return [np.flatnonzero(counted & (lowest == group)) for group in range(len(parts))]

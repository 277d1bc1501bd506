"""Measures: the metrics of every group of a slice and of the rows outside it, all groups at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.artifacts.metric import RANKING, metric as metric_named
from pipeline.auditing.answered import Answered
from pipeline.auditing.cells import COUNTED, Cells
from pipeline.auditing.estimates import Estimates
from pipeline.auditing.moments import Added
from pipeline.auditing.placements import Ranked
from pipeline.auditing.queries import Queries
from pipeline.auditing.slicing import Parts

Pair = tuple[Estimates, Estimates]


@dataclass(frozen=True, eq=False)
class Measures:
    """What groups of some answered rows are measured by, each thing prepared once: counted, sorted, summed."""

    rows: Answered

    @cached_property
    def cells(self) -> Cells:
        """The pairs of truth and answer."""
        return Cells.of(self.rows)

    @cached_property
    def added(self) -> dict[str, Added]:
        """What each row adds to each metric that is made of means, as they are asked for."""
        return {}

    @cached_property
    def queries(self) -> dict[str, Queries]:
        """The value of each query by each ranking metric, as they are asked for."""
        return {}

    @cached_property
    def ranked(self) -> list[Ranked]:
        """The rows sorted by probability, for the positive class or for each class."""
        return [Ranked.of(*each) for each in self.rows.against_rest()]

    def of(self, metrics: Sequence[str], parts: Parts) -> Mapping[str, Pair]:
        """Compute each metric for each group, and for the rows outside each.

        Raises:
            Misuse: a metric does not suit the rows.
        """
        counted = [name for name in metrics if name in COUNTED]
        found = self._counted(counted, self.cells.table(parts)) if counted else {}
        groups = parts.positions() if set(metrics) - {*counted, "auc"} else []
        for name in metrics:
            if name == "auc":
                found[name] = self._auc(parts)
            elif metric_named(name).problem == RANKING:
                found[name] = self._ranking(name, parts)
            elif name not in found:
                found[name] = self._added(name).estimates(groups)
        return found

    def _added(self, name: str) -> Added:
        if name not in self.added:
            self.added[name] = Added.of(name, self.rows)
        return self.added[name]

    def _counted(self, metrics: Sequence[str], table: np.ndarray) -> dict[str, Pair]:
        def estimates(name: str, counts: np.ndarray) -> Estimates:
            value, n = self.cells.values(name, counts)
            return Estimates(value, n.astype(np.int64), np.full(len(value), np.nan))

        outside = table.sum(axis=0) - table
        return {name: (estimates(name, table), estimates(name, outside)) for name in metrics}

    def _auc(self, parts: Parts) -> Pair:
        """Take the mean over the classes that occur; its error is at most the mean of theirs."""
        pairs = [each.estimates(parts) for each in self.ranked]
        if self.rows.positive is not None:
            return pairs[0]
        own, rest = zip(*pairs, strict=True)
        return _mean_over(own), _mean_over(rest)

    def _ranking(self, name: str, parts: Parts) -> Pair:
        if name not in self.queries:
            self.queries[name] = Queries.of(name, self.rows)
        queries = self.queries[name]
        return Added(name, queries.value[None, :]).estimates(queries.positions(parts))


def _mean_over(classes: Sequence[Estimates]) -> Estimates:
    """Average over the classes that occur in a group: those without an AUC there do not."""
    value, n, error = (np.stack([getattr(each, field) for each in classes]) for field in ("value", "n", "error"))
    absent = np.isnan(value)
    number = np.where(absent.all(axis=0), np.nan, (~absent).sum(axis=0))
    rarest = np.where(absent, np.iinfo(np.int64).max, n).min(axis=0)
    means = (np.where(absent, 0.0, each).sum(axis=0) / number for each in (value, error))
    return Estimates(next(means), np.where(np.isnan(number), 0, rarest), next(means))

"""Bounding: which interval suits a metric over so many cases, and that interval, group by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from pipeline.artifacts.metric import RANKING, metric as metric_named
from pipeline.auditing.answered import Answered
from pipeline.auditing.cells import COUNTED
from pipeline.auditing.intervals import Interval, balanced_interval, f1_interval, normal, wilson
from pipeline.auditing.measures import Measures, Pair
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.resampling import MANY_ROWS, bootstrap, bootstrap_counts, bootstrap_mean
from pipeline.auditing.slicing import Parts

WILSON, NORMAL, BOOTSTRAP = "wilson", "normal", "bootstrap"
MANY_OF_RAREST = 500
LEAST_OUTSIDE = 30

Bounded = tuple[Interval, str]


def is_share(name: str, rows: Answered) -> bool:
    """Whether the metric is a share of counted cases, or made of two: a mean over several classes is not."""
    if name in ("accuracy", "first_right"):
        return True
    return rows.positive is not None and (metric_named(name).share or name in ("f1", "balanced_accuracy"))


def is_extreme(name: str, value: float) -> bool:
    """Whether a metric between 0 and 1 is at an end: no resample of such rows differs, which is no certainty."""
    unit = name == "auc" or name in COUNTED or metric_named(name).problem == RANKING
    return unit and value in (0.0, 1.0)


def is_many(name: str, n: int) -> bool:
    """Whether so many cases need no bootstrap: of AUC, which counts the rarest class, fewer will do."""
    return n >= (MANY_OF_RAREST if name == "auc" else MANY_ROWS)


def within(name: str, interval: Interval) -> Interval:
    """Keep an interval within what the metric can be."""
    unit = name == "auc" or metric_named(name).problem == RANKING
    return (max(interval[0], 0.0), min(interval[1], 1.0)) if unit else interval


@dataclass(frozen=True, eq=False)
class Bounding:
    """The intervals of some measured groups, at the policy's confidence."""

    measures: Measures
    parts: Parts
    found: Mapping[str, Pair]
    policy: AuditPolicy

    @cached_property
    def how(self) -> Mapping[str, Any]:
        """How to bootstrap."""
        return {name: getattr(self.policy, name) for name in ("resamples", "confidence", "seed")}

    @cached_property
    def _positions(self) -> Sequence[np.ndarray]:
        return self.parts.positions()

    @cached_property
    def _table(self) -> np.ndarray:
        return self.measures.cells.table(self.parts)

    def own(self, group: int) -> dict[str, Bounded]:
        """Bound each metric that is defined in a group, and name the method.

        Shares, F1 and balanced accuracy of one positive class have Wilson's interval over the cases they
        count, and so has any metric at an end of 0 to 1. Else many cases have the normal interval, and
        fewer are bootstrapped.
        """
        bounded: dict[str, Bounded] = {}
        defined = {name: own for name, (own, _) in self.found.items() if not np.isnan(own.value[group])}
        for name, own in defined.items():
            if self._suits_wilson(name, own.value[group]):
                bounded[name] = self._wilson(name, group, outside=False), WILSON
            elif name not in COUNTED and is_many(name, int(own.n[group])):
                bounded[name] = self._normal(name, group, outside=False), NORMAL
        intervals = self._drawn([name for name in defined if name not in bounded], group)
        return bounded | {name: (interval, BOOTSTRAP) for name, interval in intervals.items()}

    def outside(self, name: str, group: int) -> Interval | None:
        """Bound a metric of the rows outside a group; None where it is undefined, or too few have no closed form."""
        _, rest = self.found[name]
        if np.isnan(rest.value[group]):
            return None
        if self._suits_wilson(name, rest.value[group]):
            return self._wilson(name, group, outside=True)
        if name in COUNTED:
            table = self._table.sum(axis=0) - self._table[group]
            return bootstrap_counts(self.measures.cells, table, [name], **self.how).get(name)
        return self._normal(name, group, outside=True) if rest.n[group] >= LEAST_OUTSIDE else None

    def _suits_wilson(self, name: str, value: float) -> bool:
        return is_share(name, self.measures.rows) or is_extreme(name, float(value))

    def _wilson(self, name: str, group: int, *, outside: bool) -> Interval:
        estimates, confidence = self.found[name][outside], self.policy.confidence
        value, n = float(estimates.value[group]), int(estimates.n[group])
        if name == "balanced_accuracy" and self.measures.rows.positive is not None:
            table = self._table.sum(axis=0) - self._table[group] if outside else self._table[group]
            halves = (self.measures.cells.values(each, table) for each in ("recall", "specificity"))
            return balanced_interval(*((float(share), int(count)) for share, count in halves), confidence=confidence)
        return (f1_interval if name == "f1" else wilson)(value, n, confidence=confidence)

    def _normal(self, name: str, group: int, *, outside: bool) -> Interval:
        estimates = self.found[name][outside]
        value, error = float(estimates.value[group]), float(estimates.error[group])
        return within(name, normal(value, error, confidence=self.policy.confidence))

    def _drawn(self, names: Sequence[str], group: int) -> dict[str, Interval]:
        counted = [name for name in names if name in COUNTED]
        ranking = [name for name in names if metric_named(name).problem == RANKING]
        others = [name for name in names if name not in counted and name not in ranking]
        found = bootstrap_counts(self.measures.cells, self._table[group], counted, **self.how) if counted else {}
        if others:
            found |= bootstrap(self.measures.rows.take(self._positions[group]), others, **self.how)
        for name in ranking:
            queries = self.measures.queries[name]
            found[name] = bootstrap_mean(queries.value[queries.positions(self.parts)[group]], **self.how)
        return found

"""Compared with the release before: both answered the same rows, so they are drawn together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.artifacts.audit import Difference
from pipeline.artifacts.metric import RANKING, metric as metric_named
from pipeline.auditing.answered import Answered
from pipeline.auditing.bounding import is_many
from pipeline.auditing.cells import COUNTED, Cells
from pipeline.auditing.estimates import Estimates
from pipeline.auditing.intervals import Interval, normal, rounded
from pipeline.auditing.measures import Measures
from pipeline.auditing.moments import Added
from pipeline.auditing.placements import Ranked
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.queries import Queries
from pipeline.auditing.resampling import bootstrap_mean, multinomial, percentile, weighted, weights_of
from pipeline.auditing.slicing import Parts


def compared(
    ours: Answered, theirs: Answered, parts: Parts, metrics: Sequence[str], *, policy: AuditPolicy
) -> list[dict[str, Difference]]:
    """Say for each group how far each metric of `ours` lies above that of `theirs`, which answered the same rows.

    A metric that is undefined for either is left out. `parts` part those rows.
    """
    one, other = (Measures(each).of(metrics, parts) for each in (ours, theirs))
    pairs = {name: (one[name][0], other[name][0]) for name in metrics}
    both = Both(ours, theirs, policy)
    found = []
    for group, positions in enumerate(parts.positions()):
        known = [name for name, each in pairs.items() if not any(np.isnan(side.value[group]) for side in each)]
        rows = [name for name in known if metric_named(name).problem != RANKING]
        ends = both.take(positions).intervals(rows) if rows else {}
        ends |= {name: both.ranking(name, parts, group) for name in known if name not in rows}
        found.append({name: _difference(*pairs[name], group, ends.get(name)) for name in known})
    return found


def _difference(one: Estimates, other: Estimates, group: int, interval: Interval | None) -> Difference:
    ours, theirs = float(one.value[group]), float(other.value[group])
    low, high = interval or (None, None)
    return Difference(value=rounded(ours - theirs), other=rounded(theirs), n=int(other.n[group]), low=low, high=high)


@dataclass(frozen=True, slots=True, eq=False)
class Both:
    """Two models' answers to the same rows."""

    ours: Answered
    theirs: Answered
    policy: AuditPolicy

    def take(self, positions: np.ndarray) -> Both:
        """Keep the rows at `positions`."""
        return Both(self.ours.take(positions), self.theirs.take(positions), self.policy)

    def intervals(self, metrics: Sequence[str]) -> dict[str, Interval]:
        """Bound the difference of each metric of rows, which is defined for both, over all of them.

        Counts are drawn as triples of truth and both answers. Of the rest, many rows have the normal
        interval of the differences of what each row adds, and fewer rows are drawn with both answers.
        """
        counted = [name for name in metrics if name in COUNTED]
        found = self._counted(counted) if counted else {}
        for name in metrics:
            if name not in counted:
                found[name] = self._normal(name) if is_many(name, self._cases(name)) else self._drawn(name)
        return {name: interval for name, interval in found.items() if interval}

    def _cases(self, name: str) -> int:
        return self.ours.score(name).n if name == "auc" else len(self.ours)

    def _counted(self, metrics: Sequence[str]) -> dict[str, Interval]:
        one, other = Cells.of(self.ours), Cells.of(self.theirs)
        width = len(other.truth)
        codes, joint = pd.factorize(one.of_row.astype(np.int64) * width + other.of_row)
        table, ours, theirs = np.bincount(codes), joint // width, joint % width
        random = np.random.default_rng(self.policy.seed)
        draws = multinomial(table, one.truth[ours], resamples=self.policy.resamples, random=random)
        tables = [_summed(draws, cells, len(each.truth)) for cells, each in ((ours, one), (theirs, other))]
        gaps = {name: one.values(name, tables[0])[0] - other.values(name, tables[1])[0] for name in metrics}
        return {name: percentile(gap, confidence=self.policy.confidence) for name, gap in gaps.items()}

    def _normal(self, name: str) -> Interval:
        gap = _influence(name, self.ours) - _influence(name, self.theirs)
        error = float(gap.std(ddof=1) / np.sqrt(len(gap)))
        value = self.ours.score(name).value - self.theirs.score(name).value
        return normal(value, error, confidence=self.policy.confidence)

    def _drawn(self, name: str) -> Interval | None:
        gaps = [
            weighted(name, self.ours, weights=weights) - weighted(name, self.theirs, weights=weights)
            for weights in weights_of(self.ours, resamples=self.policy.resamples, seed=self.policy.seed)
        ]
        return percentile(np.concatenate(gaps), confidence=self.policy.confidence)

    def ranking(self, name: str, parts: Parts, group: int) -> Interval | None:
        """Bound the mean difference of the queries in a group; many have the normal interval, fewer are drawn."""
        one, other = (Queries.of(name, each) for each in (self.ours, self.theirs))
        gaps = (one.value - other.value)[one.positions(parts)[group]]
        if is_many(name, len(gaps)):
            error = float(gaps.std(ddof=1) / np.sqrt(len(gaps)))
            return normal(float(gaps.mean()), error, confidence=self.policy.confidence)
        how = {field: getattr(self.policy, field) for field in ("resamples", "confidence", "seed")}
        return bootstrap_mean(gaps, **how)


def _summed(draws: np.ndarray, cells: np.ndarray, width: int) -> np.ndarray:
    """Sum the draws of triples `(n, n_triples)` by the cell each belongs to, `(n, width)`."""
    sums = np.zeros((len(draws), width), dtype=draws.dtype)
    for triple, cell in enumerate(cells):
        sums[:, cell] += draws[:, triple]
    return sums


def _influence(name: str, rows: Answered) -> np.ndarray:
    if name != "auc":
        return Added.of(name, rows).influence()
    each = [Ranked.of(*pair).influence() for pair in rows.against_rest()]
    return np.mean(each, axis=0)

"""From answered rows to figures: each metric with its count, its interval, and its difference to the rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.artifacts.audit import Difference, Figure
from pipeline.artifacts.metric import CLASSIFICATION, RANKING, REGRESSION, metric
from pipeline.auditing.answered import Answered
from pipeline.auditing.bounding import Bounded, Bounding
from pipeline.auditing.intervals import difference, rounded
from pipeline.auditing.measures import Measures
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.slicing import Parts
from pipeline.errors import Misuse

USUAL = {CLASSIFICATION: ("accuracy", "precision", "recall", "f1", "auc"), REGRESSION: ("mae", "rmse", "r2")}


def metrics_of(policy: AuditPolicy, *, problem: str, probabilities: bool) -> tuple[str, ...]:
    """Name the metrics to measure: the policy's, else the usual ones, and those its gates speak about.

    Raises:
        Misuse: a metric is unknown, is for another problem, needs probabilities the model does not give,
            or queries the policy does not name.
    """
    usual = [name for name in USUAL[problem] if probabilities or not metric(name).uses_probability]
    names = tuple(dict.fromkeys((*(policy.metrics or usual), *(gate.metric for gate in policy.gates))))
    for name in names:
        if metric(name).problem == RANKING and not policy.query:
            raise Misuse(
                f"the audit policy measures {name}, and names no query column",
                next_step='Say which rows are results of one query: AuditPolicy(query="query_id").',
            )
        if metric(name).problem not in (problem, RANKING):
            raise Misuse(
                f"the audit policy measures {name}",
                expected=f"a metric of a {problem}",
                found=f"one of a {metric(name).problem}",
            )
        if metric(name).uses_probability and not probabilities:
            raise Misuse(f"the audit policy measures {name}, which needs probabilities, and the model gives none")
    return names


def measured(rows: Answered, metrics: Sequence[str], *, policy: AuditPolicy) -> tuple[Figure, ...]:
    """Measure each metric over all the rows, as `Bounding` bounds it."""
    return measured_by(Measures(rows), Parts.whole(len(rows)), metrics, policy=policy)[0]


def measured_by(
    measures: Measures, parts: Parts, metrics: Sequence[str], *, policy: AuditPolicy
) -> list[tuple[Figure, ...]]:
    """Measure each metric over each group, in the order of `parts`, and how far each is from the rows outside it."""
    bounding = Bounding(measures, parts, measures.of(metrics, parts), policy)
    found = []
    for group in range(len(parts)):
        bounded = bounding.own(group)
        found.append(tuple(_figure(name, group, bounded.get(name), bounding) for name in metrics))
    return found


def _figure(name: str, group: int, bounded: Bounded | None, bounding: Bounding) -> Figure:
    own = bounding.found[name][0]
    value, n = own.value[group], int(own.n[group])
    if np.isnan(value):
        return Figure(metric=name, value=0.0, n=n, defined=False)
    (low, high), method = bounded or ((None, None), "")
    rest = _rest(name, group, bounded, bounding) if len(bounding.parts) > 1 else None
    return Figure(metric=name, value=float(value), n=n, low=low, high=high, method=method, rest=rest)


def _rest(name: str, group: int, bounded: Bounded | None, bounding: Bounding) -> Difference | None:
    """Compare a group with the rows outside it, which are other rows: Newcombe's method, of the interval of each."""
    own, rest = bounding.found[name]
    value, other = float(own.value[group]), float(rest.value[group])
    if np.isnan(other):
        return None
    outside = bounding.outside(name, group)
    known = bounded is not None and outside is not None
    low, high = difference(value, bounded[0], from_value=other, from_interval=outside) if known else (None, None)
    return Difference(
        value=rounded(value - other),
        other=rounded(other),
        n=int(rest.n[group]),
        low=None if low is None else rounded(low),
        high=None if high is None else rounded(high),
    )

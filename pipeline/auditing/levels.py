"""Declared levels beside a model's figures: human level, the literature, a quick-and-dirty model's figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.artifacts.audit import ALL_ROWS, Baseline, Comparison, Figure, Group
from pipeline.artifacts.metric import metric
from pipeline.auditing.baseline import Level
from pipeline.auditing.intervals import Interval, difference, wilson
from pipeline.auditing.paired import better

NOT_USABLE = "n/a: no level that could be used is known"


def level(declared: Level, overall: Group, groups: Sequence[Group], *, confidence: float) -> Baseline:
    """Compare a model's figures with a declared level, over all rows and in each group of its slice.

    A share that rests on counted cases has Wilson's interval, and the gain that of two independent
    groups; any other figure is taken as exact, so that only ours is uncertain.
    """
    if not declared.is_known:
        return Baseline(name=declared.name, source=declared.source, why_not=NOT_USABLE, absent=True)
    comparisons = tuple(_comparisons(declared, overall, groups, confidence=confidence))
    return Baseline(name=declared.name, what="A declared figure.", source=declared.source, comparisons=comparisons)


def _comparisons(
    declared: Level, overall: Group, groups: Sequence[Group], *, confidence: float
) -> Iterator[Comparison]:
    name = declared.metric
    whole = _figure(name, declared.value, declared.n, confidence=confidence)
    yield _comparison(name, overall.figure(name), whole)
    found = {group.label: group for group in groups if group.slice == declared.slice}
    for label in dict.fromkeys((*found, *declared.per_slice)) if declared.slice else ():
        ours = found[label].figure(name) if label in found else None
        theirs = _figure(name, *declared.per_slice.get(label, (None, 0)), confidence=confidence)
        yield replace(_comparison(name, ours, theirs), slice=declared.slice, label=label)


def _figure(name: str, value: float | None, n: int, *, confidence: float) -> Figure | None:
    if value is None:
        return None
    if not (n and metric(name).share):
        return Figure(metric=name, value=value, n=n)
    low, high = wilson(value, n, confidence=confidence)
    return Figure(metric=name, value=value, n=n, low=low, high=high, method="wilson")


def _comparison(name: str, ours: Figure | None, theirs: Figure | None) -> Comparison:
    n = ours.n if ours else 0
    found = Comparison(metric=name, label=ALL_ROWS, n=n, ours=ours, theirs=theirs)
    if ours is None or theirs is None or not ours.defined:
        return found
    sign = 1 if metric(name).greater_is_better else -1
    found = replace(found, gain=sign * (ours.value - theirs.value) + 0.0)
    if ours.low is None or ours.high is None:
        return found
    low, high = better(name, _gain(ours, theirs))
    how = "two independent groups" if theirs.low is not None else "the declared figure taken as exact"
    return replace(found, low=low, high=high, method=how)


def _gain(ours: Figure, theirs: Figure) -> Interval:
    known = (theirs.value, theirs.value) if theirs.low is None else (theirs.low, theirs.high)
    return difference(ours.value, (ours.low, ours.high), from_value=theirs.value, from_interval=known)

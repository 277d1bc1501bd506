"""The sections of the page on groups of rows: all of them, each slice's, and how far each group is from the rest."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.artifacts.audit import Audit, Difference, Figure, Group
from pipeline.artifacts.metric import metric
from pipeline.artifacts.wording import amount, called, gap
from pipeline.auditing.limit import LEAST_TO_FAIL
from pipeline.auditing.report.bar import bar
from pipeline.auditing.report.span import per_cent, signed, span

SMALL_SHOWN = 3
MOST_OPEN = 20
_NO_SIDE = ("selection_rate",)  # whether few or many should be selected is not for a metric to say
_UNIT = ("f1", "auc", "balanced_accuracy")

Scales = Mapping[str, tuple[float, float]]


def overall(audit: Audit) -> list[dict[str, Any]]:
    """Give the figures over all test rows as cells: `page.html` is fed by this as `overall`."""
    scales = axes(audit, audit.metrics, (audit.overall, *audit.groups))
    return [cell(figure, scales[figure.metric]) for figure in audit.overall.figures]


def slices(audit: Audit) -> list[dict[str, Any]]:
    """Give the groups of each slice: `groups.html` is fed by this as `slices`.

    Where many groups of a slice are small, those come apart; where there are many groups in all, every slice
    is folded to one line that says how many it has, which is the worst, and how many are marked.
    """
    scales = axes(audit, audit.metrics, (audit.overall, *audit.groups))
    by_slice: dict[str, list[Group]] = {}
    for group in audit.groups:
        by_slice.setdefault(group.slice, []).append(group)
    folded = len(audit.groups) > MOST_OPEN
    return [{"folded": folded, **_slice(audit, name, groups, scales)} for name, groups in by_slice.items()]


def _slice(audit: Audit, name: str, groups: Sequence[Group], scales: Scales) -> dict[str, Any]:
    few = audit.policy["min_count"]
    small = [group for group in groups if group.rows < few]
    apart = small if SMALL_SHOWN < len(small) < len(groups) else []
    kept = [group for group in groups if group.rows >= few] if apart else groups
    shown, folded = ([row(audit, group, scales) for group in part] for part in (kept, apart))
    return {
        "name": name,
        "count": len(groups),
        "worst": _worst(audit, groups),
        "marked": sum(any(each["rest"] and each["rest"]["worse"] for each in one["cells"]) for one in shown + folded),
        "groups": shown,
        "small": folded,
    }


def _worst(audit: Audit, groups: Sequence[Group]) -> str:
    """Name the group with the worst figure of the first metric, among those with enough cases; "" without any."""
    if not audit.metrics:
        return ""
    known = [(group.figure(audit.metrics[0]), group) for group in groups]
    known = [(figure, group) for figure, group in known if figure and figure.defined]
    enough = [each for each in known if _enough(each[0], audit)]
    if not enough:
        return "too few cases in each"
    figure, group = min(enough, key=lambda each: (_sign(audit, each[0].metric) * each[0].value, each[1].rows))
    return f"worst {called(figure.metric)} {amount(figure.metric, figure.value)}, {group.label}"


def row(audit: Audit, group: Group, scales: Scales) -> dict[str, Any]:
    """Give one group as a row of cells, a line through each bar at the value over all rows."""
    few = audit.policy["min_count"]
    return {
        "label": group.label,
        "rows": group.rows,
        "share": per_cent(group.share),
        "cells": [
            {
                **cell(figure, scales[figure.metric], line=audit.overall.figure(figure.metric)),
                "few": figure.n < few,
                "rest": _rest(audit, figure),
            }
            for figure in group.figures
        ],
    }


def axes(audit: Audit, metrics: Iterable[str], groups: Sequence[Group]) -> dict[str, tuple[float, float]]:
    """Give the ends of the axis that all bars of a metric share."""
    return {name: _axis(name, groups) for name in metrics}


def _axis(name: str, groups: Sequence[Group]) -> tuple[float, float]:
    if metric(name).share or name in _UNIT:
        return 0.0, 1.0
    figures = [figure for figure in (each.figure(name) for each in groups) if figure is not None]
    ends = [end for figure in figures for end in (figure.low, figure.high, figure.value) if end is not None]
    low, high = min(ends), max(ends)
    return (low, high) if math.isfinite(low) and high > low else (low - 1, high + 1)


def cell(figure: Figure, scale: tuple[float, float], *, line: Figure | None = None) -> dict[str, Any]:
    """Give one figure with its interval, as text and as a bar."""
    through = line.value if line and line.defined else None
    drawn = bar(figure.value, figure.low, figure.high, scale=scale, line=through)
    return {
        "name": called(figure.metric),
        "defined": figure.defined,
        "value": amount(figure.metric, figure.value),
        "range": span(amount(figure.metric, figure.low), amount(figure.metric, figure.high)) if drawn else "",
        "n": figure.n,
        "bar": drawn,
    }


def _rest(audit: Audit, figure: Figure) -> dict[str, Any] | None:
    found = rest(figure, lower_is_better=figure.metric in audit.lower_is_better)
    return found and {**found, "worse": found["worse"] and figure.metric not in _NO_SIDE and _enough(figure, audit)}


def rest(figure: Figure, *, lower_is_better: bool) -> dict[str, Any] | None:
    """Say how far a group is from the rows outside it, and whether wholly on the worse side; None where unknown."""
    found: Difference | None = figure.rest
    if found is None or not figure.defined:
        return None
    value = signed(gap(figure.metric, found.value))
    if None in (found.low, found.high):
        return {"value": value, "range": "", "worse": False}
    return {
        "value": value.removesuffix(" points"),
        "range": span(gap(figure.metric, found.low), gap(figure.metric, found.high)),
        "worse": found.low > 0 if lower_is_better else found.high < 0,
    }


def _enough(figure: Figure, audit: Audit) -> bool:
    """Whether the figure rests on enough cases to be called worse: the rule by which a gate may fail."""
    counted = figure.method == "wilson" and figure.n >= LEAST_TO_FAIL
    return counted or figure.n >= audit.policy["min_count"]


def _sign(audit: Audit, name: str) -> int:
    return -1 if name in audit.lower_is_better else 1

"""The section of the page on baselines: this model beside each, over all rows and in the groups where it is known."""

from __future__ import annotations

from typing import Any

from pipeline.artifacts.audit import Audit, Baseline, Comparison, Figure
from pipeline.artifacts.wording import amount, called, gap
from pipeline.auditing.report.span import minus, span


def baselines(audit: Audit) -> list[dict[str, Any]]:
    """Tell every baseline of an audit: `baselines.html` is fed by this as `baselines`."""
    return [_baseline(each) for each in audit.baselines]


def _baseline(baseline: Baseline) -> dict[str, Any]:
    pairs: dict[tuple[str, str], list[Comparison]] = {}
    for each in baseline.comparisons:
        if each.slice:
            pairs.setdefault((each.slice, each.metric), []).append(each)
    return {
        "name": baseline.name,
        "about": _about(baseline),
        "declared": bool(baseline.comparisons) and not baseline.rows,
        "overall": [_line(called(each.metric), each) for each in baseline.comparisons if not each.slice],
        "slices": [
            {
                "name": slice_,
                "metric": called(metric),
                "groups": [_line(each.label, each) for each in found],
            }
            for (slice_, metric), found in pairs.items()
        ],
    }


def _about(baseline: Baseline) -> str:
    parts = [
        baseline.what.removesuffix("."),
        f"From: {baseline.source.removesuffix('.')}" if baseline.source else "",
        f"Both on the same {baseline.rows:,} rows" if baseline.rows else "",
        baseline.why_not.removesuffix("."),
    ]
    return " ".join(f"{part}." for part in parts if part)


def _line(name: str, found: Comparison) -> dict[str, Any]:
    bounded = None not in (found.low, found.high)
    return {
        "name": name,
        "ours": _figure(found.ours, absent="–"),
        "theirs": _figure(found.theirs, absent="n/a"),
        "gain": "n/a" if found.gain is None else minus(gap(found.metric, found.gain)),
        "range": span(gap(found.metric, found.low), gap(found.metric, found.high)) if bounded else "",
        **_says(found, bounded=bounded),
    }


def _figure(figure: Figure | None, *, absent: str) -> dict[str, str]:
    if figure is None:
        return {"value": absent, "of": ""}
    if not figure.defined:
        return {"value": "undefined", "of": f"on these {figure.n} rows" if figure.n else "0 of 0"}
    bounds = ""
    if figure.low is not None:
        bounds = f"{span(amount(figure.metric, figure.low), amount(figure.metric, figure.high))}, "
    return {
        "value": amount(figure.metric, figure.value),
        "of": f"{bounds}of {figure.n:,}" if figure.n else "taken as exact: its count is not known",
    }


def _says(found: Comparison, *, bounded: bool) -> dict[str, str]:
    """Say whether the gain is one, in a word and a look."""
    if found.gain is None:
        return {"says": "", "look": ""}
    if not bounded:
        return {"says": "too few cases to tell", "look": ""}
    if found.low > 0:
        return {"says": "better", "look": "pass"}
    if found.high < 0:
        return {"says": "worse", "look": "fail"}
    return {"says": "chance may explain it", "look": ""}

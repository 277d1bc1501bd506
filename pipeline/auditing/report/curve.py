"""The section of a learning curve: what holds the model back, what to do, the curve, and its figures."""

from __future__ import annotations

from typing import Any

from pipeline.artifacts.curve import Curve, Diagnosis, Level, MoreData
from pipeline.artifacts.metric import metric
from pipeline.artifacts.wording import amount, called, gap, limit
from pipeline.auditing.report.lineplot import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axes, short, spanning, ticks
from pipeline.auditing.report.span import per_cent, span

_LOOKS = {Diagnosis.NEITHER: ("pass", "✓"), Diagnosis.NOT_ENOUGH_EVIDENCE: ("unsure", "?")}
_MORE = {
    MoreData.RECOMMENDED: "More data is recommended.",
    MoreData.NOT_RECOMMENDED: "More data is not recommended.",
    MoreData.NOT_KNOWN: "Whether more data would help is not known.",
}
_BELOW_ONE = ("f1", "auc")


def curve(found: Curve) -> dict[str, Any]:
    """Give what the fragment `curve.html` shows: the verdict, the advice, the plot's geometry and the table."""
    look, sign = _LOOKS.get(found.diagnosis, ("fail", "✕"))
    diagnosis = str(found.diagnosis)
    return {
        "look": look,
        "sign": sign,
        "diagnosis": diagnosis[0].upper() + diagnosis[1:],
        "verdict": _MORE[found.more_data],
        "why": found.why,
        "advice": list(found.advice),
        "metric": called(found.metric),
        "better": "lower is better" if found.lower_is_better else "higher is better",
        "confidence": per_cent(found.confidence),
        "target": None if found.target is None else amount(found.metric, found.target),
        "target_is": found.target_is,
        "gain": _gain(found),
        "plot": _plot(found) if found.points else None,
        "points": [_point(found, place) for place in range(len(found.points))],
        "left_out": [{"share": per_cent(float(share)), "why": reason} for share, reason in found.left_out.items()],
    }


def _gain(found: Curve) -> dict[str, str] | None:
    """Give the expected gain in words, where the advice does not say it already."""
    if found.gain is None or found.more_data is MoreData.RECOMMENDED:
        return None
    return {
        "rows": f"{found.gain.rows:,}",
        "value": gap(found.metric, found.gain.value),
        "span": span(gap(found.metric, found.gain.low), gap(found.metric, found.gain.high)),
        "expected": amount(found.metric, found.gain.expected),
        "expected_span": span(
            amount(found.metric, found.gain.expected_low), amount(found.metric, found.gain.expected_high)
        ),
    }


def _point(found: Curve, place: int) -> dict[str, Any]:
    point = found.points[place]
    return {
        "rows": f"{point.rows:,}",
        "share": per_cent(point.fraction),
        "repeats": point.repeats,
        "train": _level(found.metric, point.train),
        "dev": _level(found.metric, point.dev),
    }


def _level(name: str, level: Level) -> dict[str, str]:
    return {
        "value": amount(name, level.value),
        "span": span(amount(name, level.low), amount(name, level.high)),
        "n": f"{level.n:,}",
    }


def _plot(found: Curve) -> dict[str, Any]:
    axes = _axes(found)
    lines = {}
    for side in ("train", "dev"):
        levels = [(float(point.rows), getattr(point, side)) for point in found.points]
        lines[side] = {
            "line": axes.line([(rows, level.value) for rows, level in levels]),
            "band": axes.band([(rows, level.low, level.high) for rows, level in levels]),
            "dots": [(axes.across(rows), axes.up(level.value)) for rows, level in levels],
        }
    return {
        "width": WIDTH, "height": HEIGHT, "left": LEFT, "right": WIDTH - RIGHT, "top": TOP, "bottom": HEIGHT - BOTTOM,
        **lines,
        "target": None if found.target is None else axes.up(found.target),
        "gain": _ahead(found, axes),
        "y": [{"at": axes.up(value), "text": limit(found.metric, value)} for value in ticks(axes.y)],
        "x": [{"at": axes.across(rows), "text": short(rows)} for rows in _sizes(found)],
    }  # fmt: skip


def _sizes(found: Curve) -> list[float]:
    return [float(point.rows) for point in found.points] + ([float(found.gain.rows)] if found.gain else [])


def _axes(found: Curve) -> Axes:
    levels = [level for point in found.points for level in (point.train, point.dev)]
    shown = [end for level in levels for end in (level.low, level.high, level.value)]
    shown += [] if found.target is None else [found.target]
    shown += [found.gain.expected_low, found.gain.expected_high] if found.gain else []
    sizes, bounded = _sizes(found), metric(found.metric).share or found.metric in _BELOW_ONE
    return Axes((min(sizes), max(sizes)), spanning(shown, within=(0.0, 1.0) if bounded else None))


def _ahead(found: Curve, axes: Axes) -> dict[str, Any] | None:
    """Give the dashed way from the last point to twice the rows, with its interval."""
    if found.gain is None:
        return None
    last = found.points[-1]
    return {
        "line": axes.line([(last.rows, last.dev.value), (found.gain.rows, found.gain.expected)]),
        "x": axes.across(found.gain.rows),
        "y": axes.up(found.gain.expected),
        "low": axes.up(found.gain.expected_low),
        "high": axes.up(found.gain.expected_high),
    }

"""One definition of fairness for one attribute, in words: which groups, how far apart, on how many cases."""

from __future__ import annotations

from pipeline.artifacts.fairness import Attribute, Gap, Outcome, Standing
from pipeline.artifacts.wording import amount, gap
from pipeline.auditing.report.span import span

HEADINGS = {
    "base_rate": "Base rate",
    "selection_rate": "Selection rate",
    "recall": "Recall",
    "false_positive_rate": "False positive rate",
    "precision": "Precision",
    "calibration_gap": "Calibration gap",
    "mae": "Mean absolute error",
    "mean_error": "Mean error",
}
_SIGNED = {
    "calibration_gap": ("Came true", "oftener than said", "more rarely than said"),
    "mean_error": ("Answers are", "too high", "too low"),
}


def lead(standing: Standing, attribute: Attribute) -> str:
    """Say in one sentence which two groups decide, what each has, and how far they are surely or possibly apart."""
    if not standing.gaps:
        return "Fewer than two groups have enough cases to be compared."
    if standing.shown is not None:
        least = gap(standing.shown.metric, standing.shown.difference.low)
        return _unbroken(f"{_pair(standing.shown, attribute)}: at least {least} apart.")
    loosest = max(standing.gaps, key=lambda each: each.difference.high)
    most = gap(loosest.metric, loosest.difference.high)
    unknown = "" if standing.outcome is Outcome.NOT_SHOWN else " Not every rate could be compared."
    return _unbroken(f"{_pair(loosest, attribute)}: this may be chance, or as much as {most} apart.{unknown}")


def more(standing: Standing, attribute: Attribute) -> list[str]:
    """Give the figures behind the lead, each with counts and intervals, and the widest pairs where they are others."""
    said = [] if standing.shown is None else [f"{_measured(standing.shown)}."]
    for each in standing.gaps:
        if standing.shown is None:
            named = "" if len(standing.gaps) == 1 else f"{_pair(each, attribute)}. "
            said.append(f"{named}{_measured(each)}.")
        elif not _same(each, standing.shown):
            which = "Farthest apart, with less certainty" if each.metric == standing.shown.metric else "Also"
            said.append(f"{which}: {_pair(each, attribute)}. {_measured(each)}.")
    return [_unbroken(each) for each in said]


def _same(one: Gap, other: Gap) -> bool:
    return (one.metric, one.highest, one.lowest) == (other.metric, other.highest, other.lowest)


def _pair(of: Gap, attribute: Attribute) -> str:
    groups = {group.label: group for group in attribute.groups}
    high, low = (groups[label].figure(of.metric).value for label in (of.highest, of.lowest))
    said, say = (_SIGNED[of.metric][0], _signed) if of.metric in _SIGNED else (HEADINGS[of.metric], amount)
    return f"{said} {say(of.metric, high)} for {of.highest}, {say(of.metric, low)} for {of.lowest}"


def _signed(metric: str, value: float) -> str:
    _, over, under = _SIGNED[metric]
    return f"{gap(metric, abs(value))} {over if value >= 0 else under}"


def _measured(of: Gap) -> str:
    ends = span(gap(of.metric, of.difference.low), gap(of.metric, of.difference.high))
    said = f"Measured {gap(of.metric, of.difference.value)} ({ends}), of {of.n_highest:,} and {of.n_lowest:,} cases"
    if of.ratio is None:
        return said
    between = f"{100 * of.ratio.low:.0f} % to {100 * of.ratio.high:.0f} %"
    return f"{said}; the lower is {100 * of.ratio.value:.0f} % of the higher ({between})"


def _unbroken(text: str) -> str:
    return text.replace(" %", "\u00a0%")

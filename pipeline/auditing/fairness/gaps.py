"""From each group's rates to what lies between groups: how far they are apart, and whether that is more than chance.

Pairs of groups are picked after they were seen, so their intervals are such that those of all pairs hold together
(Bonferroni): a difference is not found merely because many pairs were looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb

from pipeline.artifacts.audit import Figure, Group
from pipeline.artifacts.fairness import Bounded, Gap, Outcome, Standing
from pipeline.artifacts.wording import called
from pipeline.auditing.fairness.definitions import UNSIGNED
from pipeline.auditing.fairness.rates import interval_at
from pipeline.auditing.intervals import Interval, difference, ratio, rounded

_NOTHING = 1e-9
FEWEST_GROUPS = 2


def standing(
    definition: str, metrics: Sequence[str], groups: Sequence[Group], *, min_count: int, confidence: float
) -> Standing:
    """Hold a definition against groups: the gap in each of its metrics, and whether a difference is shown.

    Only groups with `min_count` cases behind a metric are compared. It *differs* where the interval between some
    pair lies above 0; where none does and a metric could not be compared, there is not enough evidence.
    """
    gaps: list[Gap] = []
    sure: list[Gap] = []
    left_out: dict[str, str] = {}
    for metric in metrics:
        few = too_few(metric, groups, min_count=min_count)
        left_out = {**few, **left_out}
        compared = [group for group in groups if group.label not in few]
        if len(compared) >= FEWEST_GROUPS:
            how = {"confidence": confidence, "of": len(metrics)}
            gaps.append(gap(metric, compared, **how))
            sure.append(surest(metric, compared, **how))
    shown = max(sure, key=_least, default=None)
    shown = shown if shown is not None and _least(shown) > _NOTHING else None
    known = Outcome.NOT_SHOWN if len(gaps) == len(metrics) else Outcome.NOT_ENOUGH_EVIDENCE
    return Standing(
        definition=definition,
        outcome=known if shown is None else Outcome.DIFFERS,
        gaps=tuple(gaps),
        shown=shown,
        left_out=left_out,
    )


def _least(gap: Gap) -> float:
    return gap.difference.low


def too_few(metric: str, groups: Sequence[Group], *, min_count: int) -> dict[str, str]:
    """Map the label of each group with too few cases for a metric to the reason."""
    return {group.label: _why(group.figure(metric), min_count) for group in groups if _few(group, metric, min_count)}


def _few(group: Group, metric: str, min_count: int) -> bool:
    figure = group.figure(metric)
    return not figure.defined or figure.low is None or figure.n < min_count


def _why(figure: Figure, min_count: int) -> str:
    if not figure.defined:
        return f"{called(figure.metric)} is undefined here: 0 cases"
    return f"{called(figure.metric)} rests on {figure.n} cases, {min_count} are needed"


def jointly(confidence: float, *, groups: int, of: int = 1) -> float:
    """Give the confidence each comparison needs for all pairs of `groups`, in `of` metrics, to hold together."""
    return 1 - (1 - confidence) / (comb(groups, 2) * of)


def gap(metric: str, groups: Sequence[Group], *, confidence: float, of: int = 1) -> Gap:
    """Compare the highest with the lowest of two or more groups, all measured at `confidence`."""
    highest = max(groups, key=lambda group: group.figure(metric).value)
    lowest = min(reversed(groups), key=lambda group: group.figure(metric).value)
    return _gap(metric, highest, lowest, ends=_ends(metric, groups, confidence=confidence, of=of))


def surest(metric: str, groups: Sequence[Group], *, confidence: float, of: int = 1) -> Gap:
    """Compare the two groups whose difference is largest at the lower end of its interval.

    They need not be the farthest apart: of many cases a smaller difference may be certain.
    """
    ends = _ends(metric, groups, confidence=confidence, of=of)
    ordered = sorted(groups, key=lambda group: group.figure(metric).value, reverse=True)
    pair = max(combinations(ordered, 2), key=lambda pair: _span(metric, *pair, ends=ends)[0])
    return _gap(metric, *pair, ends=ends)


def _ends(metric: str, groups: Sequence[Group], *, confidence: float, of: int) -> dict[str, Interval]:
    joint = jointly(confidence, groups=len(groups), of=of)
    return {group.label: interval_at(group, metric, measured_at=confidence, confidence=joint) for group in groups}


def _span(metric: str, highest: Group, lowest: Group, *, ends: dict[str, Interval]) -> Interval:
    high, low = highest.figure(metric).value, lowest.figure(metric).value
    return difference(high, ends[highest.label], from_value=low, from_interval=ends[lowest.label])


def _gap(metric: str, highest: Group, lowest: Group, *, ends: dict[str, Interval]) -> Gap:
    high, low = (each.figure(metric) for each in (highest, lowest))
    to = {"to_value": high.value, "to_interval": ends[highest.label]}
    return Gap(
        metric=metric,
        highest=highest.label,
        lowest=lowest.label,
        n_highest=high.n,
        n_lowest=low.n,
        difference=bounded(high.value - low.value, _span(metric, highest, lowest, ends=ends)),
        ratio=None if metric in UNSIGNED else quotient(low.value, ends[lowest.label], **to),
    )


def quotient(
    value: float, interval: Interval, *, to_value: float, to_interval: Interval
) -> Bounded | None:
    """Give a ratio with its interval, or None where it is undefined: the other is 0, or may be."""
    if min(to_value, to_interval[0]) <= 0:
        return None
    ends = ratio(value, (max(0.0, interval[0]), interval[1]), to_value=to_value, to_interval=to_interval)
    return bounded(value / to_value, ends)


def bounded(value: float, interval: Interval) -> Bounded:
    """Give a figure with its interval, the last bits dropped."""
    return Bounded(value=rounded(value), low=rounded(interval[0]), high=rounded(interval[1]))

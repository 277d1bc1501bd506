"""The four-fifths view of decisions: each group's selection rate against that of the group selected most."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.artifacts.audit import Group
from pipeline.artifacts.fairness import Bounded, FourFifths, Selected
from pipeline.auditing.fairness.gaps import jointly, quotient
from pipeline.auditing.fairness.rates import interval_at

RATE, LEAST = "selection_rate", 0.8
_ROUNDING = 1e-9


def selected(groups: Sequence[Group], *, min_count: int, confidence: float) -> tuple[Selected, ...]:
    """Compare every group's selection rate with the highest among the groups of `min_count` rows or more.

    A group of fewer rows is told with its ratio, and is never flagged nor cleared. The intervals of the ratios hold
    together for all pairs of the groups that have enough rows.
    """
    enough = [group for group in groups if group.rows >= min_count]
    if not enough:
        return tuple(_selected(group, None, min_count=min_count, confidence=confidence, joint=0.0) for group in groups)
    highest = max(enough, key=lambda group: group.figure(RATE).value)
    joint = jointly(confidence, groups=max(2, len(enough)))
    how = {"min_count": min_count, "confidence": confidence, "joint": joint}
    return tuple(_selected(group, highest, **how) for group in groups)


def _selected(group: Group, highest: Group | None, *, min_count: int, confidence: float, joint: float) -> Selected:
    ratio = None if highest is None else _ratio(group, highest, confidence=confidence, joint=joint)
    if ratio is None or group.rows < min_count or highest is None:
        outcome = FourFifths.NOT_ENOUGH_EVIDENCE
    else:
        outcome = FourFifths.BELOW if ratio.value < LEAST - _ROUNDING else FourFifths.KEPT
    return Selected(
        label=group.label,
        n=group.rows,
        rate=group.figure(RATE).value,
        highest=highest.label if highest else "",
        ratio=ratio,
        outcome=outcome,
    )


def _ratio(group: Group, highest: Group, *, confidence: float, joint: float) -> Bounded | None:
    if group is highest:
        return Bounded(value=1.0) if highest.figure(RATE).value > 0 else None
    ours, theirs = (interval_at(each, RATE, measured_at=confidence, confidence=joint) for each in (group, highest))
    return quotient(group.figure(RATE).value, ours, to_value=highest.figure(RATE).value, to_interval=theirs)

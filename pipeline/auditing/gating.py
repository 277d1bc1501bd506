"""Gates applied to figures: pass, fail, or not enough evidence, and why. The rule is told in `gate`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.artifacts.audit import ALL_ROWS, Baseline, Figure, Finding, Group, Judgement, Ruling, worst
from pipeline.artifacts.wording import called
from pipeline.auditing.gains import against
from pipeline.auditing.gate import Gate
from pipeline.auditing.intervals import difference
from pipeline.auditing.limit import Limit
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.slicing import OTHERS

NOT_ENOUGH = Judgement.NOT_ENOUGH_EVIDENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """All that gates are applied to: the figures of one audit."""

    overall: Group
    groups: Sequence[Group]
    unsliced: Mapping[str, str]
    baselines: Sequence[Baseline]


def judged(policy: AuditPolicy, measured: Measured) -> tuple[Finding, ...]:
    """Apply every gate of the policy, in its order."""
    return tuple(_finding(gate, measured, policy=policy) for gate in policy.gates)


def _finding(gate: Gate, measured: Measured, *, policy: AuditPolicy) -> Finding:
    rulings = _rulings(gate, measured, policy=policy)
    return Finding(
        gate=gate.sentence,
        metric=gate.metric,
        judgement=worst(ruling.judgement for ruling in rulings),
        rulings=tuple(rulings),
        slice=gate.slice,
    )


def _rulings(gate: Gate, measured: Measured, *, policy: AuditPolicy) -> list[Ruling]:
    if gate.slice in measured.unsliced:
        return [Ruling(about=gate.slice, judgement=NOT_ENOUGH, why=measured.unsliced[gate.slice])]
    groups = {group.label: group for group in measured.groups if group.slice == gate.slice}
    wanted = gate.groups or _wanted(gate, groups, policy=policy)
    if gate.baseline:
        baseline = next(each for each in measured.baselines if each.name == gate.baseline)
        return against(gate, baseline, labels=wanted, min_count=policy.min_count)
    if not gate.slice:
        return [_ruling(gate, ALL_ROWS, measured.overall.figure(gate.metric), policy=policy)]
    figures = {label: groups[label].figure(gate.metric) if label in groups else None for label in wanted}
    if gate.max_gap is not None:
        return _gap(gate, figures, policy=policy)
    return [_ruling(gate, label, figure, policy=policy) for label, figure in figures.items()]


def _wanted(gate: Gate, groups: Iterable[str], *, policy: AuditPolicy) -> tuple[str, ...]:
    """All groups there are, and the one a condition names: where no test row is in it, nothing is known of it."""
    there = tuple(groups)
    of = next((each for each in policy.slices if each.name == gate.slice), None)
    if of is None or not (of.where or (of.function is not None and OTHERS in there)):
        return there
    return tuple(dict.fromkeys([of.labels.get(True, of.name), *there]))


def _ruling(gate: Gate, about: str, figure: Figure | None, *, policy: AuditPolicy) -> Ruling:
    if figure is None:
        return Ruling(about=about, judgement=NOT_ENOUGH, why="no test row is in this group")
    if not figure.defined:
        return Ruling(about=about, judgement=NOT_ENOUGH, n=figure.n, why=f"{called(gate.metric)} is undefined here")
    least = -math.inf if gate.minimum is None else gate.minimum
    most = math.inf if gate.maximum is None else gate.maximum
    told = Ruling(
        about=about, judgement=NOT_ENOUGH, why="", n=figure.n, value=figure.value, low=figure.low, high=figure.high
    )
    return Limit(least=least, most=most, certain=gate.certain).held(
        told, min_count=policy.min_count, counted=figure.method == "wilson"
    )


def _gap(gate: Gate, figures: Mapping[str, Figure | None], *, policy: AuditPolicy) -> list[Ruling]:
    """Compare the highest with the lowest of the groups that have enough cases, and name those that have not."""
    known = {
        label: figure for label, figure in figures.items() if figure and figure.defined and figure.n >= policy.min_count
    }
    rulings = [
        Ruling(
            about=label,
            judgement=NOT_ENOUGH,
            n=figure.n if figure else 0,
            why=f"{figure.n if figure else 0} cases, {policy.min_count} are needed; its gap is not known",
        )
        for label, figure in figures.items()
        if label not in known
    ]
    if len(known) < 2:
        return [
            Ruling(about=gate.slice, judgement=NOT_ENOUGH, why="fewer than two groups have enough cases to compare"),
            *rulings,
        ]
    return [_widest(gate, known, policy=policy), *rulings]


def _widest(gate: Gate, known: Mapping[str, Figure], *, policy: AuditPolicy) -> Ruling:
    bottom, top = (choose(known, key=lambda label: known[label].value) for choose in (min, max))
    high, low = known[top], known[bottom]
    ends = (None, None) if top == bottom else _difference(high, low)
    ruling = Ruling(
        about=f"{top} over {bottom}",
        judgement=NOT_ENOUGH,
        why="",
        n=min(high.n, low.n),
        value=high.value - low.value,
        low=ends[0],
        high=ends[1],
        is_difference=True,
    )
    return Limit(most=gate.max_gap, certain=gate.certain).held(
        ruling, min_count=policy.min_count, counted=high.method == low.method == "wilson"
    )


def _difference(one: Figure, other: Figure) -> tuple[float | None, float | None]:
    if None in (one.low, one.high, other.low, other.high):
        return None, None
    return difference(one.value, (one.low, one.high), from_value=other.value, from_interval=(other.low, other.high))

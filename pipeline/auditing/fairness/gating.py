"""Fairness gates applied to what was found: pass, fail, or not enough evidence, and why. The rule is told in `gate`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.artifacts.audit import Finding, Group, Judgement, Ruling, worst
from pipeline.artifacts.fairness import Attribute, Bounded, FairnessAudit, FourFifths, Gap
from pipeline.artifacts.metric import CLASSIFICATION
from pipeline.auditing.fairness.definitions import CALIBRATION_GAP, DEFINITIONS
from pipeline.auditing.fairness.gaps import gap, too_few
from pipeline.auditing.fairness.gate import FairnessGate
from pipeline.auditing.fairness.selection import LEAST, selected
from pipeline.auditing.limit import Limit
from pipeline.errors import Misuse

NOT_ENOUGH = Judgement.NOT_ENOUGH_EVIDENCE


def judged(gates: Iterable[FairnessGate], found: FairnessAudit) -> tuple[Finding, ...]:
    """Apply every gate, in its order, to the fairness of one model.

    Raises:
        Misuse: a gate is about an attribute that was not looked at, or by a definition for another kind of problem.
    """
    return tuple(_finding(gate, found) for gate in gates)


def _finding(gate: FairnessGate, found: FairnessAudit) -> Finding:
    rulings = tuple(_rulings(gate, _asked(gate, found), found))
    judgement = worst(ruling.judgement for ruling in rulings)
    return Finding(gate=gate.sentence, metric=gate.metric, judgement=judgement, rulings=rulings)


def _asked(gate: FairnessGate, found: FairnessAudit) -> Attribute:
    attribute = found.attribute(gate.attribute)
    if attribute is None:
        known = ", ".join(each.name for each in found.attributes)
        raise Misuse(f"a fairness gate is about {gate.attribute}, which was not looked at", expected=known)
    problem = DEFINITIONS[gate.definition].problem if gate.definition else CLASSIFICATION
    if problem != found.problem:
        raise Misuse(f"the fairness gate “{gate.sentence}” is for a {problem}", found=f"a {found.problem}")
    return attribute


def _rulings(gate: FairnessGate, attribute: Attribute, found: FairnessAudit) -> list[Ruling]:
    if attribute.why_not:
        return [Ruling(about=attribute.name, judgement=NOT_ENOUGH, why=attribute.why_not)]
    labels = gate.groups or tuple(group.label for group in attribute.groups)
    groups = [group for group in attribute.groups if group.label in labels]
    absent = [label for label in labels if label not in {group.label for group in groups}]
    rulings = [Ruling(about=label, judgement=NOT_ENOUGH, why="no test row is in this group") for label in absent]
    if gate.four_fifths:
        return [*_four_fifths(gate, groups, found), *rulings]
    for metric in DEFINITIONS[gate.definition].metrics:
        rulings = [*_of_metric(gate, metric, groups, found), *rulings]
    return rulings


def _of_metric(gate: FairnessGate, metric: str, groups: Sequence[Group], found: FairnessAudit) -> list[Ruling]:
    if metric == CALIBRATION_GAP and any(group.figure(metric) is None for group in groups):
        return [Ruling(about=gate.attribute, judgement=NOT_ENOUGH, why="the model gives no probabilities")]
    few = too_few(metric, groups, min_count=found.min_count)
    figures = {group.label: group.figure(metric) for group in groups}
    left_out = [Ruling(about=label, judgement=NOT_ENOUGH, n=figures[label].n, why=why) for label, why in few.items()]
    enough = [group for group in groups if group.label not in few]
    if gate.max_loss is not None:
        return [*(_loss(gate, metric, group) for group in enough), *left_out]
    if len(enough) < 2:
        why = "fewer than two groups have enough cases to compare"
        return [Ruling(about=gate.attribute, judgement=NOT_ENOUGH, why=why), *left_out]
    of = len(DEFINITIONS[gate.definition].metrics)
    return [_widest(gate, gap(metric, enough, confidence=found.confidence, of=of)), *left_out]


def _loss(gate: FairnessGate, metric: str, group: Group) -> Ruling:
    figure = group.figure(metric)
    told = Bounded(value=figure.value, low=figure.low, high=figure.high)
    return _held(Limit(most=gate.max_loss, certain=gate.certain), told, about=group.label, n=figure.n)


def _widest(gate: FairnessGate, widest: Gap) -> Ruling:
    n = min(widest.n_highest, widest.n_lowest)
    if gate.min_ratio is None:
        about = f"{widest.highest} over {widest.lowest}, {widest.metric.replace('_', ' ')}"
        most = Limit(most=gate.max_difference, certain=gate.certain)
        return replace(_held(most, widest.difference, about=about, n=n), is_difference=True)
    about = f"{widest.lowest} to {widest.highest}, {widest.metric.replace('_', ' ')}"
    if widest.ratio is None:
        return Ruling(about=about, judgement=NOT_ENOUGH, n=n, why="the ratio is undefined: the highest is 0")
    return _held(Limit(least=gate.min_ratio, certain=gate.certain), widest.ratio, about=about, n=n)


def _four_fifths(gate: FairnessGate, groups: Sequence[Group], found: FairnessAudit) -> list[Ruling]:
    rulings = []
    for each in selected(groups, min_count=found.min_count, confidence=found.confidence):
        if each.outcome is FourFifths.NOT_ENOUGH_EVIDENCE:
            few = each.n < found.min_count
            why = f"{each.n} rows, {found.min_count} are needed" if few else "nobody is selected in any group"
            rulings.append(Ruling(about=each.label, judgement=NOT_ENOUGH, n=each.n, why=why))
        elif each.label != each.highest:
            least, about = Limit(least=LEAST, certain=gate.certain), f"{each.label} to {each.highest}"
            rulings.append(_held(least, each.ratio, about=about, n=each.n))
    if len(groups) - sum(ruling.judgement is NOT_ENOUGH and not ruling.value for ruling in rulings) < 2:
        why = "fewer than two groups have enough cases to compare"
        return [Ruling(about=gate.attribute, judgement=NOT_ENOUGH, why=why), *rulings]
    return rulings


def _held(limit: Limit, told: Bounded, *, about: str, n: int) -> Ruling:
    """Judge a figure of cases that are enough."""
    figure = {"n": n, "value": told.value, "low": told.low, "high": told.high}
    return limit.held(Ruling(about=about, judgement=NOT_ENOUGH, why="", **figure))

"""An audit in few words: why the verdict is what it is, and where the model is weakest."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.artifacts.audit import Audit, Figure, Finding, Group, Judgement, Ruling
from pipeline.artifacts.metric import metric
from pipeline.artifacts.wording import amount, gap, ruled

OUTCOMES = {Judgement.PASS: "kept", Judgement.NOT_ENOUGH_EVIDENCE: "left open", Judgement.FAIL: "broken"}
MOST_SHOWN = 3
MOST_REASONS = 6
_MEANINGS = {
    Judgement.PASS: "May be released:",
    Judgement.NOT_ENOUGH_EVIDENCE: "Neither passed nor failed:",
    Judgement.FAIL: "Must not be released:",
}
_MEANS = ("mae", "mape", "log_loss")


def why(audit: Audit) -> str:
    """Say what the verdict means for a release, and why: the first demands that decided it, with their figures."""
    lead, reasons = because(audit)
    more = len(reasons) - MOST_REASONS
    reasons = [*reasons[:MOST_REASONS], f"and {more} more"] if more > 0 else reasons
    return f"{lead}: {'; '.join(reasons)}." if reasons else f"{lead}."


def because(audit: Audit) -> tuple[str, list[str]]:
    """Give what the verdict means and how many demands decided it, and those demands with their figures, one each."""
    means, deciding, number = _MEANINGS[audit.judgement], audit.deciding, len(audit.binding)
    if not number:
        return f"{means} no gate is declared, so nothing was asked of this model", []
    if audit.judgement is Judgement.PASS:
        said = (f"all {number} gates are kept", []) if number > 1 else ("the one gate is kept", [deciding[0].gate])
        return f"{means} {said[0]}", said[1]
    some = f"{len(deciding)} of {number} gates {'is' if len(deciding) == 1 else 'are'}"
    subject = "the one gate is" if number == 1 else some
    return f"{means} {subject} {OUTCOMES[audit.judgement]}", [_decisive(each) for each in deciding]


def _decisive(finding: Finding) -> str:
    rulings = [ruling for ruling in finding.rulings if ruling.judgement is finding.judgement][:MOST_SHOWN]
    return f"{finding.gate} – {', '.join(_ruled(finding.metric, ruling) for ruling in rulings)}"


def _ruled(name: str, ruling: Ruling) -> str:
    if ruling.judgement is Judgement.NOT_ENOUGH_EVIDENCE or ruling.value is None:
        return f"{ruling.about} ({ruling.why})"
    said = ruled(name, ruling.value, is_difference=ruling.is_difference, unit=ruling.unit)
    return f"{ruling.about} {said}" + (f" ({ruling.why})" if ruling.row_ids else "")


def told(audit: Audit) -> str:
    """Tell the limits that do not bind here and are not kept: what will stand in the way of production."""
    broken = [each for each in audit.findings if not each.binding and each.judgement is not Judgement.PASS]
    if not broken:
        return ""
    return f"Not binding in a proof of concept, but not kept: {'; '.join(map(_decisive, broken))}."


def tally(audit: Audit) -> list[tuple[Judgement, int]]:
    """Count the gates that bind by judgement, worst first, those that occur."""
    counts = [(each, sum(finding.judgement is each for finding in audit.binding)) for each in OUTCOMES]
    return [(each, count) for each, count in counts if count][::-1]


@dataclass(frozen=True, slots=True)
class Weak:
    """A group where the model does worse than overall, and what making up for it would add overall.

    `share` (0 to 1) is the group's share of the cases that count for the metric; `by_chance` says that the
    group may well be no worse than the rows outside it.
    """

    group: Group
    metric: str
    share: float
    value: str
    overall: str
    gain: str
    by_chance: bool = False


def weakest(audit: Audit) -> list[Weak]:
    """Rank groups by what the first metric would gain overall if the group reached the overall value.

    That is its gap times its share of the cases, so that a small gap in a large group can come
    before a large gap in a small one. Groups with too few cases for the policy are left out, and
    so are metrics (AUC, F1) whose overall value is no mean over the cases, if there is another.
    """
    name = next((name for name in audit.metrics if metric(name).share or name in _MEANS), audit.metrics[0])
    overall, sign = audit.overall.figure(name), 1 if metric(name).greater_is_better else -1
    found = []
    for group in audit.groups:
        figure = group.figure(name)
        if overall.defined and figure.defined and figure.n >= audit.policy["min_count"]:
            share = figure.n / overall.n
            found.append((sign * (overall.value - figure.value) * share, share, group, figure))
    ranked = sorted((each for each in found if each[0] > 0), key=lambda each: (-each[0], each[2].slice, each[2].label))
    return [
        Weak(
            group, name, share, amount(name, figure.value), amount(name, overall.value), gap(name, gain),
            by_chance=_by_chance(figure, sign=sign),
        )
        for gain, share, group, figure in ranked[:MOST_SHOWN]
    ]


def _by_chance(figure: Figure, *, sign: int) -> bool:
    if figure.rest is None or None in (figure.rest.low, figure.rest.high):
        return False
    return max(sign * figure.rest.low, sign * figure.rest.high) >= 0

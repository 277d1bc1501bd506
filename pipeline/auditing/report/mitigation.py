"""Before and after mitigation, in words: what fairness would gain, what accuracy would cost."""

from __future__ import annotations

from typing import Any

from pipeline.artifacts.fairness import Bounded, FairnessAudit, Mitigation, Traded
from pipeline.artifacts.wording import amount, gap
from pipeline.auditing.fairness.policy import CONSTRAINTS
from pipeline.auditing.report.span import minus, span
from pipeline.auditing.report.standing import HEADINGS

TARGETS = {
    "demographic_parity": ("selection_rate",),
    "equalized_odds": ("recall", "false_positive_rate"),
    "true_positive_rate_parity": ("recall",),
    "false_positive_rate_parity": ("false_positive_rate",),
}


def mitigation(of: Mitigation, found: FairnessAudit) -> dict[str, Any]:
    """Give what the section shows of one what-if."""
    return {
        "attribute": of.attribute,
        "constraint": CONSTRAINTS[of.constraint],
        "why_not": of.why_not,
        "learned_on": f"{of.learned_on:,}",
        "told": "" if of.why_not else _told(of, found),
        "figures": [_figure(each, of) for each in of.traded],
        "flipped": [
            f"{each.label}: {each.to_favourable} to, {each.from_favourable} away from it, of {each.n:,}"
            for each in of.flipped
            if each.to_favourable or each.from_favourable
        ],
        "left_alone": [f"{label}: {why}" for label, why in of.left_alone.items()],
    }


def _told(of: Mitigation, found: FairnessAudit) -> str:
    """Say the bargain in a sentence: each gap that was to close, then accuracy."""
    gaps = [each for each in of.traded if each.is_gap and each.metric in TARGETS[of.constraint]]
    accuracy = next(each for each in of.traded if each.metric == "accuracy")
    said = [f"the gap in {HEADINGS[each.metric].lower()} {_moved(each)}" for each in gaps]
    turned = sum(each.to_favourable + each.from_favourable for each in of.flipped)
    closing = "; ".join(said) or "no rate has enough cases in two groups to tell what fairness gains"
    return (
        f"With thresholds of each group’s own, {closing}; accuracy {_moved(accuracy)}. "
        f"{turned:,} of {found.n_rows:,} answers would turn."
    )


def _moved(each: Traded) -> str:
    change = each.change
    if change.low is None or change.low <= 0 <= change.high:
        return f"shows no change ({_ends(change)})"
    verb = "widens" if change.value > 0 else "narrows"
    verb = verb if each.is_gap else "gains" if change.value > 0 else "falls"
    return f"{verb} by {_points(abs(change.value))} ({_ends(change)})"


def _ends(of: Bounded) -> str:
    return minus(f"{100 * of.low:+.1f} to {100 * of.high:+.1f} points") if of.low is not None else "no interval"


def _points(value: float) -> str:
    return f"{100 * value:.1f} points"


def _figure(each: Traded, of: Mitigation) -> dict[str, Any]:
    say = gap if each.is_gap else amount
    aim = each.is_gap and each.metric in TARGETS[of.constraint]
    surely = each.change.low is not None and not each.change.low <= 0 <= each.change.high
    better = (each.change.value < 0) is each.is_gap
    return {
        "name": f"Gap in {HEADINGS[each.metric].lower()}" if each.is_gap else "Accuracy",
        "aim": aim,
        "n": f"{each.n:,}",
        "before": say(each.metric, each.before.value),
        "before_range": span(say(each.metric, each.before.low), say(each.metric, each.before.high)),
        "after": say(each.metric, each.after.value),
        "after_range": span(say(each.metric, each.after.low), say(each.metric, each.after.high)),
        "change": minus(f"{100 * each.change.value:+.1f} points"),
        "change_range": _ends(each.change),
        "look": "" if not surely else "pass" if better else "fail",
        "word": "no change shown" if not surely else "better" if better else "worse",
    }

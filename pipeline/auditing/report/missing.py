"""What is missing for a verdict, and who signs once it is there: the first things to do about an audit."""

from __future__ import annotations

from pipeline.artifacts.audit import ALL_ROWS, EACH_CLASS, Audit, Finding, Judgement, Ruling
from pipeline.artifacts.charter import Charter
from pipeline.artifacts.counting import RATIOS

MOST_NAMED = 4


def missing(audit: Audit) -> list[str]:
    """Say of each demand that binds and is left open what would decide it, in the order of the policy."""
    left_open = [each for each in audit.binding if each.judgement is Judgement.NOT_ENOUGH_EVIDENCE]
    return [f"{each.gate}: {_needs(each, audit)}." for each in left_open]


def _needs(finding: Finding, audit: Audit) -> str:
    least = audit.policy["min_count"]
    rulings = [each for each in finding.rulings if each.judgement is Judgement.NOT_ENOUGH_EVIDENCE]
    short = [each for each in rulings if 0 < each.n < least and not each.unit and finding.metric]
    said = [_counted(short, least, by_rarest=_by_rarest(finding, audit))] if short else []
    others = [each for each in rulings if each not in short]
    said += [_other(each) for each in others[:MOST_NAMED]]
    said += [f"and {len(others) - MOST_NAMED} more"] if len(others) > MOST_NAMED else []
    return "; ".join(said) or "nothing it speaks of is among the test rows"


def _by_rarest(finding: Finding, audit: Audit) -> bool:
    """Whether the metric sets class against class, and so rests on the rarest."""
    if finding.slice == EACH_CLASS:
        return False
    return finding.metric in ("auc", "balanced_accuracy") or (finding.metric in RATIOS and not audit.positive)


def _counted(short: list[Ruling], least: int, *, by_rarest: bool) -> str:
    if [each.about for each in short] == [ALL_ROWS]:
        return f"collect {least - short[0].n} more test cases" + (" of the rarest class" if by_rarest else "")
    named = [f"{least - each.n} more of {each.about}" for each in short[:MOST_NAMED]]
    more = [f"some of {len(short) - MOST_NAMED} other groups"] if len(short) > MOST_NAMED else []
    counted = " (counted by the rarest class in each)" if by_rarest else ""
    return f"collect test cases{counted}, {', '.join([*named, *more])}"


def _other(ruling: Ruling) -> str:
    if ruling.is_difference and None not in (ruling.low, ruling.high):
        return f"{ruling.why}; more test rows would tell, or a model that is better by more"
    return f"{ruling.about}, {ruling.why}"


def signer(audit: Audit) -> str:
    """Say who has to sign before this model is released, "" where nobody has to or no charter says."""
    declared = audit.policy.get("charter")
    found = Charter.from_json(declared) if declared else None
    return found.owner if found is not None and found.needs_signature else ""

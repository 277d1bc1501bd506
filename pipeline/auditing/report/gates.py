"""The section of the page on what was demanded: each gate, what it was applied to, and how it was judged."""

from __future__ import annotations

from typing import Any

from pipeline.artifacts.audit import Audit, Finding, Judgement, Ruling
from pipeline.artifacts.wording import ruled
from pipeline.auditing.report.span import minus, span

MOST_SHOWN = 12

LOOKS = {
    Judgement.PASS: ("Pass", "pass", "✓"),
    Judgement.NOT_ENOUGH_EVIDENCE: ("Not enough evidence", "unsure", "?"),
    Judgement.FAIL: ("Fail", "fail", "✕"),
}


def gates(audit: Audit) -> list[dict[str, Any]]:
    """Tell every finding of an audit, in its order: `gates.html` is fed by this as `gates`."""
    return [_gate(finding) for finding in audit.findings]


def _gate(finding: Finding) -> dict[str, Any]:
    """Tell one demand; where it has many rulings, those that keep it are folded away."""
    rulings = [_ruling(finding.metric, ruling) for ruling in finding.rulings]
    kept = [each for each in rulings if each["look"] == LOOKS[Judgement.PASS][1]] if len(rulings) > MOST_SHOWN else []
    return {
        "sentence": finding.gate,
        "binding": finding.binding,
        "rulings": [each for each in rulings if each["look"] != LOOKS[Judgement.PASS][1]] if kept else rulings,
        "kept": kept,
        **_look(finding.judgement),
    }


def _ruling(name: str, ruling: Ruling) -> dict[str, Any]:
    def say(value: float | None) -> str:
        return minus(ruled(name, value, is_difference=ruling.is_difference, unit=ruling.unit))

    counted = ruling.value is not None and ruling.n > 1
    bounded = None not in (ruling.low, ruling.high)
    parts = [span(say(ruling.low), say(ruling.high))] if bounded else []
    return {
        "about": ruling.about,
        "why": ruling.why,
        "value": "" if ruling.value is None else say(ruling.value),
        "range": " · ".join([*parts, f"of {ruling.n:,}"] if counted else parts),
        **_look(ruling.judgement),
    }


def _look(judgement: Judgement) -> dict[str, str]:
    return dict(zip(("word", "look", "sign"), LOOKS[judgement], strict=True))

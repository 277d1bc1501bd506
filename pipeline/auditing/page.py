"""The audit as one self-contained HTML page: the verdict first, then why, then every figure with its count."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from pipeline.artifacts.audit import Audit, Baseline, Figure, Finding, Group, Judgement, Ruling
from pipeline.artifacts.metric import metric
from pipeline.artifacts.wording import amount, called, gap
from pipeline.step import Made

WORDS = {
    Judgement.PASS: ("Pass", "pass", "✓", "kept"),
    Judgement.NOT_ENOUGH_EVIDENCE: ("Not enough evidence", "unsure", "?", "left open"),
    Judgement.FAIL: ("Fail", "fail", "✕", "broken"),
}
WEAKEST_SHOWN = 3
SMALL_SHOWN = 3


def template() -> str:
    """Read the page's template, which lies beside this module."""
    return files("pipeline.auditing").joinpath("page.html").read_text(encoding="utf-8")


def render(*, audit: Mapping[str, Any], template: str) -> dict[str, Made]:
    """Turn an audit's JSON into its page, in the role `page`."""
    return {"page": Made("page", page(Audit.from_json(audit), template=template))}


def page(audit: Audit, *, template: str) -> str:
    """Write the page of an audit as HTML without scripts or anything from elsewhere."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    for place, name in enumerate(("word", "look", "sign", "outcome")):
        environment.filters[name] = lambda judgement, place=place: WORDS[judgement][place]
    environment.filters.update(called=called, short=_short)
    scales = {name: _scale(name, audit) for name in audit.metrics}
    return environment.from_string(template).render(
        audit=audit,
        why=why(audit),
        tally=tally(audit),
        metrics=[metric(name) for name in audit.metrics],
        overall=[_cell(figure, scales[figure.metric], None) for figure in audit.overall.figures],
        slices=_slices(audit, scales),
        findings=[_finding(finding) for finding in audit.findings],
        baselines=[_baseline(baseline) for baseline in audit.baselines],
        weakest=weakest(audit),
        confusion=_confusion(audit),
        confidence=f"{audit.confidence:.0%}",
    )


def why(audit: Audit) -> str:
    """Say in one sentence why the verdict is what it is: the gates that decided it, with their figures."""
    if not audit.findings:
        return "No gate is declared, so nothing was asked of this model."
    deciding = [finding for finding in audit.findings if finding.judgement is audit.judgement]
    number = len(audit.findings)
    if audit.judgement is Judgement.PASS:
        return f"All {number} gates are kept." if number > 1 else f"The one gate is kept: {deciding[0].gate}."
    verb = WORDS[audit.judgement][3]
    which = "The one gate is" if number == 1 else f"{len(deciding)} of {number} gates {'is' if len(deciding) == 1 else 'are'}"
    return f"{which} {verb}: {'; '.join(map(_decisive, deciding))}."


def _decisive(finding: Finding) -> str:
    told = [_ruling(finding.metric, ruling) for ruling in finding.rulings if ruling.judgement is finding.judgement]
    shown = [f"{each['ruling'].about} {each['value'] or each['ruling'].why}" for each in told[:WEAKEST_SHOWN]]
    return f"{finding.gate} – {', '.join(shown)}"


def tally(audit: Audit) -> list[tuple[Judgement, int]]:
    """Count the gates by judgement, worst first, those that occur."""
    counts = [(each, sum(finding.judgement is each for finding in audit.findings)) for each in WORDS]
    return [(each, count) for each, count in counts if count][::-1]


@dataclass(frozen=True, slots=True)
class Weak:
    """A group where the model does worse than overall, and what making up for it would add overall."""

    group: Group
    metric: str
    value: str
    overall: str
    gain: str


def weakest(audit: Audit) -> list[Weak]:
    """Rank groups by what the first metric would gain over all rows if the group reached the overall value.

    That is its gap times its share of the rows, so that a small gap in a large group can come
    before a large gap in a small one. Groups with too few cases for the policy are left out.
    """
    name = audit.metrics[0]
    overall, sign = audit.overall.figure(name), 1 if metric(name).greater_is_better else -1
    found = []
    for group in audit.groups:
        figure = group.figure(name)
        if overall.defined and figure.defined and figure.n >= audit.policy["min_count"]:
            found.append((sign * (overall.value - figure.value) * group.share, group, figure))
    ranked = sorted((each for each in found if each[0] > 0), key=lambda each: (-each[0], each[1].slice, each[1].label))
    return [
        Weak(group, name, amount(name, figure.value), amount(name, overall.value), gap(name, gain))
        for gain, group, figure in ranked[:WEAKEST_SHOWN]
    ]


def _scale(name: str, audit: Audit) -> tuple[float, float]:
    """Give the ends of the axis all bars of a metric share."""
    if metric(name).share or name in ("f1", "auc"):
        return 0.0, 1.0
    figures = [each.figure(name) for each in (audit.overall, *audit.groups)]
    ends = [end for figure in figures for end in (figure.low, figure.high, figure.value) if end is not None]
    low, high = min(ends), max(ends)
    return (low, high) if math.isfinite(low) and high > low else (low - 1, high + 1)


def _cell(figure: Figure, scale: tuple[float, float], overall: Figure | None) -> dict[str, Any]:
    def at(value: float | None) -> float | None:
        return None if value is None else round(100 * min(1, max(0, (value - scale[0]) / (scale[1] - scale[0]))), 2)

    start, end = at(figure.low), at(figure.high)
    return {
        "name": called(figure.metric), "defined": figure.defined, "value": amount(figure.metric, figure.value),
        "range": f"{amount(figure.metric, figure.low)} to {amount(figure.metric, figure.high)}", "n": figure.n,
        "bounded": start is not None, "start": start, "width": None if start is None else round(end - start, 2),
        "at": at(figure.value), "line": at(overall.value) if overall and overall.defined else None,
    }


def _slices(audit: Audit, scales: Mapping[str, tuple[float, float]]) -> list[dict[str, Any]]:
    """Give the groups of each slice; where many are small, those apart."""
    found = []
    for name in dict.fromkeys(group.slice for group in audit.groups):
        groups = [_group(audit, group, scales) for group in audit.groups if group.slice == name]
        small = [group for group in groups if group["rows"] < audit.policy["min_count"]]
        apart = small if SMALL_SHOWN < len(small) < len(groups) else []
        found.append({"name": name, "groups": [group for group in groups if group not in apart], "small": apart})
    return found


def _group(audit: Audit, group: Group, scales: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    cells = [_cell(figure, scales[figure.metric], audit.overall.figure(figure.metric)) for figure in group.figures]
    few = audit.policy["min_count"]
    return {"label": group.label, "rows": group.rows, "share": f"{group.share:.0%}",
            "cells": [{**cell, "few": cell["n"] < few} for cell in cells]}


def _finding(finding: Finding) -> dict[str, Any]:
    return {"gate": finding.gate, "judgement": finding.judgement,
            "rulings": [_ruling(finding.metric, ruling) for ruling in finding.rulings]}


def _ruling(name: str, ruling: Ruling) -> dict[str, Any]:
    say = gap if ruling.is_difference else amount
    bounded = None not in (ruling.low, ruling.high)
    return {"ruling": ruling, "value": "" if ruling.value is None else say(name, ruling.value),
            "range": f"{say(name, ruling.low)} to {say(name, ruling.high)}" if bounded else ""}


def _baseline(baseline: Baseline) -> dict[str, Any]:
    return {"baseline": baseline, "pairs": [
        {"name": called(theirs.metric), "ours": _value(ours), "theirs": _value(theirs)}
        for ours, theirs in zip(baseline.ours, baseline.figures, strict=True)
    ]}


def _value(figure: Figure) -> str:
    return amount(figure.metric, figure.value) if figure.defined else "undefined"


def _confusion(audit: Audit) -> list[dict[str, Any]]:
    if audit.confusion is None:
        return []
    most = max((count for row in audit.confusion.counts for count in row), default=0) or 1
    return [
        {"truth": truth, "cells": [{"answer": answer, "count": count, "right": truth == answer,
                                    "shade": round(100 * count / most)}
                                   for answer, count in zip(audit.confusion.classes, row, strict=True)]}
        for truth, row in zip(audit.confusion.classes, audit.confusion.counts, strict=True)
    ]


def _short(reference: str) -> str:
    """Shorten a reference to its name and the first twelve digits of its digest."""
    name, _, digest = reference.partition("@")
    return f"{name}@{digest[:12]}"

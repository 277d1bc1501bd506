"""Fairness in words: the section of the report on what differs between groups of people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.artifacts.audit import Figure, Group
from pipeline.artifacts.fairness import Attribute, Band, Bounded, FairnessAudit, FourFifths, Outcome, Standing
from pipeline.artifacts.metric import REGRESSION
from pipeline.artifacts.wording import amount
from pipeline.auditing.fairness.definitions import (
    BASE_RATE,
    CALIBRATION_GAP,
    DEFINITIONS,
    FOUR_FIFTHS,
    asked_of,
    metrics_compared,
)
from pipeline.auditing.report.bar import bar
from pipeline.auditing.report.mitigation import mitigation
from pipeline.auditing.report.span import per_cent, span
from pipeline.auditing.report.standing import HEADINGS, lead, more

LOOKS = {
    Outcome.DIFFERS: ("fail", "≠"),
    Outcome.NOT_SHOWN: ("", "≈"),
    Outcome.NOT_ENOUGH_EVIDENCE: ("unsure", "?"),
    FourFifths.BELOW: ("fail", "✕"),
    FourFifths.KEPT: ("pass", "✓"),
    FourFifths.NOT_ENOUGH_EVIDENCE: ("unsure", "?"),
}
MOST_NAMED = 4
CANNOT_ALL_HOLD = (
    "Where base rates differ, no model that errs can keep demographic parity, equalised odds and calibration all at "
    "once: what one gains, another loses. Which one to hold the model to is a choice about harm, made before release."
)


def fairness(found: FairnessAudit) -> dict[str, Any]:
    """Give what `fairness.html` shows, under its one variable `fairness`."""
    definitions = _definitions(found)
    return {
        "summary": summary(found),
        "good": f"{found.target} = {found.favourable}" if found.favourable else "",
        "n_rows": f"{found.n_rows:,}",
        "least": found.min_count,
        "confidence": per_cent(found.confidence),
        "names": [each.name for each in found.attributes],
        "verdicts": [_verdict(name, found) for name in definitions],
        "base_rates": _base_rates(found),
        "attributes": [_attribute(each, found) for each in found.attributes],
        "mitigations": [mitigation(each, found) for each in found.mitigations],
        "definitions": [DEFINITIONS[name] for name in definitions],
        "four_fifths": FOUR_FIFTHS if found.favourable else "",
    }


def summary(found: FairnessAudit) -> list[str]:
    """Say what was found in a sentence for each attribute, crossings and what is not stored included."""
    return [_sentence(each, found) for each in found.attributes]


def _sentence(attribute: Attribute, found: FairnessAudit) -> str:
    if attribute.why_not:
        return f"{_capital(attribute.name)}: not known, {attribute.why_not}."
    said = []
    for outcome, words in ((Outcome.DIFFERS, "differ by"), (Outcome.NOT_SHOWN, "no difference is shown by")):
        names = [each.definition for each in attribute.standings if each.outcome is outcome]
        said += [f"{words} {_listed(names)}"] if names else []
    unknown = [each for each in attribute.standings if each.outcome is Outcome.NOT_ENOUGH_EVIDENCE]
    said += [f"not enough evidence for {_listed([each.definition for each in unknown])}"] if unknown else []
    below = [each.label for each in attribute.selected if each.outcome is FourFifths.BELOW]
    said += [f"below four fifths of the highest selection rate: {_listed(_few(below))}"] if below else []
    small = [f"{group.label} ({group.rows})" for group in attribute.groups if group.rows < found.min_count]
    said += [f"too small to say anything of: {_listed(_few(small))}"] if small else []
    return f"{_capital(attribute.name)}: {'; '.join(said).replace('differ by', 'the groups differ by', 1)}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _few(names: Sequence[str]) -> list[str]:
    if len(names) <= MOST_NAMED:
        return list(names)
    return [*names[: MOST_NAMED - 1], f"{len(names) - MOST_NAMED + 1} other groups"]


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _definitions(found: FairnessAudit) -> list[str]:
    """Name the definitions the attributes were held against; those of the problem where none could be."""
    held = [each.definition for attribute in found.attributes for each in attribute.standings]
    return list(dict.fromkeys(held)) or [each.name for each in asked_of(found.problem, probabilities=False)]


def _verdict(name: str, found: FairnessAudit) -> dict[str, Any]:
    return {
        "name": name,
        "asks": DEFINITIONS[name].asks,
        "cells": [{"name": each.name, **_badge_of(each, name)} for each in found.attributes],
    }


def _badge_of(attribute: Attribute, definition: str) -> dict[str, str]:
    standing = attribute.standing(definition)
    if standing is None:
        word = "not stored" if attribute.why_not else "not measured"
        return {"look": "unsure", "sign": "?", "word": word, "note": ""}
    left_out = len(standing.left_out)
    note = f"{left_out} of {len(attribute.groups)} groups have too few cases" if left_out else ""
    return {**_badge(standing.outcome), "note": note}


def _badge(outcome: Outcome | FourFifths) -> dict[str, str]:
    look, sign = LOOKS[outcome]
    return {"look": look, "sign": sign, "word": str(outcome)}


def _base_rates(found: FairnessAudit) -> str:
    """Say whether base rates differ, and what follows from it."""
    named = [each for each in found.attributes if each.base_rates and not each.crossed]
    if not named:
        return ""
    said = " ".join(f"{_capital(each.name)}: {_small(lead(each.base_rates, each))}" for each in named)
    differ = any(each.base_rates.outcome is Outcome.DIFFERS for each in named)
    return f"{said} {CANNOT_ALL_HOLD}" if differ else said


def _attribute(attribute: Attribute, found: FairnessAudit) -> dict[str, Any]:
    names = metrics_compared(found.problem, probabilities=False)
    metrics = names if found.problem == REGRESSION else (BASE_RATE, *names)
    return {
        "name": attribute.name,
        "why_not": attribute.why_not,
        "counts": " · ".join(f"{group.label} {group.rows:,}" for group in attribute.groups),
        "small": [f"{group.label} ({group.rows})" for group in attribute.groups if group.rows < found.min_count],
        "standings": [_standing(each, attribute) for each in attribute.standings],
        "headings": [HEADINGS[metric] for metric in metrics],
        "groups": [_group(group, metrics, attribute, found) for group in attribute.groups],
        "selected": [_selected(each, found) for each in attribute.selected],
        "calibrated": [_calibrated(group, found) for group in attribute.groups if group.figure(CALIBRATION_GAP)],
        "bands": [_band(band, found) for band in attribute.bands],
    }


def _standing(standing: Standing, attribute: Attribute) -> dict[str, Any]:
    return {
        "name": standing.definition,
        **_badge(standing.outcome),
        "lead": lead(standing, attribute),
        "more": more(standing, attribute),
        "left_out": "; ".join(f"{label}: {why}" for label, why in standing.left_out.items()),
    }


def _group(group: Group, metrics: Sequence[str], attribute: Attribute, found: FairnessAudit) -> dict[str, Any]:
    scales = {metric: _scale(metric, attribute) for metric in metrics}
    return {
        "label": group.label,
        "rows": group.rows,
        "share": per_cent(group.share),
        "cells": [
            {"name": HEADINGS[metric], **_cell(group.figure(metric), scales[metric], least=found.min_count)}
            for metric in metrics
        ],
    }


def _scale(metric: str, attribute: Attribute) -> tuple[float, float]:
    figures = [group.figure(metric) for group in attribute.groups]
    ends = [end for each in figures for end in (each.low, each.high, each.value) if end is not None]
    if figures[0].method != "normal":
        return 0.0, 1.0
    low, high = min(0.0, *ends), max(0.0, *ends)
    return (low, high) if high > low else (low - 1, high + 1)


def _cell(figure: Figure, scale: tuple[float, float], *, least: int) -> dict[str, Any]:
    bounded = figure.low is not None
    return {
        "defined": figure.defined,
        "value": amount(figure.metric, figure.value),
        "n": figure.n,
        "few": figure.n < least,
        "range": span(amount(figure.metric, figure.low), amount(figure.metric, figure.high)) if bounded else "",
        "bar": bar(figure.value, figure.low, figure.high, scale=scale, line=0.0 if scale[0] < 0 else None),
    }


def _selected(each: Any, found: FairnessAudit) -> dict[str, Any]:
    ratio = each.ratio
    bounded = ratio is not None and ratio.low is not None
    return {
        "label": each.label,
        "n": f"{each.n:,}",
        "rate": amount("selection_rate", each.rate),
        "is_highest": each.label == each.highest,
        **_badge(each.outcome),
        "few": each.n < found.min_count,
        "ratio": "" if ratio is None else per_cent(ratio.value),
        "range": f"{100 * ratio.low:.0f} % to {100 * ratio.high:.0f} %" if bounded else "",
        "across": bool(bounded and ratio.low < 0.8 <= ratio.high),
        "bar": bar(ratio.value, ratio.low, ratio.high, scale=(0.0, 1.5), line=0.8) if bounded else None,
    }


def _calibrated(group: Group, found: FairnessAudit) -> dict[str, Any]:
    """Give what was said and what was true over all rows of a group, as `_band` gives it of some."""
    base, apart = group.figure(BASE_RATE), group.figure(CALIBRATION_GAP)
    true = Bounded(value=base.value, low=base.low, high=base.high)
    whole = Band(group=group.label, start=0.0, end=1.0, n=base.n, said=base.value - apart.value, true=true)
    return {**_band(whole, found), "range": "all"}


def _band(band: Band, found: FairnessAudit) -> dict[str, Any]:
    return {
        "group": band.group,
        "range": f"{100 * band.start:.0f} to {100 * band.end:.0f} %",
        "n": f"{band.n:,}",
        "few": band.n < found.min_count,
        "said": f"{100 * band.said:.1f} %",
        "value": f"{100 * band.true.value:.1f} %",
        "ends": f"{100 * band.true.low:.1f} % to {100 * band.true.high:.1f} %",
        "bar": bar(band.true.value, band.true.low, band.true.high, scale=(0.0, 1.0), line=band.said),
    }

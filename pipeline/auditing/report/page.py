"""The audit as one self-contained HTML page: the verdict first, then why, then every figure with its count."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined

from pipeline.artifacts.audit import Audit, Figure, Group
from pipeline.artifacts.curve import Curve
from pipeline.artifacts.errortable import ErrorTable
from pipeline.artifacts.fairness import FairnessAudit
from pipeline.artifacts.metric import metric
from pipeline.artifacts.search import Search
from pipeline.artifacts.wording import amount, called
from pipeline.artifacts.worklist import Worklist
from pipeline.auditing.report.baselines import baselines
from pipeline.auditing.report.charter import charter
from pipeline.auditing.report.curve import curve
from pipeline.auditing.report.errors import errors
from pipeline.auditing.report.fairness import fairness
from pipeline.auditing.report.gates import LOOKS, gates
from pipeline.auditing.report.search import search
from pipeline.auditing.report.summary import OUTCOMES, tally, told, weakest, why
from pipeline.auditing.report.worklist import worklist
from pipeline.step import Made

SMALL_SHOWN = 3
_VIEWS: Mapping[str, tuple[Any, Callable[[Any], Any]]] = {
    "worklist": (Worklist, worklist),
    "errors": (ErrorTable, errors),
    "search": (Search, search),
    "curve": (Curve, curve),
    "fairness": (FairnessAudit, fairness),
}
SHOWN = ("audit", *_VIEWS)
"""The documents that a page shows, by role; all but the audit may be missing."""


def templates() -> dict[str, str]:
    """Read the templates that lie beside this module, by name: `page.html` and the sections it includes."""
    beside = files("pipeline.auditing.report").iterdir()
    return {each.name: each.read_text(encoding="utf-8") for each in beside if each.name.endswith(".html")}


def render(
    *, audit: Mapping[str, Any], templates: Mapping[str, str], **beside: Mapping[str, Any]
) -> dict[str, Made]:
    """Turn an audit's JSON into its page, in the role `page`; `beside` are the other documents in `SHOWN`, as JSON."""
    return {"page": Made("page", page(Audit.from_json(audit), templates=templates, **beside))}


def page(audit: Audit, *, templates: Mapping[str, str], **beside: Mapping[str, Any]) -> str:
    """Write the page of an audit as HTML without scripts or anything from elsewhere.

    Documents in `SHOWN` that are not given `beside` it have no section.
    """
    environment = Environment(
        loader=DictLoader(dict(templates)), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )
    for place, name in enumerate(("word", "look", "sign")):
        environment.filters[name] = lambda judgement, place=place: LOOKS[judgement][place]
    environment.filters.update(called=called, short=_short, outcome=OUTCOMES.get)
    scales = {name: _scale(name, audit) for name in audit.metrics}
    return environment.get_template("page.html").render(
        audit=audit,
        why=why(audit),
        tally=tally(audit),
        told=told(audit),
        metrics=[metric(name) for name in audit.metrics],
        overall=[_cell(figure, scales[figure.metric], None) for figure in audit.overall.figures],
        slices=_slices(audit, scales),
        gates=gates(audit),
        baselines=baselines(audit),
        weakest=weakest(audit),
        confusion=_confusion(audit),
        confidence=f"{audit.confidence:.0%}",
        charter=charter(audit),
        **{role: _viewed(role, beside.get(role)) for role in _VIEWS},
    )


def _viewed(role: str, document: Mapping[str, Any] | None) -> Any:
    noun, view = _VIEWS[role]
    return None if document is None else view(noun.from_json(document))


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
        "name": called(figure.metric),
        "defined": figure.defined,
        "value": amount(figure.metric, figure.value),
        "range": f"{amount(figure.metric, figure.low)} to {amount(figure.metric, figure.high)}",
        "n": figure.n,
        "bounded": start is not None,
        "start": start,
        "width": None if start is None else round(end - start, 2),
        "at": at(figure.value),
        "line": at(overall.value) if overall and overall.defined else None,
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
    return {
        "label": group.label,
        "rows": group.rows,
        "share": f"{group.share:.0%}",
        "cells": [{**cell, "few": cell["n"] < few} for cell in cells],
    }


def _confusion(audit: Audit) -> list[dict[str, Any]]:
    if audit.confusion is None:
        return []
    most = max((count for row in audit.confusion.counts for count in row), default=0) or 1
    return [
        {
            "truth": truth,
            "cells": [
                {"answer": answer, "count": count, "right": truth == answer, "shade": round(100 * count / most)}
                for answer, count in zip(audit.confusion.classes, row, strict=True)
            ],
        }
        for truth, row in zip(audit.confusion.classes, audit.confusion.counts, strict=True)
    ]


def _short(reference: str) -> str:
    """Shorten a reference to its name and the first twelve digits of its digest."""
    name, _, digest = reference.partition("@")
    return f"{name}@{digest[:12]}"

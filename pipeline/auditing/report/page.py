"""The audit as one self-contained HTML page: the verdict first, then why, then every figure with its count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined

from pipeline.artifacts.audit import Audit
from pipeline.artifacts.curve import Curve
from pipeline.artifacts.errortable import ErrorTable
from pipeline.artifacts.fairness import FairnessAudit
from pipeline.artifacts.metric import metric
from pipeline.artifacts.search import Search
from pipeline.artifacts.wording import called
from pipeline.artifacts.worklist import Worklist
from pipeline.auditing.report.baselines import baselines
from pipeline.auditing.report.charter import charter
from pipeline.auditing.report.classes import classes
from pipeline.auditing.report.curve import curve
from pipeline.auditing.report.errors import errors
from pipeline.auditing.report.fairness import fairness
from pipeline.auditing.report.gates import LOOKS, gates
from pipeline.auditing.report.groups import overall, slices
from pipeline.auditing.report.missing import missing, signer
from pipeline.auditing.report.search import search
from pipeline.auditing.report.span import per_cent, unbroken
from pipeline.auditing.report.summary import MOST_REASONS, OUTCOMES, because, tally, told, weakest
from pipeline.auditing.report.worklist import worklist
from pipeline.step import Made

_VIEWS: Mapping[str, tuple[Any, Callable[[Any], Any]]] = {
    "worklist": (Worklist, worklist),
    "errors": (ErrorTable, errors),
    "search": (Search, search),
    "curve": (Curve, curve),
    "fairness": (FairnessAudit, fairness),
}
_SECTIONS: Mapping[str, str] = {
    "gates": "Gates",
    "overall": "Overall",
    "classes": "Classes",
    "weakest": "Weakest",
    "groups": "Groups",
    "errors": "Errors",
    "search": "Search",
    "fairness": "Fairness",
    "curve": "More data?",
    "baselines": "Baselines",
    "charter": "Charter",
    "rests": "What it rests on",
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
    beside_it = {role: _viewed(role, beside.get(role)) for role in _VIEWS}
    shown = {**_of_audit(audit), **beside_it}
    return unbroken(environment.get_template("page.html").render(**shown, contents=_contents(shown)))


def _of_audit(audit: Audit) -> dict[str, Any]:
    lead, reasons = because(audit)
    return {
        "audit": audit,
        "lead": lead,
        "reasons": reasons,
        "most": MOST_REASONS,
        "tally": tally(audit),
        "told": told(audit),
        "missing": missing(audit),
        "signer": signer(audit),
        "metrics": [metric(name) for name in audit.metrics],
        "overall": overall(audit),
        "classes": classes(audit),
        "slices": slices(audit),
        "gates": gates(audit),
        "baselines": baselines(audit),
        "weakest": weakest(audit),
        "confusion": _confusion(audit),
        "confidence": per_cent(audit.confidence),
        "charter": charter(audit),
    }


def _contents(shown: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name the sections that are there, in their order, each with its anchor."""
    there = {"overall", "gates", "rests", *(name for name, value in shown.items() if value)}
    there |= {"groups"} if shown["slices"] or shown["audit"].unsliced else set()
    return [(anchor, title) for anchor, title in _SECTIONS.items() if anchor in there]


def _viewed(role: str, document: Mapping[str, Any] | None) -> Any:
    noun, view = _VIEWS[role]
    return None if document is None else view(noun.from_json(document))


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

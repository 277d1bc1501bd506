"""The model card as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined

from pipeline.artifacts.audit import Baseline, Figure
from pipeline.artifacts.card import Link, ModelCard, Origin
from pipeline.artifacts.metric import metric
from pipeline.artifacts.wording import amount, called
from pipeline.auditing.report.bar import bar
from pipeline.auditing.report.page import LOOKS
from pipeline.auditing.report.span import per_cent, span, unbroken

_ADDRESSES = ("https://", "http://")
_UNIT = ("auc", "f1")


def card(of: ModelCard, *, templates: Mapping[str, str]) -> str:
    """Write a model card as HTML without scripts or anything from elsewhere.

    `templates` are those that lie beside this module.
    """
    environment = Environment(
        loader=DictLoader(dict(templates)), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )
    found = environment.get_template("card.html").render(
        card=of,
        verdict=dict(zip(("word", "look", "sign"), LOOKS[of.judgement], strict=True)),
        glance=_glance(of),
        figures=[_figure(figure, of) for figure in of.figures],
        compared=[each.name for each in of.baselines if each.comparisons],
        missed=[f"{each.name.capitalize()}: {each.why_not}" for each in of.baselines if each.why_not],
        what=[f"{each.name.capitalize()}: {each.what}" for each in of.baselines if each.what],
        origins=[_origin(each) for each in of.origins],
        links=[_link(each) for each in of.links if not _undoes(each)],
        undo=[_link(each) for each in of.links if _undoes(each)],
        confidence=per_cent(of.confidence),
    )
    return unbroken(found)


def _glance(of: ModelCard) -> list[tuple[str, str]]:
    """Give what a reader wants to know at once, in pairs of name and value."""
    return [
        ("Answers for it", of.purpose.owner or "nobody named"),
        ("Risk tier", of.purpose.risk_tier or "not declared"),
        ("Trained on", f"{of.trained_rows:,} rows"),
        ("Tested on", f"{of.tested_rows:,} other rows"),
    ]


def _figure(figure: Figure, of: ModelCard) -> dict[str, Any]:
    known = metric(figure.metric)
    bounded, from_0_to_1 = figure.low is not None, known.share or known.name in _UNIT
    return {
        "name": called(figure.metric)[:1].upper() + called(figure.metric)[1:],
        "meaning": known.meaning + ("" if known.greater_is_better else " – lower is better"),
        "defined": figure.defined,
        "value": amount(figure.metric, figure.value),
        "n": figure.n,
        "range": span(amount(figure.metric, figure.low), amount(figure.metric, figure.high)) if bounded else "",
        "bar": bar(figure.value, figure.low, figure.high, scale=(0.0, 1.0)) if from_0_to_1 else None,
        "baselines": [
            {"name": each.name, "value": _of(figure.metric, each)} for each in of.baselines if each.comparisons
        ],
    }


def _of(name: str, baseline: Baseline) -> str:
    found = baseline.of(name)
    if found is None or found.theirs is None:
        return "–"
    return amount(name, found.theirs.value) if found.theirs.defined else "undefined"


def _origin(each: Origin) -> dict[str, Any]:
    return {
        "name": each.name,
        "description": each.description,
        "supplier": each.supplier or "not stated",
        "licence": each.licence or "not stated",
        "obtained": each.obtained or "not stated",
        "amount": each.amount,
        "rows": "" if each.rows is None else f"{each.rows:,} rows ingested",
        "owner": each.owner,
        "link": _link(Link(label=each.url, target=each.url)) if each.url else None,
        "version": each.reference.partition("@")[2][:12],
    }


def _link(each: Link) -> dict[str, str]:
    """Tell an address, which can be followed, from a command, which can be typed."""
    return {"label": each.label, "target": each.target, "href": each.target if _is_address(each.target) else ""}


def _undoes(each: Link) -> bool:
    return each.target.startswith("headwater rollback")


def _is_address(target: str) -> bool:
    return target.startswith(_ADDRESSES)

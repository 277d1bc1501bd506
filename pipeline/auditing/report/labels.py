"""The section on labels: whether the people who label agree, where they do not, and what to do about it."""

from __future__ import annotations

from typing import Any

from pipeline.artifacts.agreement import Agreement, Doubt, LabelClass, Labeller
from pipeline.artifacts.audit import Figure
from pipeline.auditing.report.span import per_cent

RELIABLE, TENTATIVE = 0.8, 0.667
"""From which alpha on labels are reliable, and from which on for tentative conclusions (Krippendorff 2004, p. 241)."""

MOST_SHOWN = 10
_NAMES = {
    "raw_agreement": ("Two labels of an item are alike", "of all pairs of labels"),
    "fleiss_kappa": ("Fleiss’ kappa", "1 is perfect, 0 is chance; every item labelled equally often"),
    "krippendorff_alpha": ("Krippendorff’s alpha", "1 is perfect, 0 is chance; items may lack labels"),
}


def labels(agreement: Agreement, *, model: float | None = None) -> dict[str, Any]:
    """Give what the section shows of an agreement; `model` is the model's accuracy on such labels, 0 to 1, if known."""
    look, verdict = _verdict(agreement.figure("krippendorff_alpha"))
    return {
        "look": look,
        "verdict": verdict,
        "about": f"{agreement.labels:,} labels by {agreement.n_labellers:,} people, of {agreement.n_items:,} items; "
        f"{agreement.several:,} of these have two labels or more.",
        "apart": _apart(agreement),
        "model": "" if model is None else agreement.human.sentence(model),
        "figures": [{"name": _NAMES[one.metric][0], "means": _NAMES[one.metric][1], **_cell(one)}
                    for one in agreement.figures],
        "classes": [_class(one) for one in agreement.classes],
        "labellers": [_labeller(one) for one in agreement.labellers[:MOST_SHOWN]],
        "n_labellers": agreement.n_labellers,
        "doubts": [_doubt(one) for one in agreement.doubts[:MOST_SHOWN]],
        "n_doubts": agreement.n_doubts,
        "says": list(agreement.says),
        "confidence": per_cent(agreement.confidence),
    }


def _verdict(alpha: Figure) -> tuple[str, str]:
    if not alpha.defined:
        return "unsure", "Whether people agree beyond chance cannot be told from these labels."
    if alpha.value >= RELIABLE:
        return "pass", "People agree well enough to learn from their labels."
    if alpha.value >= TENTATIVE:
        return "unsure", "People agree in most, not in all: labels carry a noise that no model can remove."
    return "fail", "People do not agree enough: settle the rules of labelling before improving the model."


def _apart(agreement: Agreement) -> str:
    parts = []
    if agreement.unclear:
        parts.append(f"{agreement.unclear:,} answers say that an item does not hold enough information")
    if agreement.missing:
        parts.append(f"{agreement.missing:,} labels are empty")
    return "" if not parts else f"Counted apart: {'; '.join(parts)}."


def _cell(figure: Figure) -> dict[str, Any]:
    bounded = figure.defined and figure.low is not None
    return {
        "defined": figure.defined,
        "value": f"{figure.value:.3f}" if figure.defined else "",
        "range": f"{figure.low:.3f} to {figure.high:.3f}" if bounded else "",
        "n": figure.n,
    }


def _class(one: LabelClass) -> dict[str, Any]:
    return {"name": str(one.name), "labels": one.labels, "specific": _cell(one.specific), "alpha": _cell(one.alpha)}


def _labeller(one: Labeller) -> dict[str, Any]:
    return {"name": str(one.name), "labels": one.labels, "figure": _cell(one.figure)}


def _doubt(one: Doubt) -> dict[str, Any]:
    said = [f"{count} × {label}" for label, count in one.votes]
    said += [f"{one.unclear} × not enough information"] if one.unclear else []
    return {"item": str(one.item), "votes": ", ".join(said)}

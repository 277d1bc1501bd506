"""What an audit writes for people: the report and the model card, from the documents it made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.auditing.card import describe
from pipeline.auditing.parts import name_of
from pipeline.auditing.report.page import SHOWN, render, templates
from pipeline.step import Depends, Rule, Step


def written(runner: Any, report: Mapping[str, str], *, model: str, endpoint: str) -> dict[str, str]:
    """Write the report and the card; give the references `page`, `card` and `card_page`.

    `report` names the documents; `endpoint` is where the model is to answer.
    """
    shown = {role: report[role] for role in SHOWN if role in report}
    context = {"templates": templates()}
    page = Step(
        name=f"{name_of(runner)}.page", stage="auditing", function=render, context=context, depends=_whole(shown)
    )
    about = {"model": model, **{role: report[role] for role in ("audit", "fairness") if role in report}}
    card = Step(
        name=f"{name_of(runner)}.card",
        stage="auditing",
        function=describe,
        parameters={"endpoint": endpoint, "sources": _sources(runner, model)},
        context=context,
        depends=_whole(about),
    )
    return {**runner.run(page, shown).outputs, **runner.run(card, about).outputs}


def _whole(inputs: Mapping[str, str]) -> tuple[Depends, ...]:
    return tuple(Depends(role, Rule.EVERY_ROW) for role in inputs)


def _sources(runner: Any, model: str) -> list[dict[str, Any]]:
    """The sources above a model, with what is recorded of where they are from."""
    above = (runner.describe(each) for each in runner.store.ancestors(model) if each.startswith("dataset/"))
    return [
        {"name": each.name, "reference": each.reference, "rows": each.rows, **each.facts["provenance"]}
        for each in above
        if each.facts.get("source") == each.name and each.facts.get("provenance")
    ]

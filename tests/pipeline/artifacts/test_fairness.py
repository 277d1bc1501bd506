"""Fairness as a value: it survives JSON, and a standing knows its widest gap."""

from __future__ import annotations

import json

from pipeline.artifacts.audit import Figure, Group
from pipeline.artifacts.fairness import (
    Attribute,
    Band,
    Bounded,
    FairnessAudit,
    Flipped,
    FourFifths,
    Gap,
    Mitigation,
    Outcome,
    Selected,
    Standing,
    Traded,
)

DIGEST = "0" * 32
HALF = Bounded(value=0.5, low=0.25, high=0.75)


def gap(metric: str, value: float) -> Gap:
    """A gap between men and women."""
    return Gap(
        metric=metric, highest="men", lowest="women", n_highest=50, n_lowest=40, difference=Bounded(value=value)
    )


def test_it_survives_json() -> None:
    """What has something in every field comes back equal."""
    odds = Standing(
        definition="equalised odds", outcome=Outcome.DIFFERS, gaps=(gap("recall", 0.3),), shown=gap("recall", 0.3),
        left_out={"others": "few"},
    )
    sex = Attribute(
        name="sex",
        groups=(Group(slice="sex", label="men", rows=50, share=0.5, figures=(Figure(metric="recall", value=1, n=1),)),),
        base_rates=Standing(definition="base_rate", outcome=Outcome.NOT_SHOWN),
        standings=(odds,),
        selected=(Selected(label="men", n=50, rate=0.5, highest="men", ratio=HALF, outcome=FourFifths.KEPT),),
        bands=(Band(group="men", start=0.0, end=0.2, n=3, said=0.1, true=HALF),),
    )
    what_if = Mitigation(
        attribute="sex", constraint="equalized_odds", learned_on=9, left_alone={"others": "few"},
        traded=(Traded(metric="accuracy", is_gap=False, n=90, before=HALF, after=HALF, change=HALF),),
        flipped=(Flipped(label="men", n=50, to_favourable=1, from_favourable=2),),
    )
    found = FairnessAudit(
        name="loans", model=f"model/loans@{DIGEST}", rows=f"dataset/t@{DIGEST}", n_rows=90, problem="classification",
        target="approved", favourable="1", min_count=30, confidence=0.95,
        attributes=(sex, Attribute(name="race", why_not="column 'race' is not stored")), mitigations=(what_if,),
    )
    assert FairnessAudit.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert found.attribute("sex").standing("equalised odds") == odds and found.attribute("age") is None


def test_the_widest_gap() -> None:
    """Of several gaps the one with the largest difference; of none, none."""
    gaps = (gap("recall", 0.1), gap("false_positive_rate", 0.2))
    standing = Standing(definition="equalised odds", outcome=Outcome.NOT_SHOWN, gaps=gaps)
    assert standing.widest == gaps[1]
    assert Standing(definition="equalised odds", outcome=Outcome.NOT_ENOUGH_EVIDENCE).widest is None

"""The model card as a value: it survives JSON."""

from __future__ import annotations

import json
from dataclasses import replace

from pipeline.artifacts.audit import Baseline, Comparison, Figure, Judgement
from pipeline.artifacts.card import Link, ModelCard, Origin, Purpose

RECALL = Figure(metric="recall", value=0.75, n=4, low=0.3, high=0.95, method="wilson")
CARD = ModelCard(
    name="loans",
    model="model/loans@ab",
    answers="Answers.",
    purpose=Purpose(uses=("u",), not_for=("n",), harms=("h",), risk_tier="high", owner="o"),
    judgement=Judgement.PASS,
    why="All 2 gates are kept.",
    trained_rows=10,
    tested_rows=4,
    features=("a", "b"),
    figures=(RECALL,),
    baselines=(Baseline(name="naive", comparisons=(Comparison(metric="recall", ours=RECALL),)),),
    weak=("w",),
    fairness=("f",),
    origins=(Origin(name="s", rows=3, licence="l"),),
    limits=("x",),
    rollback="r",
    links=(Link(label="l", target="t"),),
)


def test_it_survives_json() -> None:
    """A card with something in every field comes back equal; that nobody asked about fairness is no finding."""
    assert ModelCard.from_json(json.loads(json.dumps(CARD.to_json()))) == CARD
    assert ModelCard.from_json(replace(CARD, fairness=None).to_json()).fairness is None
    assert ModelCard.from_json(replace(CARD, fairness=()).to_json()).fairness == ()

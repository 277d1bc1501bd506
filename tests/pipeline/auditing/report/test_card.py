"""The model card as a page: whole in itself, safe, and open about what nobody declared."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from pipeline.artifacts.audit import Baseline, Comparison, Figure, Judgement
from pipeline.artifacts.card import Link, ModelCard, Origin, Purpose
from pipeline.auditing.report.card import card
from pipeline.auditing.report.page import templates

RECALL = Figure(metric="recall", value=0.75, n=40, low=0.6, high=0.86, method="wilson")
NAIVE = Comparison(metric="recall", ours=RECALL, theirs=replace(RECALL, value=0.0))
CARD = ModelCard(
    name="loans", model="model/loans@ab", answers="Answers “approved”.",
    purpose=Purpose(
        uses=("Advice",), not_for=("Wages",), harms=("Old bias",), risk_tier="high",
        owner="lending@x.example", audit_owner="audit@x.example",
    ),
    judgement=Judgement.FAIL, why="1 of 2 gates is broken.", trained_rows=6000, tested_rows=1000,
    features=("income", "debt"), figures=(RECALL, Figure(metric="precision", value=0.0, n=0, defined=False)),
    baselines=(
        Baseline(name="naive", what="Always answers 0.", comparisons=(NAIVE,)),
        Baseline(name="previous", why_not="There is none", absent=True),
    ),
    weak=("women (sex): recall 60.0 % of 20 cases",), fairness=("Sex: the groups differ by equal opportunity.",),
    origins=(Origin(name="forms", reference="dataset/forms@0123456789abcdef", rows=10_000, supplier="A bank",
                    licence="CC BY 4.0", obtained="purchased", url="https://bank.example/data"),),
    limits=("One town only.",), rollback="Decide by hand.",
    links=(Link(label="MLflow", target="https://mlflow.example/#/runs/1"),
           Link(label="Back", target="headwater rollback loans"), Link(label="Odd", target="javascript:alert(1)")),
)
BARE = replace(
    CARD, purpose=Purpose(), weak=(), fairness=None, origins=(), limits=(), rollback="", links=(), baselines=()
)


def words(of: ModelCard) -> str:
    """The page's words, tags and white space folded."""
    body = card(of, templates=templates()).partition("<body>")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_what_it_is_and_whether_it_passed_come_first() -> None:
    """Name, purpose, who answers for it, and the audit's verdict with its reason stand before any figure."""
    assert words(CARD).startswith(
        "Model card loans Answers “approved”. Answers for it lending@x.example Risk tier high "
        "Trained on 6,000 rows Tested on 1,000 other rows ✕ Audit: Fail. 1 of 2 gates is broken."
    )


@pytest.mark.parametrize(
    "said",
    [
        "For Advice Not for Wages",
        "Recall share of the positive examples that are found 75.0 % 60.0 % to 86.0 % of 40 0.0 %",
        "undefined 0 of 0",
        "Previous: There is none.",
        "women (sex): recall 60.0 % of 20 cases",
        "Sex : the groups differ by equal opportunity.",
        "forms version 0123456789ab A bank https://bank.example/data CC BY 4.0 purchased 10,000 rows ingested",
        "2 features income, debt",
        "One town only.",
        "Thought of beforehand: Old bias What is done at once. Decide by hand. Back: headwater rollback loans",
    ],
)
def test_it_is_all_there(said: str) -> None:
    """Uses, figures with count and interval, baselines, weak groups, fairness, sources, limits, the way back."""
    assert said in words(CARD)


def test_what_nobody_declared_is_said() -> None:
    """An empty card does not look like a good one."""
    said = words(BARE)
    for silence in (
        "Answers for it nobody named", "Risk tier not declared", "Nobody declared what it is for.",
        "Nobody declared what it is not for", "Nobody asked whether it treats groups of people alike.",
        "No source is recorded.", "Nobody declared what harm was thought of.", "Nobody declared a mitigation plan.",
    ):
        assert silence in said


def test_nothing_comes_from_elsewhere_and_nothing_runs() -> None:
    """No script, no file from elsewhere; addresses are links to follow, everything else is text."""
    source = card(replace(CARD, name="<script>alert(1)</script>"), templates=templates())
    assert not re.search(r"<script|<link|<img|@import|url\(|\ssrc=|\son[a-z]+=", source)
    assert re.findall(r'href="([^"]*)"', source) == ["https://bank.example/data", "https://mlflow.example/#/runs/1"]
    assert "<code>javascript:alert(1)</code>" in source


def test_equal_cards_make_equal_pages() -> None:
    """The page depends on the card alone, whichever way it was read back."""
    again = ModelCard.from_json(CARD.to_json())
    assert card(again, templates=templates()) == card(CARD, templates=templates())


def test_amounts_have_no_bar() -> None:
    """A mean error has no end to its axis, so it is shown as value, interval and count."""
    figure = Figure(metric="mae", value=1234.5, n=10, low=1000.0, high=1500.0, method="normal")
    said = words(replace(CARD, figures=(figure,), baselines=()))
    assert "mean absolute error, in units of the target – lower is better 1,234 1,000 to 1,500 of 10" in said

"""The card is written from what was declared and what was found, and says what nobody declared."""

from __future__ import annotations

import json
from dataclasses import replace

from pipeline.artifacts.audit import Audit, Baseline, Figure, Finding, Group, Judgement, Ruling
from pipeline.artifacts.card import ModelCard, Origin, Purpose
from pipeline.artifacts.charter import Charter, Harm
from pipeline.artifacts.fairness import Attribute, FairnessAudit, Outcome, Standing
from pipeline.artifacts.model import Model
from pipeline.auditing.card import describe, model_card
from pipeline.auditing.report.page import templates

DIGEST = "ab" * 16
MODEL = Model(
    name="loans", candidate="c", problem="classification", target="approved", features=("income", "debt"),
    estimator=f"estimator/e@{DIGEST}", classes=(0, 1), positive=1, source=f"dataset/s@{DIGEST}", source_name="forms",
    trained_on=f"dataset/x@{DIGEST}", trained_rows=6000, metric="f1",
)


def group(label: str, value: float, rows: int) -> Group:
    """A group of the slice sex, with its accuracy."""
    figure = Figure(metric="accuracy", value=value, n=rows, low=value - 0.1, high=value + 0.1, method="wilson")
    return Group(slice="sex", label=label, rows=rows, share=0.5, figures=(figure,))


KEPT = Ruling(about="all rows", judgement=Judgement.PASS, why="the limit is kept")
UNDEFINED = Figure(metric="precision", value=0.0, n=0, defined=False)
AUDIT = Audit(
    name="loans", model=f"model/loans@{DIGEST}", rows=f"dataset/t@{DIGEST}", features=f"dataset/f@{DIGEST}",
    trained_on=f"dataset/x@{DIGEST}",
    n_rows=1000, problem="classification", target="approved", positive="1", judgement=Judgement.PASS,
    findings=(Finding(gate="accuracy at least 80 %", metric="accuracy", judgement=Judgement.PASS, rulings=(KEPT,)),),
    metrics=("accuracy", "precision"),
    overall=Group(slice="", label="all rows", rows=1000, share=1.0,
                  figures=(*group("", 0.9, 1000).figures, UNDEFINED)),
    groups=(group("women", 0.8, 400), group("men", 0.96, 595), group("others", 0.2, 5)),
    unsliced={"zip": "column 'zip' is not stored"},
    baselines=(Baseline(name="previous", why_not="There is no earlier release to compare with", absent=True),),
    owner="audit@x.example", policy={"min_count": 30},
)
FAIR = FairnessAudit(
    name="loans", model=AUDIT.model, rows=AUDIT.rows, n_rows=1000, problem="classification", target="approved",
    favourable="1", min_count=30, confidence=0.95,
    attributes=(
        Attribute(name="sex", standings=(Standing(definition="equal opportunity", outcome=Outcome.DIFFERS),)),
        Attribute(name="race", why_not="column 'race' is not stored"),
    ),
)
CHARTER = Charter(
    problem="Who gets a loan.", owner="project@x.example", risk="high", not_for=("Wages",),
    harms=(Harm("Old bias repeats", accepted="nobody is decided about", mitigation="Roll back."),),
)


def written(charter: Charter | None = None, *, fairness: FairnessAudit | None = FAIR, endpoint: str = "") -> ModelCard:
    """The card of the audit."""
    source = {"name": "forms", "rows": 10_000, "licence": "CC BY 4.0", "supplier": "A bank", "cost_usd": 0}
    audit = replace(AUDIT, policy={**AUDIT.policy, "charter": charter and charter.to_json()})
    return model_card(MODEL, audit, fairness=fairness, endpoint=endpoint, sources=[source])


def test_what_people_declared_is_on_it() -> None:
    """What it is for and not for, harms, risk, owner and mitigation are the charter's."""
    card = written(CHARTER)
    assert card.purpose == Purpose(
        uses=("Who gets a loan.",), not_for=("Wages",), harms=("Old bias repeats",),
        risk_tier="high", owner="project@x.example", audit_owner="audit@x.example",
    )
    assert card.rollback == "Roll back."


def test_what_nobody_declared_stays_empty() -> None:
    """Without a charter nothing is made up."""
    card = written()
    assert card.purpose == Purpose(audit_owner="audit@x.example") and card.rollback == ""


def test_what_was_found_is_on_it() -> None:
    """What it answers, the verdict and why, the weak group with count and interval, fairness in words, sources."""
    card = written()
    assert card.answers == "Answers “approved” (one of 0, 1; 1 is yes) from 2 features of one row of forms."
    assert (card.judgement, card.why) == (
        Judgement.PASS, "May be released: the one gate is kept: accuracy at least 80 %.",
    )
    assert card.weak == ("women (sex): accuracy 80.0 % (70.0 % to 90.0 %) of 400 cases, against 90.0 % overall",)
    assert card.fairness == (
        "Sex: the groups differ by equal opportunity.", "Race: not known, column 'race' is not stored.",
    )
    assert card.origins == (Origin(name="forms", rows=10_000, licence="CC BY 4.0", supplier="A bank"),)


def test_what_is_not_known_is_a_limit() -> None:
    """Undefined figures, small groups, columns that are not stored, fairness that nobody asked about."""
    assert written().limits == (
        "Nothing is known of rows unlike the 1,000 it was tested on.",
        "Undefined on the test rows: precision.",
        "Groups of fewer than 30 test rows, so nothing is known of them: others (5).",
        "Not measured by zip: column 'zip' is not stored.",
        "Fairness by race is not known: column 'race' is not stored.",
    )
    assert written(fairness=None).limits[-1] == "Nobody asked whether it treats groups of people alike."
    assert written(fairness=None).fairness is None


def test_links_are_commands() -> None:
    """Lineage by command; the way back where there is an endpoint."""
    assert [link.target for link in written(endpoint="loans").links] == [
        f"headwater graph model/loans@{DIGEST} --up", f"headwater rows model/loans@{DIGEST}",
        "headwater trace PREDICTION", "headwater rollback loans",
    ]
    assert len(written().links) == 3


def test_the_step_makes_card_and_page() -> None:
    """From JSON alone; equal inputs give equal artifacts, and the facts name model and judgement."""
    given = {
        "model": MODEL.to_json(), "audit": json.loads(json.dumps(AUDIT.to_json())), "fairness": FAIR.to_json(),
        "endpoint": "loans", "templates": templates(),
    }
    one, other = describe(**given), describe(**given)
    assert (one["card"].kind, one["card_page"].kind) == ("card", "page") and one == other
    assert one["card"].facts == {"model": AUDIT.model, "judgement": "pass"}
    assert ModelCard.from_json(json.loads(json.dumps(one["card"].value))).name == "loans"


def test_a_regression() -> None:
    """It answers a number, and may have no groups at all."""
    figure = Figure(metric="mae", value=3.0, n=10, low=2.0, high=4.0, method="normal")
    overall = Group(slice="", label="all rows", rows=10, share=1.0, figures=(figure,))
    audit = replace(AUDIT, problem="regression", metrics=("mae",), overall=overall, groups=(), unsliced={}, findings=())
    model = replace(MODEL, problem="regression", classes=(), positive=None)
    card = model_card(model, audit)
    assert "(a number)" in card.answers and card.weak == () and card.figures == (figure,)

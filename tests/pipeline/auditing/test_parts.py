"""The parts of an audit through the real runner: those a policy asks for, what they rest on, where they are shown."""

from __future__ import annotations

from typing import Any

import pytest

from lineage.records import Effect, Rule
from pipeline.artifacts.charter import Charter
from pipeline.artifacts.worklist import Worklist
from pipeline.auditing.audit import audit
from pipeline.auditing.curve.learningcurve import LearningCurve
from pipeline.auditing.errors.analysis import ErrorAnalysis
from pipeline.auditing.errors.tag import Tag
from pipeline.auditing.fairness.gate import FairnessGate
from pipeline.auditing.fairness.policy import Fairness
from pipeline.auditing.gate import Gate
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.search.slicesearch import SliceSearch
from pipeline.auditing.slice import Slice

WHOLE = AuditPolicy(
    slices=[Slice("race", column="race")],
    gates=[Gate(metric="recall", minimum=0.1)],
    fairness=Fairness(
        attributes=("race",), favourable=0, mitigate="demographic_parity", resamples=100,
        gates=[FairnessGate(attribute="race", definition="demographic parity", max_difference=0.9)],
    ),
    search=SliceSearch(),
    curve=LearningCurve(fractions=(0.3, 0.6, 1.0), repeats=2, metric="accuracy", target=0.99, target_is="a guess"),
    errors=ErrorAnalysis(tags=[Tag("black", column="race", values=("black",), human_level=0.99)]),
    charter=Charter(problem="Who pays back?", owner="ann", risk="minimal"),
    resamples=100,
)
OWN = {"audit", "answers", "page", "card", "card_page"}
PARTS = {"fairness", "search", "curve", "sample", "tagged", "errors", "worklist"}


@pytest.fixture
def whole(project: Any) -> dict[str, Any]:
    """Everything a policy can ask for, of one model."""
    ready = project.ready(sizes={"train": 0.5, "dev": 0.2, "test": 0.3})
    model = project.trained(ready)
    report = audit(project.runner, model=model, ready=ready, policy=WHOLE)
    return {"ready": ready, "model": model, "report": report, "runner": project.runner}


def test_a_policy_gets_what_it_asks_for(whole: dict[str, Any], project: Any) -> None:
    """Every part with everything declared, none of them with nothing declared."""
    assert whole["report"].keys() == OWN | PARTS
    bare = audit(project.runner, model=whole["model"], ready=whole["ready"], policy=AuditPolicy(resamples=100))
    assert bare.keys() == OWN


def test_every_part_is_reused(whole: dict[str, Any], project: Any) -> None:
    """The same audit again runs nothing, and gives the same references."""
    project.runner.ran.clear()
    again = audit(project.runner, model=whole["model"], ready=whole["ready"], policy=WHOLE)
    assert again == whole["report"]
    assert [ran.step for ran in project.runner.ran if not ran.reused] == []


def test_parts_rest_on_what_they_read(whole: dict[str, Any]) -> None:
    """As decisions, on every row: the search on answers and rows, the curve on the rows of training and dev."""
    store, ready, report = whole["runner"].store, whole["ready"], whole["report"]

    def rests(role: str) -> set[str]:
        found = store.dependencies(report[role])
        assert {(one.rule, one.effect) for one in found} == {(Rule.EVERY_ROW, Effect.DECISION)}
        return {one.input for one in found}

    estimator, test = whole["runner"].value(whole["model"])["estimator"], ready["parts"]["test"]
    assert rests("search") == {whole["model"], report["answers"], test}
    assert rests("curve") == {whole["model"], estimator, ready["features"]["train"], ready["features"]["dev"]}
    assert rests("fairness") >= {whole["model"], report["answers"], test, ready["parts"]["dev"]}
    assert report["fairness"] in rests("audit")


def test_fairness_gates_are_among_the_findings(whole: dict[str, Any]) -> None:
    """They count for the audit's judgement as the others do."""
    gates = [finding["gate"] for finding in whole["runner"].value(whole["report"]["audit"])["findings"]]
    assert len(gates) == 2 and "demographic parity" in gates[1]


def test_the_page_has_a_section_for_each_part_and_no_more(whole: dict[str, Any], project: Any) -> None:
    """What was asked for is shown, what was left out is not spoken of."""
    headings = ("What to do next", "What it gets wrong", "found by search", "Fairness", "Would more data help?")
    page = project.runner.value(whole["report"]["page"])
    assert [each for each in (*headings, "What it is for, and what could go wrong") if each not in page] == []
    bare = audit(project.runner, model=whole["model"], ready=whole["ready"], policy=AuditPolicy(resamples=100))
    assert [each for each in headings if each in project.runner.value(bare["page"])] == []


def test_the_worklist_takes_up_what_the_parts_advise(whole: dict[str, Any]) -> None:
    """It is made of errors, search and curve; a straight line far below its aim wants no more data."""
    runner, report = whole["runner"], whole["report"]
    made = runner.store.producer(report["worklist"])
    assert {use.role: use.artifact.reference for use in made.inputs} == {
        role: report[role] for role in ("errors", "search", "curve")
    }
    items = {item.kind: item for item in Worklist.from_json(runner.value(report["worklist"])).items}
    assert runner.value(report["curve"])["more_data"] == "not recommended"
    assert items["data"].advice == "Do not collect more data of the same kind" and "tag" in items


def test_the_card_names_the_sources_and_who_answers(whole: dict[str, Any]) -> None:
    """From the charter and the lineage above the model."""
    card = whole["runner"].value(whole["report"]["card"])
    assert card["purpose"]["owner"] == "ann" and list(card["purpose"]["uses"]) == ["Who pays back?"]
    assert card["fairness"] and card["links"][-1]["target"].startswith("headwater rollback")

"""Verdicts and audits lie in the MLflow run of their DAG run, the figures per slice in the model's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.step import Made, Step
from pipeline.tracking import log_audit, log_verdict
from pipeline.tracking.documents import slice_figures, tables


def figure(metric: str, value: float, *, defined: bool = True) -> dict[str, Any]:
    """Write a figure as audits hold it."""
    return {"metric": metric, "value": value, "defined": defined, "n": 10}


AUDIT = {
    "judgement": "pass",
    "overall": {"slice": "", "label": "all rows", "figures": [figure("recall", 0.9)]},
    "groups": [
        {"slice": "race", "label": "black (self-named)",
         "figures": [figure("recall", 0.8), figure("auc", 0, defined=False)]}
    ],
}


def document(*, kind: str) -> dict[str, Made]:
    """Make a document and its page."""
    value = AUDIT if kind == "audit" else {"passed": True}
    return {kind: Made(kind, value), "page": Made("page", f"<h1>{kind}</h1>")}


def made(runner: Any, kind: str) -> dict[str, str]:
    """Run the step that makes a document."""
    return runner.run(Step(name=kind, stage="auditing", function=document, parameters={"kind": kind})).outputs


def test_a_verdict_and_its_page_lie_in_the_dag_run_s_run(begun: Callable, looked: Callable) -> None:
    """Both are files of the parent, which is named after the DAG run and finished."""
    runner = begun()
    outputs = made(runner, "verdict")
    run_id = log_verdict(runner, verdict=outputs["verdict"], page=outputs["page"])
    client = looked(runner)
    assert {each.path for each in client.list_artifacts(run_id)} == {"validation.json", "validation.html"}
    assert client.get_run(run_id).data.tags["headwater.validation"] == outputs["verdict"]


def test_what_was_logged_is_not_logged_again(begun: Callable, looked: Callable) -> None:
    """A later DAG run that reuses the verdict makes no run of its own."""
    first, second = begun(), begun("second")
    pairs = [(each, made(each, "verdict")) for each in (first, second)]
    ids = [log_verdict(each, verdict=out["verdict"], page=out["page"]) for each, out in pairs]
    assert ids[0] == ids[1]
    client = looked(first)
    assert len(client.search_runs([client.get_run(ids[0]).info.experiment_id])) == 1


def test_an_audit_s_figures_are_metrics_of_the_model_s_run(
    begun: Callable, trained: Callable, looked: Callable
) -> None:
    """The page lies in both runs; each slice's figures in the model's, beside those of training."""
    done = trained(begun())
    outputs = made(done.runner, "audit")
    parent = log_audit(done.runner, report=outputs, model=done.model)
    client, of_model = looked(done.runner), done.candidate["mlflow_run_id"]
    run = client.get_run(of_model)
    assert run.data.metrics["test/race/black _self-named_/recall"] == 0.8
    assert run.data.tags["headwater.judgement"] == "pass"
    for run_id in (parent, of_model):
        assert "audit.html" in {each.path for each in client.list_artifacts(run_id)}


def test_figures_get_names_that_mlflow_takes() -> None:
    """What is not defined is left out; signs MLflow refuses become underscores."""
    assert slice_figures(AUDIT) == {"test/recall": 0.9, "test/race/black _self-named_/recall": 0.8}


def test_each_class_is_named_beside_the_slices() -> None:
    """A rare class has figures of its own in MLflow, after those of the slices, and rows of its own in the table."""
    rare = {"slice": "each class", "label": "hernia", "rows": 21, "figures": [figure("recall", 0.19)]}
    both = {**AUDIT, "classes": [rare]}
    assert list(slice_figures(both).items())[-1] == ("test/each class/hernia/recall", 0.19)
    last = tables(both)["figures"][-1]
    assert (last["slice"], last["label"], last["rows"], last["value"]) == ("each class", "hernia", 21, 0.19)


def test_a_difference_to_the_rest_is_three_columns() -> None:
    """The difference and its bounds are columns of every row: empty over all rows, and where there is no rest."""
    rest = {"value": -0.1, "other": 0.9, "n": 50, "low": -0.2, "high": -0.01}
    group = {"slice": "race", "label": "black", "figures": [{**figure("recall", 0.8), "rest": rest}]}
    found = tables({**AUDIT, "groups": [group]})["figures"]
    asked = ("label", "value", "rest", "rest_low", "rest_high")
    assert [tuple(row[name] for name in asked) for row in found] == [
        ("all rows", 0.9, None, None, None), ("black", 0.8, -0.1, -0.2, -0.01),
    ]
    assert len({tuple(row) for row in found}) == 1


def test_another_audit_of_a_model_takes_the_place_of_the_first(
    begun: Callable, trained: Callable, looked: Callable
) -> None:
    """Its lower figures are what MLflow shows, its tables hold no row of the first, and no table is left over."""
    done = trained(begun())
    first = {**AUDIT, "findings": [{"gate": "g", "rulings": [{"slice": "race", "judgement": "pass"}]}]}
    second = {**AUDIT, "overall": {**AUDIT["overall"], "figures": [figure("recall", 0.7)]}}
    for value in (first, second):
        step = Step(name="audit", stage="auditing", function=given, parameters={"value": value})
        log_audit(done.runner, report=done.runner.run(step).outputs, model=done.model)
    client, run = looked(done.runner), done.candidate["mlflow_run_id"]
    assert client.get_run(run).data.metrics["test/recall"] == 0.7
    assert [one.path for one in client.list_artifacts(run, "audit")] == ["audit/figures.json"]
    assert "findings" not in client.get_run(run).data.tags["mlflow.loggedArtifacts"]
    table = json.loads(Path(client.download_artifacts(run, "audit/figures.json")).read_text())
    assert len(table["data"]) == 3


def given(*, value: dict[str, Any]) -> dict[str, Made]:
    """Make an audit and its page."""
    return {"audit": Made("audit", value), "page": Made("page", "<h1>audit</h1>")}

"""The stage `audit` through the real runner: recorded, reused, in MLflow, compared with the release before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lineage.records import Effect, Outcome, Release, Rule
from pipeline.artifacts.audit import Audit, Baseline, Figure
from pipeline.auditing.audit import audit
from pipeline.auditing.constraint import Constraint
from pipeline.auditing.gate import Gate
from pipeline.auditing.important import MustBeRight
from pipeline.auditing.policy import AuditPolicy
from pipeline.auditing.slice import Slice
from pipeline.errors import AuditRefused
from pipeline.step import rowwise

POLICY = AuditPolicy(
    slices=[Slice("race", column="race"), Slice("sex", column="male", labels={1: "men", 0: "women"})],
    gates=[Gate(metric="recall", minimum=0.5)],
    resamples=100,
)


@rowwise
def burden(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the debt against the income."""
    return rows.assign(burden=rows["debt"] / rows["income"])


@rowwise
def burden_of_root(rows: pd.DataFrame) -> pd.DataFrame:
    """Add something else under the same name."""
    return rows.assign(burden=rows["debt"] ** 0.5)


def audited(project: Any, report: dict) -> Audit:
    """The audit behind a report."""
    return Audit.from_json(project.runner.value(report["audit"]))


def theirs(baseline: Baseline) -> tuple[Figure | None, ...]:
    """The figures of a baseline over all rows."""
    return tuple(each.theirs for each in baseline.comparisons if not each.slice)


def released(project: Any, model: str) -> None:
    """Make a model live."""
    project.runner.store.release(Release(endpoint=project.runner.occasion.dag, model=model))


def test_audit_is_recorded_as_a_decision(project: Any) -> None:
    """The audit rests on every row of model, test part and training part, as a decision."""
    ready = project.ready()
    model = project.trained(ready)
    report = audit(project.runner, model=model, ready=ready, policy=POLICY)
    rests = {dep.input: (dep.rule, dep.effect) for dep in project.runner.store.dependencies(report["audit"])}
    [answers] = [each for each in rests if "audit.answers@" in each]
    assert rests.keys() == {model, answers, ready["features"]["train"], ready["parts"]["test"]}
    assert set(rests.values()) == {(Rule.EVERY_ROW, Effect.DECISION)}
    asked = {dep.input: (dep.rule, dep.effect) for dep in project.runner.store.dependencies(answers)}
    assert asked == {
        ready["features"]["test"]: (Rule.SAME_ROW, Effect.DIRECT),
        model: (Rule.EVERY_ROW, Effect.MODEL),
        project.runner.value(model)["estimator"]: (Rule.EVERY_ROW, Effect.MODEL),
    }
    found = audited(project, report)
    assert (found.model, found.rows, found.n_rows) == (model, ready["parts"]["test"], 150)
    assert {group.slice for group in found.groups} == {"race", "sex"}


def test_second_audit_is_reused(project: Any) -> None:
    """The same audit again reuses every step, also when its model has become the live one."""
    ready = project.ready()
    model = project.trained(ready)
    report = audit(project.runner, model=model, ready=ready, policy=POLICY)
    released(project, model)
    project.runner.ran.clear()
    assert audit(project.runner, model=model, ready=ready, policy=POLICY) == report
    assert [ran.reused for ran in project.runner.ran] == [True, True, True, True]


def is_poor(rows: pd.DataFrame) -> pd.Series:
    """Incomes in the lower half of what is plausible."""
    return rows["income"] < 50


def is_poorer(rows: pd.DataFrame) -> pd.Series:
    """The same name elsewhere, another line."""
    return rows["income"] < 30


def test_code_of_a_slice_counts_for_reuse(project: Any) -> None:
    """A slice by function is reused while the function is what it was, and made again when its code is not."""
    ready = project.ready()
    model = project.trained(ready)
    policies = [
        AuditPolicy(slices=[Slice("poor", function=function)], metrics=["recall"], baselines=[], resamples=100)
        for function in (is_poor, is_poor, is_poorer)
    ]
    is_poorer.__qualname__ = is_poor.__qualname__
    first, again, other = (audit(project.runner, model=model, ready=ready, policy=policy) for policy in policies)
    assert first == again != other
    counts = [[group.rows for group in audited(project, report).groups] for report in (first, other)]
    assert counts[0] != counts[1] and all(sum(each) == 150 for each in counts)


def test_page_is_shown_in_mlflow(project: Any) -> None:
    """MLflow has the page and the audit in the DAG run's run, once."""
    from mlflow import MlflowClient

    ready = project.ready()
    report = audit(project.runner, model=project.trained(ready), ready=ready, policy=POLICY)
    client = MlflowClient(project.runner.settings.mlflow_uri)
    run_id = project.runner.store.producer(report["audit"]).mlflow_run_id
    assert {"audit.html", "audit.json"} <= {file.path for file in client.list_artifacts(run_id)}


def test_previous_release_is_asked(project: Any) -> None:
    """A second model is compared with the live one on the same rows, by that model's own answers."""
    ready = project.ready()
    first, second = project.trained(ready), project.trained(ready, C=0.001)
    own = audited(project, audit(project.runner, model=first, ready=ready, policy=POLICY))
    released(project, first)
    previous = audited(project, audit(project.runner, model=second, ready=ready, policy=POLICY)).baselines[1]
    assert (previous.model, previous.rows, theirs(previous)) == (first, 150, own.overall.figures)


def test_previous_release_goes_its_own_way(project: Any) -> None:
    """With changed preprocessing the earlier model's rows go through the function it was trained with."""
    project.steps = [burden]
    ready = project.ready(features=("income", "burden"))
    first = project.trained(ready)
    own = audited(project, audit(project.runner, model=first, ready=ready, policy=POLICY))
    released(project, first)
    project.steps = [burden_of_root]
    ready = project.ready(features=("income", "burden"))
    second = project.trained(ready, C=0.5)
    previous = audited(project, audit(project.runner, model=second, ready=ready, policy=POLICY)).baselines[1]
    assert (previous.why_not, theirs(previous)) == ("", own.overall.figures)


def test_previous_release_is_not_asked_about_rows_it_learned(project: Any) -> None:
    """Rows an earlier model was trained on are left out of the comparison, and counted."""
    ready = project.ready(sizes={"train": 0.8, "test": 0.2})
    released(project, project.trained(ready))
    ready = project.ready(sizes={"train": 0.5, "test": 0.5})
    previous = audited(
        project, audit(project.runner, model=project.trained(ready), ready=ready, policy=POLICY)
    ).baselines[1]
    seen = 150 - previous.rows
    assert 0 < seen < 150
    assert previous.why_not == f"{seen} of the 150 test rows were in its training and are left out"


def test_previous_release_that_cannot_be_asked(project: Any) -> None:
    """A column that is gone, for the earlier model, is a reason in the audit and no failure of it."""
    project.steps = [burden]
    ready = project.ready(features=("income", "burden"))
    released(project, project.trained(ready))
    project.steps = []
    ready = project.ready()
    model = project.trained(ready)
    _lose(project, _code_of(project))
    previous = audited(project, audit(project.runner, model=model, ready=ready, policy=POLICY)).baselines[1]
    assert previous.comparisons == () and previous.why_not.startswith("It could not be asked: ") and not previous.absent


def _lose(project: Any, reference: str) -> None:
    (Path(project.runner.settings.storage) / project.runner.store.artifact(reference).place).unlink()


def _code_of(project: Any) -> str:
    live = project.runner.store.live(project.runner.occasion.dag)
    return project.runner.value(live.model)["path"][0]["code"]


def test_no_test_part(project: Any) -> None:
    """Without a test part the audit is refused, and nothing is recorded."""
    ready = project.ready(sizes={"train": 0.5, "dev": 0.5})
    with pytest.raises(AuditRefused, match="expected a test part; found train, dev"):
        audit(project.runner, model=project.trained(ready), ready=ready, policy=POLICY)


def test_refused_audit_is_a_failed_run(project: Any) -> None:
    """A policy that does not suit the problem fails the run on record."""
    ready = project.ready()
    model = project.trained(ready)
    with pytest.raises(TypeError, match="expected a metric of a classification"):
        audit(project.runner, model=model, ready=ready, policy=AuditPolicy(metrics=["mae"]))
    [run] = project.runner.store.runs(dag=project.runner.occasion.dag, outcome=Outcome.FAILED)
    assert run.step == "audit" and "mae" in run.error


def test_an_audit_is_of_the_data_the_model_was_made_with(project: Any) -> None:
    """A test part of other data is refused before anything is asked: its rows may have been trained on."""
    ready = project.ready()
    model = project.trained(ready)
    with pytest.raises(AuditRefused, match="trained on other data.*same result of fit"):
        audit(project.runner, model=model, ready=project.ready(sizes={"train": 0.6, "test": 0.4}), policy=POLICY)
    assert audited(project, audit(project.runner, model=model, ready=ready, policy=POLICY)).trained_on == (
        ready["features"]["train"]
    )


LIMITED = AuditPolicy(
    gates=[Gate(metric="recall", minimum=0.0)],
    constraint=Constraint(latency_ms=60_000, size_mb=0.000_001, features=2),
    must_be_right=[MustBeRight("nobody", column="race", value="green")],
    resamples=100,
)


def test_limits_are_told_in_a_proof_of_concept(project: Any) -> None:
    """A model of over one byte breaks a limit of one byte, which is told and decides nothing."""
    ready = project.ready()
    model = project.trained(ready)
    report = audit(project.runner, model=model, ready=ready, policy=LIMITED)
    told = audited(project, report)
    assert [str(each.judgement) for each in told.findings] == ["pass", "not enough evidence", "pass", "fail", "pass"]
    assert [each.binding for each in told.findings] == [True, True, False, False, False]
    assert told.judgement == "not enough evidence"
    estimator = project.runner.describe(project.runner.value(model)["estimator"])
    assert told.cost.size_bytes > estimator.size_bytes
    assert (told.cost.timed, told.cost.features) == (150, 2)


def test_a_measured_time_does_not_hinder_reuse(project: Any) -> None:
    """The same audit again takes the time that was measured, and every step is reused."""
    ready = project.ready()
    model = project.trained(ready)
    report = audit(project.runner, model=model, ready=ready, policy=LIMITED)
    project.runner.ran.clear()
    assert audit(project.runner, model=model, ready=ready, policy=LIMITED) == report
    assert [(ran.step, ran.reused) for ran in project.runner.ran] == [
        ("audit.answers", True), ("audit.cost", True), ("audit", True), ("audit.page", True),
        ("audit.card", True),
    ]


def test_a_limited_audit_can_be_made_again(project: Any) -> None:
    """From its record alone it comes out the same, measured time and all: the time is a parameter of its run."""
    from pipeline.runner.reproduce import reproduce

    ready = project.ready()
    report = audit(project.runner, model=project.trained(ready), ready=ready, policy=LIMITED)
    again = reproduce(project.runner, report["audit"])
    assert again.equal and "audit" in [step.step for step in again.steps]
    cost = audited(project, report).cost
    assert project.runner.value(cost.reference)["latency_ms"] == cost.latency_ms

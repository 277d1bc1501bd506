"""The ledger from run to run: worklists, choices, and what became of them."""

from __future__ import annotations

from typing import Any

from pipeline.artifacts.occasion import Occasion
from pipeline.artifacts.worklist import Help
from pipeline.auditing.audit import audit
from pipeline.auditing.errors.analysis import ErrorAnalysis
from pipeline.auditing.errors.ledger import chosen, dags_with_work, work_on, worklists
from pipeline.auditing.errors.tag import Tag
from pipeline.auditing.errors.worklist import READ
from pipeline.auditing.policy import AuditPolicy

POLICY = AuditPolicy(resamples=100, errors=ErrorAnalysis(tags=[Tag("black", column="race", values=("black",))]))


def test_choices_are_held_to_the_next_model(project: Any) -> None:
    """The model that was chosen about, audited again, is no answer; the next one is, however often it is audited."""
    ready, dag = project.ready(), project.runner.occasion.dag
    first = audit(project.runner, model=project.trained(ready, C=0.0001), ready=ready, policy=POLICY)
    outside = project.runner.at(Occasion(dag="", dag_run=""))
    assert dag in dags_with_work(project.runner.store)
    [newest] = worklists(project.runner, dag)
    assert newest.reference == first["worklist"]
    for name in ("black", READ):
        work_on(outside, dag=dag, worklist=newest.reference, name=name, by="cid", reason="most to gain")
    audit(project.runner, model=project.trained(ready, C=0.0001), ready=ready, policy=POLICY)
    found = chosen(project.runner, dag, found=worklists(project.runner, dag))
    assert [one.choice.name for one in found] == [READ, "black"]
    assert {one.progress.why_not for one in found} == {"No other model was audited since"}

    second = project.trained(ready, C=10.0)
    for _ in range(2):
        audit(project.runner, model=second, ready=ready, policy=POLICY)
    reading, black = chosen(project.runner, dag, found=worklists(project.runner, dag))
    rows = project.runner.value(first["tagged"])
    has = rows["tag: black"].to_numpy(bool)
    assert black.progress.model == second and black.progress.before.n == has.sum()
    assert black.progress.before.value == round(rows["wrong"].to_numpy(bool)[has].mean(), 10)
    assert reading.progress.verdict is Help.UNKNOWN


def test_a_choice_is_a_run_of_its_own(project: Any) -> None:
    """Who and why stand in its facts; it belongs to no run of the DAG, and rests on the worklist."""
    ready, dag = project.ready(), project.runner.occasion.dag
    report = audit(project.runner, model=project.trained(ready), ready=ready, policy=POLICY)
    outside = project.runner.at(Occasion(dag="", dag_run=""))
    choice = work_on(outside, dag=dag, worklist=report["worklist"], name="black", by="cid", reason="most to gain")
    made = project.runner.store.producer(choice)
    assert (made.dag, made.dag_run) == ("", "") and project.runner.describe(choice).facts["by"] == "cid"
    assert [dep.input for dep in project.runner.store.dependencies(choice)] == [report["worklist"]]
    assert choice.startswith(f"choice/{dag}.work_on@")

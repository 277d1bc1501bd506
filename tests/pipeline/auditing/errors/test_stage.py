"""The analysis through the real runner: recorded, by row, reused, and counted anew by what people say."""

from __future__ import annotations

from typing import Any

import pytest

from lineage.records import Effect, Known, Rule
from pipeline.artifacts.errortable import ErrorTable
from pipeline.artifacts.occasion import Occasion
from pipeline.artifacts.worklist import Worklist
from pipeline.auditing.audit import audit
from pipeline.auditing.errors.analysis import ErrorAnalysis
from pipeline.auditing.errors.stage import again, tags_of
from pipeline.auditing.errors.tag import Tag
from pipeline.auditing.policy import AuditPolicy
from pipeline.errors import AuditRefused
from pipeline.ingestion.ingest import taken_in
from pipeline.ingestion.readers import Table
from pipeline.artifacts.source import Source
from pipeline.auditing.errors.judgements import KEYS, TYPES
from tests.pipeline.auditing.errors.made import judged

LIMIT = {"income": 40}


def poor(rows):
    """Whether the income is low."""
    return rows["income"] < LIMIT["income"]


def unsure(rows):
    """Whether it is a man, with no answer where that is not known."""
    return rows["male"] == 1


def policy(*tags: Tag, **how: Any) -> AuditPolicy:
    """A policy that analyses errors."""
    return AuditPolicy(resamples=100, errors=ErrorAnalysis(tags=tags, **how))


POOR, BLACK, ODD = Tag("poor", poor), Tag("black", column="race", values=("black",), human_level=0.99), Tag("odd")


@pytest.fixture
def analysed(project: Any) -> Any:
    """The report of an audit of the project, and what it was made of."""
    ready = project.ready()
    model = project.trained(ready)
    return audit(project.runner, model=model, ready=ready, policy=policy(POOR, BLACK, ODD, size=10)), model, ready


def test_errors_are_the_rows_of_the_test_part(project: Any, analysed: Any) -> None:
    """Sample and tagged rows are the same rows as the test part's; a function's answers are known by sample."""
    report, model, ready = analysed
    rests = {
        (dep.input, dep.rule, dep.effect): dep.known for dep in project.runner.store.dependencies(report["sample"])
    }
    answers = next(key[0] for key in rests if ".answers@" in key[0])
    test = ready["parts"]["test"]
    assert rests == {
        (answers, Rule.SAME_ROW, Effect.DIRECT): Known.BY_CONSTRUCTION,
        (test, Rule.SAME_ROW, Effect.DIRECT): Known.SAMPLED,
        (answers, Rule.EVERY_ROW, Effect.DECISION): Known.BY_CONSTRUCTION,
        (model, Rule.EVERY_ROW, Effect.DECISION): Known.BY_CONSTRUCTION,
    }
    sample, tagged = (project.runner.value(report[name]) for name in ("sample", "tagged"))
    assert len(sample) == 10 and set(sample.index) <= set(tagged.index[tagged["wrong"]])
    assert tagged.index.equals(project.runner.value(test).index)
    assert (sample["truth"] != sample["answer"]).all() and {"race", "male", "tag: poor"} <= set(sample)


def test_the_table_equals_a_count_by_hand(project: Any, analysed: Any) -> None:
    """Errors by tag, as pandas counts them on the answers and the test rows."""
    report, _, ready = analysed
    table = ErrorTable.from_json(project.runner.value(report["errors"]))
    rows = project.runner.value(ready["parts"]["test"])
    wrong = project.runner.value(report["tagged"])["wrong"].to_numpy(bool)
    low, black = (rows["income"] < 40).to_numpy(), (rows["race"] == "black").to_numpy()
    assert (table.errors.count, table.errors.of, table.sampled) == (wrong.sum(), 150, 10)
    assert [(table.line(name).wrong.count, table.line(name).wrong.of) for name in ("poor", "black")] == [
        ((wrong & low).sum(), low.sum()), ((wrong & black).sum(), black.sum())
    ]
    assert table.line("odd").unread == 10 and table.judgements == ""
    worklist = Worklist.from_json(project.runner.value(report["worklist"]))
    assert worklist.errors == report["errors"] and worklist.items[0].name == "black"


def test_equal_work_is_reused_and_another_limit_is_not(project: Any, analysed: Any) -> None:
    """A tag's function counts by its code and by what it reads, though no record can hold it."""
    report, model, ready = analysed
    given = {"model": model, "ready": ready, "policy": policy(POOR, BLACK, ODD, size=10)}
    project.runner.ran.clear()
    assert audit(project.runner, **given) == report
    assert all(ran.reused for ran in project.runner.ran)
    LIMIT["income"] = 30
    try:
        changed = audit(project.runner, **given)
    finally:
        LIMIT["income"] = 40
    assert changed["audit"] == report["audit"] and changed["tagged"] != report["tagged"]


def test_a_function_without_an_answer_fails_the_task(project: Any) -> None:
    """Sex is not stated for some rows; they are named."""
    ready = project.ready()
    with pytest.raises(AuditRefused, match="tag 'man' answers neither yes nor no.*row"):
        audit(project.runner, model=project.trained(ready), ready=ready, policy=policy(Tag("man", unsure)))


def said(project: Any, rows: list[int], *, yes: int) -> str:
    """Take in what ann says of rows: yes of so many."""
    table = judged([(row, "odd", "ann", place < yes) for place, row in enumerate(rows)])
    source = Source(name=tags_of(project.runner.occasion.dag), reader=Table(lambda: table), keys=KEYS, schema=TYPES)
    return taken_in(project.runner, source)


def test_what_people_say_counts_at_once_and_from_then_on(project: Any, analysed: Any) -> None:
    """The table is counted anew under its name; the next DAG run counts the same, this one goes on without."""
    report, model, ready = analysed
    rows = project.runner.value(report["sample"]).index.tolist()
    judgements = said(project, rows, yes=3)
    outside = project.runner.at(Occasion(dag="", dag_run=""))
    counted = again(outside, report["errors"], judgements=judgements)
    line = ErrorTable.from_json(project.runner.value(counted["errors"])).line("odd")
    assert (line.of_errors.count, line.of_errors.of, line.unread) == (3, 10, 0)
    assert counted["errors"].partition("@")[0] == report["errors"].partition("@")[0]
    given = {"model": model, "ready": ready, "policy": policy(POOR, BLACK, ODD, size=10)}
    later = project.at(dag_run="second")
    assert audit(later.runner, **given)["errors"] == counted["errors"]
    said(project, rows, yes=5)
    assert audit(later.runner, **given)["errors"] == counted["errors"]
    assert audit(project.at(dag_run="third").runner, **given)["errors"] != counted["errors"]


def test_judgements_are_rows_of_a_source(project: Any, analysed: Any) -> None:
    """Each has an id of its own, by error, tag and person, and stands behind the table."""
    report, _, _ = analysed
    rows = project.runner.value(report["sample"]).index.tolist()
    first, second = (said(project, rows, yes=yes) for yes in (3, 5))
    tables = [project.runner.value(each) for each in (first, second)]
    assert tables[0].index.equals(tables[1].index) and len(tables[0]) == 10
    changed = (tables[0]["carries"] != tables[1]["carries"]).sum()
    assert changed == 2
    counted = again(project.runner.at(Occasion(dag="", dag_run="")), report["errors"], judgements=second)
    above = {artifact.reference for artifact in project.runner.store.upstream(counted["errors"]).artifacts}
    assert second in above and first not in above


def test_no_errors_leave_an_empty_sample(project: Any) -> None:
    """Nothing to read, nothing to do, and no failure."""
    ready = project.ready()
    runner, model = project.runner, project.trained(ready)
    from pipeline.auditing.errors.stage import analyse
    from pipeline.step import Depends, Step

    step = Step(name="right", stage="auditing", function=all_right, depends=(Depends("rows", Rule.SAME_ROW),))
    test = ready["parts"]["test"]
    answers = runner.run(step, {"rows": test}).outputs["data"]
    found = analyse(runner, model=model, answers=answers, rows=test, asked=policy(POOR, BLACK, ODD).errors)
    table = ErrorTable.from_json(runner.value(found["errors"]))
    assert (table.errors.count, table.sampled, len(runner.value(found["sample"]))) == (0, 0, 0)
    assert [item.ceiling for item in Worklist.from_json(runner.value(found["worklist"])).items] == []


def all_right(*, rows: Any) -> Any:
    """Answers that are all right."""
    return rows[["denied"]].rename(columns={"denied": "truth"}).assign(answer=rows["denied"])

"""`headwater rebuild`."""

import shutil
from pathlib import Path

import pytest

from pipeline.cli.dag_files import declared_source
from pipeline.recall.corrected import statement
from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings

from .conftest import Project


def recalled(project, source, corrected):
    """The id of a recall of what a corrected file, given as its text, says."""
    (project.folder / "corrected.csv").write_text(corrected)
    home, dags = project.folder / ".headwater", project.folder / "dags"
    settings = Settings.from_environment({"HEADWATER_HOME": str(home), "HEADWATER_DAGS": str(dags)})
    runner = Runner.open(settings, Occasion(dag="", dag_run="", task="recall"))
    file = Path(project.folder / "corrected.csv")
    said = statement(runner, source, declared=declared_source(dags, source), corrected=file, patch=True)
    stated = {"version": said.version, "corrected": said.corrected, "rows": said.rows, "columns": said.columns}
    return runner.store.open_recall(source=source, **stated, reason="mistyped", by="ann").id


@pytest.fixture
def wrong_town(new_town):
    """The town after a run, bob's age being wrong: he is 71."""
    assert new_town.process("run", "town", "--dag-run", "first").code == 0
    return new_town, recalled(new_town, "people", "name,age\nbob,71\n")


def test_tells_each_step_and_what_is_another_now(headwater, wrong_town):
    """By task as it goes, then as tables: how each step came by its results, artifacts before and now."""
    project, recall = wrong_town
    answer = headwater(project, "rebuild", recall)
    assert answer.code == 0, answer.err
    assert "town: run first rebuilt as recall__r1, through this process" in answer.out
    assert "town preprocess" in answer.out and "dataset/town.adults" in answer.out
    assert "0 of 1 steps reused" in answer.out and "Recall r1 is rebuilt." in answer.out
    assert "4 of 4 rows" not in answer.out and headwater(project, "show", "town.adults", "--json").json["rows"] == 4


def test_json_is_the_report_alone(headwater, wrong_town):
    """For programs: DAG by DAG, with every step and artifact."""
    project, recall = wrong_town
    told = headwater(project, "rebuild", recall, "--json").json
    [dag] = told["dags"]
    assert (told["recall"], told["complete"], told["code"]) == ("r1", True, "recorded")
    assert (dag["dag"], dag["base"], dag["dag_run"], dag["through"]) == ("town", "first", "recall__r1", "here")
    assert [(step["step"], step["how"], step["again"], step["rows"]) for step in dag["steps"]] == [
        ("adults", "incremental", 1, 4)
    ]
    assert dag["made"][0]["name"] == "town.adults" and dag["made"][0]["before"] != dag["made"][0]["after"]


def test_the_summary_of_the_rebuilt_run_can_be_read(headwater, wrong_town):
    """A rebuild is a DAG run like any other."""
    project, recall = wrong_town
    headwater(project, "rebuild", recall)
    told = headwater(project, "summary", "--json").json
    assert (told["dag_run"], told["outcome"], [one["rows"] for one in told["datasets"]]) == (
        "recall__r1",
        "succeeded",
        [4],
    )


def test_a_chain_that_fails_is_told_and_exits_with_1(headwater, wrong_town):
    """The report comes first, the reason last; the recall stays open."""
    project, recall = wrong_town
    file = project.folder / "dags" / "town.py"
    file.write_text(
        file.read_text().replace("    return people[", "    assert people['age'].max() < 60\n    return people[")
    )
    answer = headwater(project, "rebuild", recall, "--code", "today")
    assert answer.code == 1 and "Not rebuilt: step adults raised AssertionError" in answer.out
    assert "recall r1 is not rebuilt" in answer.err


def test_nothing_to_rebuild_is_said(headwater, wrong_town):
    """Where no DAG run stands on the rows, there is nothing to do."""
    project, _ = wrong_town
    unused = recalled(project, "people", "name,age\nfay,9\n")
    shutil.rmtree(project.folder / "dags")
    assert headwater(project, "rebuild", unused).code == 0


def test_an_unknown_recall_or_code_is_refused(headwater, wrong_town):
    """Exit 1 for a recall there is none of, 2 for an option there is none of, and without a store none is made."""
    project, _ = wrong_town
    answer = headwater(project, "rebuild", "r9")
    assert answer.code == 1 and "there is no recall 'r9'" in answer.err
    assert headwater(project, "rebuild", "r1", "--code", "tomorrow").code == 2


@pytest.fixture
def own_lending(lending, tmp_path):
    """A copy of the project with a live release."""
    shutil.copytree(lending.folder, tmp_path / "lending")
    return Project(tmp_path / "lending")


def test_a_retrained_model_goes_through_audit_and_release(own_lending):
    """Corrected rows of training make another model, which is audited and live, though the recall stands."""
    rows = "\n".join(f"{n},{n % 50}.5,{'ab'[n % 2]},{int(n % 50 > 20)}" for n in range(0, 200, 4))
    recall = recalled(own_lending, "loans", f"id,income,race,repaid\n{rows}\n")
    done = own_lending.process("rebuild", recall, "--json")
    assert done.code == 0, done.err
    [dag] = done.json["dags"]
    [model] = [one for one in dag["made"] if one["kind"] == "model"]
    newest = own_lending.process("releases", "--json").json[0]
    assert (newest["model"], newest["live"], dag["refused"]) == (model["after"], True, "")
    assert model["before"] != model["after"]


@pytest.mark.slow
def test_a_gate_that_refuses_is_told_with_the_report(own_lending):
    """Corrected labels that no model fits well break a gate: the chain is rebuilt, nothing is released."""
    file = own_lending.folder / "dags" / "lending.py"
    text = file.read_text().replace("minimum=0.5", "minimum=0.9")
    file.write_text(text.replace("C=c,", "C=c, overfit=(1, 2), overfit_reason='labels are noisy',"))
    ran = own_lending.process("run", "lending")
    assert ran.code == 0, ran.err
    rows = "\n".join(f"{n},{n % 50}.0,{'ab'[n % 2]},0" for n in range(200) if n % 50 >= 36)
    recall = recalled(own_lending, "loans", f"id,income,race,repaid\n{rows}\n")
    before = own_lending.process("releases", "--json").json
    done = own_lending.process("rebuild", recall, "--json")
    assert done.code == 0, done.err
    [dag] = done.json["dags"]
    assert done.json["complete"] and "breaks its gates" in dag["refused"] and dag["steps"][-1]["how"] == "failed"
    assert [one["kind"] for one in dag["made"] if one["kind"] in ("model", "audit")] == ["model", "audit"]
    assert own_lending.process("releases", "--json").json == before

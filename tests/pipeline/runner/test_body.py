"""The body of a DAG is kept with what each DAG run pins, and runs again from its text alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.airflow import dag
from pipeline.cli.dag_files import find_dag
from pipeline.code import Commit, reach
from pipeline.code.own_modules import modules_of
from pipeline.errors import HeadwaterError
from pipeline.runner import Occasion, Runner
from pipeline.runner.body import BODY, keep_body, kept_body
from pipeline.settings import Settings

ROOT = Path(__file__).parents[3]
TOWN = '''
import pandas as pd

from pipeline import CSV, Source, rowwise
from pipeline.airflow import dag, ingest, preprocess

people = Source(name="people", reader=CSV("PLACE"), keys=("name",), schema={"name": "text", "age": "integer"})


@rowwise
def adults(people: pd.DataFrame) -> pd.DataFrame:
    """Keep those of age."""
    return people[people["age"] >= 18]


@dag
def town():
    """People of age."""
    preprocess(ingest(people), [adults])


town()
'''


@pytest.fixture
def settings(tmp_path):
    """A project `town` of three people, two of age."""
    (tmp_path / "dags").mkdir()
    (tmp_path / "people.csv").write_text("name,age\nann,30\nbob,17\ncid,45\n")
    write(tmp_path, TOWN)
    home = str(tmp_path / "home")
    return Settings.from_environment({"HEADWATER_HOME": home, "HEADWATER_DAGS": str(tmp_path / "dags")})


def write(folder, text):
    """Put the DAG file there."""
    (folder / "dags" / "town.py").write_text(text.replace("PLACE", str(folder / "people.csv")))


def opened(settings, dag_run):
    """A runner on a DAG run of `town`."""
    return Runner.open(settings, Occasion(dag="town", dag_run=dag_run))


def adults_of(runner, dag_run):
    """The people of age that a DAG run found."""
    [run] = [run for run in runner.store.runs("town", dag_run) if run.step == "adults"]
    return sorted(runner.value(run.outputs[0].artifact.reference)["name"])


def test_the_old_chain_runs_after_its_file_has_changed(settings, tmp_path):
    """A body loaded from the store runs the functions and values it had, not those of today's file."""
    find_dag(settings.dags, "town").run(settings, dag_run="first")
    write(tmp_path, TOWN.replace(">= 18", ">= 40"))
    find_dag(settings.dags, "town").run(settings, dag_run="second")
    runner = opened(settings, "again")
    kept_body(runner, "town", "first").run(settings, dag_run="again")
    assert [adults_of(runner, one) for one in ("first", "second", "again")] == [["ann", "cid"], ["cid"], ["ann", "cid"]]


def test_kept_steps_are_reused_and_kept_as_the_same_code(settings):
    """A step loaded from its text is the step it was: what it made before is used again, in a store without it anew."""
    found = find_dag(settings.dags, "town")
    found.run(settings, dag_run="first")
    runner = opened(settings, "again")
    body = kept_body(runner, "town", "first")
    assert reach(body.function).digest == reach(found.function).digest
    body.run(settings, dag_run="again")
    assert {run.outcome for run in runner.store.runs("town", "again")} == {"reused"}


def test_code_kept_again_in_another_store_is_the_same_artifact(settings, tmp_path):
    """A step run from its kept text leaves the same code beside its output as one run from its file."""
    found = find_dag(settings.dags, "town")
    found.run(settings, dag_run="first")
    other = Settings.from_environment({"HEADWATER_HOME": str(tmp_path / "other")})
    kept_body(opened(settings, "first"), "town", "first").run(other, dag_run="first")
    codes = [
        {use.artifact.reference for run in opened(one, "x").store.runs() for use in run.outputs if use.role == "code"}
        for one in (settings, other)
    ]
    assert len(codes[0]) == 1 and codes[0] == codes[1]


def test_a_body_is_recorded_once_for_every_version_of_it(settings, tmp_path):
    """Every DAG run pins its body; only the first with a new text records a run that keeps it."""
    for number in range(3):
        find_dag(settings.dags, "town").run(settings, dag_run=f"run{number}")
    write(tmp_path, TOWN.replace("People of age.", "Grown-ups."))
    find_dag(settings.dags, "town").run(settings, dag_run="run3")
    store = opened(settings, "x").store
    pinned = [store.pinned("town", f"run{number}", BODY) for number in range(4)]
    assert len(set(pinned[:3])) == 1 and pinned[3] != pinned[0]
    assert [run.dag_run for run in store.runs() if run.stage == "chain"] == ["run3", "run0"]
    assert store.artifact(pinned[3]).name == "town.body"


def test_a_body_that_has_no_place_is_run_and_not_kept(settings):
    """A DAG made inside a function runs; who asks for its body is told what stands in the way."""

    @dag
    def inner():
        """Nothing."""

    inner.run(settings, dag_run="first")
    with pytest.raises(HeadwaterError, match="body of DAG inner was not kept.*--code today"):
        kept_body(opened(settings, "first"), "inner", "first")


def test_a_kept_body_is_at_the_commit_it_was_recorded_at(settings, tmp_path):
    """What runs from the text is recorded under the commit of then, and counts as clean or not as it did."""

    def git(*words):
        asked = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words]
        return subprocess.run(asked, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.strip()

    git("init")
    git("add", "dags")
    git("commit", "-m", "first")
    first = git("rev-parse", "HEAD")
    find_dag(settings.dags, "town").run(settings, dag_run="first")
    write(tmp_path, TOWN.replace(">= 18", ">= 40"))
    git("commit", "-am", "second")
    body = kept_body(opened(settings, "x"), "town", "first")
    assert modules_of(body.function.__code__.co_filename).commit == Commit(first, dirty=False)


def test_what_was_pinned_first_stands(settings, tmp_path):
    """A DAG run that goes on after its file was edited keeps the body it began with."""
    runner = opened(settings, "first")
    first = keep_body(runner, find_dag(settings.dags, "town").function)
    write(tmp_path, TOWN.replace(">= 18", ">= 40"))
    assert keep_body(runner, find_dag(settings.dags, "town").function) == first


def test_loading_a_body_declares_nothing_to_airflow(settings):
    """Where Airflow is at work, a body is loaded without being declared a second time."""
    find_dag(settings.dags, "town").run(settings, dag_run="first")
    code = (
        "import sys, types\nsys.modules['airflow'] = sys.modules['airflow.sdk'] = types.ModuleType('airflow.sdk')\n"
        "from pipeline.runner import Occasion, Runner\nfrom pipeline.runner.body import kept_body\n"
        "from pipeline.settings import Settings\n"
        "runner = Runner.open(Settings.from_environment(), Occasion(dag='town', dag_run='x'))\n"
        "print(kept_body(runner, 'town', 'first').name)"
    )
    environment = {"HEADWATER_HOME": str(settings.home), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert (done.stdout.strip(), done.returncode) == ("town", 0), done.stderr[-2000:]

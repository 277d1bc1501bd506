"""A DAG body chains stages by opaque references, whoever conducts it."""

import pytest

from pipeline.airflow import dag, join, lookup, preprocess, stack, task
from pipeline.chain import Reference, Work, conductor, held, listed
from pipeline.errors import Misuse
from pipeline.settings import Settings
from pipeline.step import Step, rowwise


def people():
    """Three people."""
    import pandas as pd

    return pd.DataFrame({"age": [30, 40, 50]}, index=pd.Index([1, 2, 3], name="row"))


def arrive(runner):
    """A stage that makes a dataset."""
    return runner.run(Step(name="people", stage="ingestion", function=people)).outputs["data"]


def numbered(runner, *, place, data):
    """A mapped stage."""
    return f"{place} of {data.partition('@')[0]}"


def joined(runner, *, several):
    """A stage that takes what a mapped one gave."""
    return list(several)


@task
@rowwise
def older(people, years=1):
    """A step of one's own."""
    return people.assign(age=people["age"] + years)


@rowwise(reads=("age",))
def halved(people):
    """Half as old."""
    return people.assign(age=people["age"] // 2)


def renamed(people):
    """Other rows: the same people with other ids."""
    return people.set_axis(-people.index).rename_axis(index="row")


SEEN = {}


@dag
def trial():
    """Arrive, then once for each of two names."""
    data = conductor().task(Work(name="arrive", call=f"{__name__}:arrive"))
    SEEN["reference"] = data
    mapped = Work(name="each", call=f"{__name__}:numbered", over=["a", "b"], item="place", references={"data": data})
    given = conductor().task(mapped)
    SEEN["result"] = held(conductor().task(Work(name="join", call=f"{__name__}:joined", references={"several": given})))


@dag
def own_steps():
    """Arrive, then grow older twice."""
    data = conductor().task(Work(name="arrive", call=f"{__name__}:arrive"))
    SEEN["older"] = held(older(older(data), 10, name="much_older"))


@dag
def by_key():
    """Two tables with one key, looked up, joined and stacked."""
    data = conductor().task(Work(name="arrive", call=f"{__name__}:arrive"))
    others = preprocess(data, [renamed])
    SEEN["looked up"] = held(lookup(data, others, on="age", columns=[], found="there"))
    SEEN["joined"] = held(join(data, others, on={"age": "age"}))
    SEEN["stacked"] = held(stack([data, preprocess(others, [halved], name="younger")], name="all_of_them"))


@dag
def twice():
    """The same step twice under one name."""
    data = conductor().task(Work(name="arrive", call=f"{__name__}:arrive"))
    older(older(data))


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Settings under a folder of the test's own; this file importable by its name."""
    import sys

    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__) or __import__(__name__))
    (tmp_path / "home").mkdir()
    return Settings.from_environment({"HEADWATER_HOME": str(tmp_path / "home")})


def test_stages_of_several_datasets(settings):
    """A lookup, a join and a stack take references, and a list of them."""
    from pipeline.runner import Occasion, Runner

    by_key.run(settings)
    runner = Runner.open(settings, Occasion(dag="by_key", dag_run="later"))
    assert runner.value(SEEN["looked up"])["there"].tolist() == [True, True, True]
    assert sorted(runner.value(SEEN["joined"])["age"]) == [30, 40, 50]
    assert SEEN["stacked"].startswith("dataset/by_key.all_of_them@")
    assert runner.value(SEEN["stacked"])["age"].tolist() == [25, 20, 15, 30, 40, 50]


def test_a_chain_runs_here(settings):
    """Stages run in order; a mapped stage runs once an item and hands on a list."""
    told = []
    run = trial.run(settings, tell=lambda name, seconds, ran: told.append(name))
    assert run.startswith("here__")
    assert SEEN["result"] == ["a of dataset/trial.people", "b of dataset/trial.people"]
    assert told == ["arrive", "each[a]", "each[b]", "join"]


def test_a_reference_says_nothing_in_a_body(settings):
    """A body that branches on a reference, or looks into it, is refused with the reason."""
    with pytest.raises(Misuse, match="no truth value"):
        bool(Reference("x"))
    with pytest.raises(Misuse, match="has no shape"):
        _ = Reference("x").shape


def test_a_stage_outside_a_body_is_misuse():
    """A stage called on its own says where it belongs."""
    with pytest.raises(Misuse, match="outside a DAG body"):
        conductor()


def test_a_step_of_ones_own_is_a_task_and_a_function(settings):
    """In a body it is a task with parameters; called with a frame it is the plain function."""
    own_steps.run(settings)
    assert SEEN["older"].startswith("dataset/own_steps.much_older@")
    assert list(older(people(), 5)["age"]) == [35, 45, 55]


def test_two_tasks_of_one_name_are_refused(settings):
    """As in Airflow, a name stands for one task."""
    for reads in (lambda: twice.run(settings), lambda: listed(twice.function)):
        with pytest.raises(Misuse, match="two tasks are called older"):
            reads()


def test_a_chain_can_be_listed_without_being_run():
    """Tasks by name, with what each takes from which, groups in front; nothing is opened or called."""

    def body():
        data = conductor().task(Work(name="arrive", call="nowhere:arrive"))
        with conductor().group("several"):
            each = conductor().task(Work(name="each", call="nowhere:each", over=["a"], references={"data": data}))
            conductor().task(Work(name="join", call="nowhere:join", over=each, references={"parts": [each, data]}))

    works = listed(body)
    assert list(works) == ["arrive", "several.each", "several.join"]
    assert (works["several.each"].over, works["several.each"].references) == (["a"], {"data": "arrive"})
    assert works["several.join"].over == "several.each"
    assert works["several.join"].references == {"parts": ["several.each", "arrive"]}


def test_called_without_airflow_a_dag_does_nothing():
    """So that importing a DAG file never imports Airflow."""
    import subprocess
    import sys

    code = (
        "import sys\nfrom pipeline.airflow import dag\n@dag\ndef a():\n    raise SystemExit(3)\n"
        "assert a() is None\nassert not {'airflow', 'pandas', 'numpy', 'sqlalchemy'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

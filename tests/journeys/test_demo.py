"""`headwater demo`: through a real Airflow, on real data, to a traced prediction; and what happens when it fails."""

import os
import re
import signal
import subprocess
import sys
import time

import psutil
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
PEOPLE = '''
import pandas as pd

from pipeline import CSV, Source, rowwise
from pipeline.airflow import dag, ingest, preprocess

people = Source(name="people", reader=CSV("people.csv"), supplier="the town", licence="open", keys=("name",),
                schema={"name": "text", "age": "integer"})


@rowwise
def adults(people: pd.DataFrame) -> pd.DataFrame:
    """Keep those of age."""
    return people[people["COLUMN"] >= 18]


@dag
def town():
    """People of age."""
    preprocess(ingest(people), [adults])


town()
'''


def start(place, *words, **environ):
    """Begin `headwater` in a place, in a session of its own, as a terminal would."""
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", *words], cwd=place.folder, env={**place.environment(), **environ},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )


def demo(place, *words, code=0, **environ):
    """Run `headwater demo` to its end, which must be `code`, and give what it printed."""
    running = start(place, "demo", *words, **environ)
    out, err = running.communicate(timeout=800)
    assert running.returncode == code, out[-3000:] + err[-3000:]
    return out + err


def left_running(place):
    """The command lines of processes that know this place."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        told = process.info["environ"] or {}
        if told.get("HEADWATER_HOME", "").startswith(str(place.folder)):
            found.append(" ".join(process.info["cmdline"] or []))
    return found


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """A place in which the mortgage applications were shown once, and what was printed; HOME cannot be written."""
    from .conftest import place

    made = place(tmp_path_factory.mktemp("demo") / "project")
    made.dag("loan_approval")
    return made, demo(made, HOME="/dev/null/nobody")


def test_the_demo_tells_the_way_from_source_to_prediction(shown):
    """Progress by task, the summary, one request, its trace, the time, and where to look further."""
    _, printed = shown
    parts = ["ingest ", "train.candidate[forest]", "signed as ", "deploy ", "1,989 rows", "candidates, by auc",
             "audit, on the test part", "training never saw", "/predict", "the way from source to release",
             "The trace is complete", "in all"]
    places = [printed.index(part) for part in parts]
    assert places == sorted(places)


def test_the_answer_stands_on_a_row_that_training_never_saw(shown):
    """The trace of the last prediction is complete and names the source row that the request named."""
    place, printed = shown
    row = re.search(r"asking about row (-?\d+)", printed)[1]
    prediction = place.json("predictions", "--last", "1")[0]["id"]
    told = place.json("trace", prediction)
    assert told["complete"]
    assert [one["id"] for source in told["sources"] for one in source["rows"]] == [row]
    assert row not in place.headwater("rows", told["training_rows"]["dataset"], "--json").stdout


def test_airflow_ran_every_task(shown):
    """Each run of a step names the task of Airflow's that it ran in."""
    place, _ = shown
    runs = place.json("runs", "--dag", "loan_approval", "--last", "100")
    assert {run["task"] for run in runs} >= {"ingest", "validate", "train.candidate", "audit", "sign_off", "deploy"}
    assert all(run["dag_run"].startswith("demo__") for run in runs)


def test_the_demo_is_no_wall_of_airflow(shown):
    """What Airflow says is in the files that the demo names, not on the screen."""
    place, printed = shown
    assert "airflow-*.log" in printed
    assert "airflow." not in re.sub(r"airflow-\*\.log", "", printed)
    assert len(printed.splitlines()) < 200
    assert (place.folder / ".headwater" / "logs" / "airflow-scheduler.log").stat().st_size > 1000


def test_the_demo_leaves_nothing_running_and_touches_nothing_else(shown):
    """No process is left, and beside the DAG files the place holds only our home."""
    place, _ = shown
    assert left_running(place) == []
    assert {path.name for path in place.folder.iterdir()} - {"matplotlib"} == {"dags", ".headwater"}


def test_a_second_demo_reuses_every_step(shown):
    """With nothing changed every step is reused, and the demo says so."""
    printed = demo(shown[0])
    assert re.search(r"All \d+ steps were reused", printed)


def test_a_step_that_fails_is_told_with_its_last_words(project):
    """A failed run ends the demo with 1: which task, what was raised, the user's line, the folder of logs."""
    (project.folder / "people.csv").write_text("name,age\nann,30\nbob,17\n")
    (project.folder / "dags" / "town.py").write_text(PEOPLE.replace("COLUMN", "years"))
    printed = demo(project, "town", code=1)
    assert "failed at task preprocess" in printed
    assert "KeyError: 'years'" in printed
    assert "town.py:14 in adults" in printed
    assert "dag_id=town" in printed
    assert left_running(project) == []


def test_a_dag_that_does_not_exist_starts_nothing(project):
    """A name that no DAG has is misuse, told before Airflow is started."""
    began = time.monotonic()
    printed = demo(project, "tovn", code=2)
    assert "there is no DAG 'tovn'" in printed
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("number", "after_s"), [(signal.SIGINT, 3), (signal.SIGINT, 12), (signal.SIGTERM, 12), (signal.SIGKILL, 12)]
)
def test_a_demo_that_is_stopped_leaves_nothing_running(project, number, after_s):
    """However the demo is ended, and whenever, all that it started ends with it."""
    (project.folder / "people.csv").write_text("name,age\nann,30\nbob,17\n")
    (project.folder / "dags" / "town.py").write_text(PEOPLE.replace("COLUMN", "age"))
    running = start(project, "demo", "town")
    time.sleep(after_s)
    os.killpg(running.pid, number)
    running.communicate(timeout=60)
    deadline = time.monotonic() + 20
    while left_running(project) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left_running(project) == []
    assert running.returncode in (130, -signal.SIGKILL)

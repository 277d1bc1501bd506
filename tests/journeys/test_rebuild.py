"""A recall is rebuilt through a real Airflow: by the recorded code, after a stop, or in process where it has to be."""

import re
import signal
import threading
import time
from datetime import UTC, datetime

import pytest

from pipeline.services.airflow_api import AirflowApi

from .conftest import place as new_place
from .test_demo import PEOPLE, left_running, start

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
TOWN = PEOPLE.replace("COLUMN", "age")


class Up:
    """`headwater up` in a place."""

    def __init__(self, place):
        self.place, self.lines = place, []
        self.process = start(place, "up", "--airflow-port", "0", "--mlflow-port", "0", "--server-port", "0")
        threading.Thread(target=self._read, daemon=True).start()
        self.api = AirflowApi(self._url("Airflow"))

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)

    def _url(self, name):
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline and self.process.poll() is None:
            for line in self.lines:
                if line.startswith(name) and (found := re.search(r"http://127\.0\.0\.1:\d+", line)):
                    return found[0]
            time.sleep(0.1)
        raise AssertionError(f"{name} was not told: {self.lines}")

    def parsed(self, text):
        """Write the DAG file and wait until Airflow has read it."""
        since = datetime.now(UTC)
        (self.place.folder / "dags" / "town.py").write_text(text)
        self.api.reread("town")
        self.until(lambda: self.api.parsed_since("town", since))

    def until(self, ready):
        """Wait until something is so."""
        deadline = time.monotonic() + 120
        while not ready():
            assert time.monotonic() < deadline
            time.sleep(0.5)

    def run(self, dag_run):
        """Run the DAG through Airflow to its end."""
        self.api.trigger("town", run=dag_run)
        self.until(lambda: self.api.state("town", dag_run) in ("success", "failed"))
        assert self.api.state("town", dag_run) == "success"

    def recall(self, age):
        """The id of a recall: bob's age is another."""
        (self.place.folder / "corrected.csv").write_text(f"name,age\nbob,{age}\n")
        said = ("--corrected", "corrected.csv", "--patch", "--reason", "mistyped", "--by", "ann")
        return self.place.json("recall", "people", *said)["recall"]["id"]

    def names(self):
        """Whom the step `adults` kept at last."""
        return [row["name"] for row in self.place.json("show", "town.adults", "--head", "9")]


@pytest.fixture(scope="module")
def up(tmp_path_factory):
    """All services, with a DAG of three people that ran once; stopped by Ctrl-C in the end."""
    place = new_place(tmp_path_factory.mktemp("rebuild") / "project")
    (place.folder / "people.csv").write_text("name,age\nann,30\nbob,17\ncid,45\n")
    running = Up(place)
    running.parsed(TOWN)
    running.run("first")
    yield running
    with running.api:
        running.process.send_signal(signal.SIGINT)
    running.process.wait(timeout=60)
    running.process.stdout.close()
    running.process.stderr.close()
    assert left_running(place) == []


def test_airflow_runs_the_recorded_code(up):
    """The file says 40 today, and said 18 when the run was recorded: bob, who is 19, is kept, by Airflow's tasks."""
    recall = up.recall(19)
    up.parsed(TOWN.replace(">= 18", ">= 40"))
    [told] = up.place.json("rebuild", recall)["dags"]
    assert (told["through"], told["base"], told["dag_run"], told["note"]) == ("airflow", "first", "recall__r1", "")
    assert [(step["step"], step["how"], step["again"]) for step in told["steps"]] == [("adults", "incremental", 1)]
    assert sorted(up.names()) == ["ann", "bob", "cid"]
    [run] = [run for run in up.place.json("runs", "--dag-run", "recall__r1") if run["step"] == "adults"]
    assert run["airflow"]["url"] and up.api.state("town", "recall__r1") == "success"


def test_a_finished_rebuild_is_told_again(up):
    """Asked once more, Airflow has nothing to do, and the report is the same."""
    [told] = up.place.json("rebuild", "r1")["dags"]
    assert told["dag_run"] == "recall__r1" and told["steps"][0]["how"] == "incremental"


def test_todays_code_runs_in_a_dag_run_of_its_own(up):
    """Asked for today's code, only cid, who is 45, is left, and the code is named as a cause."""
    [told] = up.place.json("rebuild", "r1", "--code", "today")["dags"]
    assert (told["through"], told["dag_run"], told["causes"]) == ("airflow", "recall__r1__2", ["data", "code"])
    assert up.names() == ["cid"]


def test_a_rebuild_that_failed_in_airflow_goes_on(up):
    """Given up in Airflow, the same command lets the tasks run again, in the same DAG run."""
    recall = up.recall(20)
    running = start(up.place, "rebuild", recall, "--json")
    up.until(lambda: up.api.known_state("town", f"recall__{recall}"))
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    up.until(lambda: up.api.state("town", f"recall__{recall}") in ("failed", "success"))
    [told] = up.place.json("rebuild", recall)["dags"]
    assert (told["dag_run"], told["failed"], told["through"]) == (f"recall__{recall}", "", "airflow")
    assert up.api.state("town", f"recall__{recall}") == "success"


def test_a_chain_of_other_tasks_is_rebuilt_in_process(up):
    """Today's file has another task: Airflow cannot run the recorded chain, and the report says why."""
    recall = up.recall(21)
    up.parsed(TOWN.replace("(people), [adults])", "(people), [adults], name='grown')"))
    [told] = up.place.json("rebuild", recall)["dags"]
    assert told["through"] == "here" and "its tasks are others today" in told["note"]
    refused = up.place.headwater("rebuild", recall, "--airflow", code=1)
    assert "cannot be rebuilt through Airflow" in refused.stdout

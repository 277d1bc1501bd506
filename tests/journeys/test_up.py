"""`headwater up`: Airflow, MLflow and the inference server, looked at through a browser."""

import json
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request

import pytest

from .conftest import place as new_place
from .test_demo import demo, left_running, start

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


class Running:
    """`headwater up` in a place, and the lines it has printed."""

    def __init__(self, place):
        self.place, self.lines = place, []
        self.process = start(place, "up", "--airflow-port", "0", "--mlflow-port", "0", "--server-port", "0")
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)

    def url(self, name, *, within_s=180):
        """Where a service is, once that has been said."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline and self.process.poll() is None:
            for line in self.lines:
                if line.startswith(name) and (found := re.search(r"http://127\.0\.0\.1:\d+", line)):
                    return found[0]
            time.sleep(0.1)
        raise AssertionError(f"{name} was not told: {self.lines} {self.process.poll()}")


@pytest.fixture(scope="module")
def up(tmp_path_factory):
    """All services, and one run of the mortgage applications through them; stopped by Ctrl-C in the end."""
    place = new_place(tmp_path_factory.mktemp("up") / "project")
    place.dag("loan_approval")
    running = Running(place)
    running.url("Airflow")
    running.shown = demo(place)
    yield running
    running.process.send_signal(signal.SIGINT)
    running.process.wait(timeout=60)
    running.process.stdout.close()
    running.process.stderr.close()
    assert running.process.returncode == 0
    assert left_running(place) == []


@pytest.fixture(scope="module")
def page():
    """A page of a real browser, in a process of its own: a script in, its answer out."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium is installed (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 1400, "height": 1000})
        browser.close()


def ask(url, body):
    """POST JSON and give the answer."""
    asked = urllib.request.Request(
        f"{url}/predict", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answered:
        return json.load(answered)


def test_the_demo_uses_the_airflow_that_runs(up):
    """Beside `up`, the demo starts no Airflow of its own, and its run is the one that people see there."""
    logs = {path.name for path in (up.place.folder / ".headwater" / "logs").iterdir()}
    assert "airflow-scheduler.log" in logs
    assert "airflow-scheduler.log.before" not in logs


def test_a_second_up_is_refused(up):
    """A second `up` in the same home ends with 1 and says where the services are."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "up"], cwd=up.place.folder, env=up.place.environment(), text=True,
        capture_output=True, check=False, timeout=60,
    )
    assert done.returncode == 1
    assert up.url("Airflow") in done.stderr


def test_an_inference_server_starts_when_a_model_is_released(up):
    """The server for a release that came while `up` ran answers, and says which release."""
    url = up.url("Inference")
    with urllib.request.urlopen(f"{url}/health", timeout=30) as answered:
        assert json.load(answered)["endpoint"] == "loan_approval"
    logged = up.place.json("predictions", "--last", "1")[0]
    row = up.place.json("trace", logged["id"])["prediction"]["input"]
    assert len(ask(url, {"rows": [row, row]})["predictions"]) == 2


def test_airflow_shows_the_run(up, page, tmp_path):
    """The DAG's page lists the run of the demo, and its tasks by name, as successes."""
    page.goto(f"{up.url('Airflow')}/dags/loan_approval/runs")
    page.get_by_text(re.compile("demo__")).first.wait_for(timeout=60_000)
    page.screenshot(path=tmp_path / "airflow-runs.png")
    page.get_by_text(re.compile("demo__")).first.click()
    page.get_by_text("train.select").or_(page.get_by_text("validate")).first.wait_for(timeout=60_000)
    shot = page.screenshot(path=tmp_path / "airflow-run.png")
    assert len(shot) > 20_000


def test_mlflow_shows_the_run_of_the_dag(up, page, tmp_path):
    """The experiment's page lists the run of the DAG, with its candidates beneath it."""
    page.goto(f"{up.url('MLflow')}/#/experiments/1/runs")
    page.get_by_text(re.compile("demo__")).first.wait_for(timeout=60_000)
    page.get_by_text("4 matching runs").or_(page.get_by_text(re.compile("^4$"))).first.wait_for(timeout=60_000)
    assert len(page.screenshot(path=tmp_path / "mlflow-runs.png")) > 20_000


def test_mlflow_shows_how_the_model_was_trained(up, page, tmp_path):
    """The page of the chosen candidate's run has its metrics, its parameters, and the way to its lineage."""
    prediction = up.place.json("predictions", "--last", "1")[0]["id"]
    run = up.place.json("trace", prediction)["model"]["mlflow_run_id"]
    page.goto(f"{up.url('MLflow')}/#/experiments/1/runs/{run}")
    for text in ("cv/auc_mean", "dev/auc", "sklearn.", "headwater graph"):
        page.get_by_text(re.compile(re.escape(text))).first.wait_for(timeout=60_000)
    assert len(page.screenshot(path=tmp_path / "mlflow-run.png")) > 20_000

"""Single rows served: Headwater's inference server, MLflow's scoring server on the same model, the bare model.

    python -m tests.benchmarks.bench_server

Two comparisons, for a logistic regression and for a forest. *Estimator*: the model has no
preprocessing; MLflow serves the estimator itself. *Whole way*: two functions and two fitted
transforms come first; MLflow serves a Python model that goes the same way with the same functions.
Headwater checks every row against the schema and logs every answer before giving it; MLflow and
the bare loop (the model's own call on a ready frame) log nothing.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.serving import Predictor
from tests.pipeline.serving.conftest import Loans, built

ROW = {"income": 10, "loan": 100.0, "town": "Bonn"}
ROUNDS, REQUESTS, WARM_UP = 5, 200, 50
CLIENTS, REQUESTS_EACH = 8, 100


class Asked:
    """A server, with the path and body of one request to it."""

    def __init__(self, port: int, *, path: str, body: dict[str, Any]) -> None:
        self.port, self.path, self.body = port, path, json.dumps(body)

    def client(self) -> Callable[[], None]:
        """Give what sends one request over a connection that is kept while the server keeps it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)

        def ask() -> None:
            connection.request("POST", self.path, self.body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = response.read()
            assert response.status == 200, answer

        def ask_again() -> None:
            try:
                ask()
            except (ConnectionError, http.client.HTTPException):
                connection.close()
                ask()

        return ask_again


def timed_ms(call: Callable[[], object], times: int) -> list[float]:
    """Call again and again; give each duration in milliseconds."""
    durations = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        durations.append((time.perf_counter() - started) * 1000)
    return durations


def per_second(asked: Asked) -> float:
    """Give the requests answered a second to several clients at once."""
    calls = [asked.client() for _ in range(CLIENTS)]
    threads = [threading.Thread(target=timed_ms, args=(call, REQUESTS_EACH)) for call in calls]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return CLIENTS * REQUESTS_EACH / (time.perf_counter() - started)


def free_port() -> int:
    """Find a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(command: list[str], *, health: str, environment: dict[str, str]) -> Iterator[None]:
    """Run a server until the block ends, from when it is healthy."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env={**os.environ, **environment}, start_new_session=True, **quiet) as server:
        try:
            wait_until_healthy(health, server)
            yield
        finally:
            os.killpg(server.pid, 15)


def wait_until_healthy(url: str, server: subprocess.Popen[bytes]) -> None:
    """Return once `url` answers with 200."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} does not answer")


@contextmanager
def ours(loans: Loans) -> Iterator[Asked]:
    """Serve the live release."""
    port = free_port()
    command = [sys.executable, "-m", "pipeline.cli", "serve", "loans", "--port", str(port)]
    environment = {"HEADWATER_HOME": str(loans.settings.home), "PYTHONPATH": str(Path(__file__).parents[2])}
    with started(command, health=f"http://127.0.0.1:{port}/health", environment=environment):
        yield Asked(port, path="/predict", body=ROW)


@contextmanager
def mlflows(model: Callable[[Path], None], *, body: dict[str, Any], folder: Path, home: Path) -> Iterator[Asked]:
    """Serve with MLflow what `model` saves into a folder."""
    model(folder)
    port = free_port()
    binaries = str(Path(sys.executable).parent)
    command = [f"{binaries}/mlflow", "models", "serve", "-m", str(folder), "--env-manager", "local", "-p", str(port)]
    environment = {
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}", "HEADWATER_HOME": str(home),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    with started([*command, "-w", "1"], health=f"http://127.0.0.1:{port}/health", environment=environment):
        yield Asked(port, path="/invocations", body=body)


def save_estimator(estimator: Any, folder: Path) -> None:
    """Save an estimator as MLflow does."""
    import mlflow.sklearn

    mlflow.sklearn.save_model(
        estimator, str(folder), serialization_format="cloudpickle", pip_requirements=["scikit-learn"]
    )


def save_whole_way(model: str, folder: Path) -> None:
    """Save a Python model that takes source rows the way Headwater's server does."""
    import mlflow.pyfunc

    code = folder.with_suffix(".py")
    code.write_text(_WHOLE_WAY.format(model=model))
    mlflow.pyfunc.save_model(str(folder), python_model=str(code), pip_requirements=["scikit-learn"])


_WHOLE_WAY = """
import mlflow
from lineage.store import Store
from pipeline.serving import Predictor
from pipeline.settings import Settings
from pipeline.storage import Storage


class WholeWay(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        settings = Settings.from_environment()
        self.predictor = Predictor.load(
            "{model}", store=Store(settings.store_url), storage=Storage(settings.storage)
        )

    def predict(self, context, model_input, params=None):
        return [answer.prediction for answer in self.predictor.answer(model_input.to_dict("records"))]


mlflow.models.set_model(WholeWay())
"""


def compare(loans: Loans, *, name: str, model: str, folder: Path, prepared: bool) -> None:
    """Print latency and throughput of the three for one model."""
    loans.release(model)
    settings = loans.settings
    predictor = Predictor.load(model, store=loans.store, storage=loans.storage)
    frame = predictor.typed([ROW])
    estimator = loans.storage.load(loans.store.artifact(predictor.manifest.estimator))
    names = list(predictor.manifest.features)
    ready = frame[names].astype("float64") if not prepared else frame
    bare = (lambda: predictor.predict(frame)) if prepared else (lambda: estimator.predict(ready))
    save = (lambda to: save_whole_way(model, to)) if prepared else (lambda to: save_estimator(estimator, to))
    body = {"dataframe_records": [ROW if prepared else {column: float(ROW[column]) for column in names}]}
    with ours(loans) as headwater, mlflows(save, body=body, folder=folder / name, home=settings.home) as scoring:
        calls = {"headwater": headwater.client(), "mlflow": scoring.client(), "bare": bare}
        found = in_turns(calls)
        rates = {"headwater": per_second(headwater), "mlflow": per_second(scoring)}
    rates["bare"] = 1000 / statistics.mean(found["bare"])
    report(name, found, rates)


def in_turns(calls: dict[str, Callable[[], None]]) -> dict[str, list[float]]:
    """Time each call in rounds that take turns; give the durations in milliseconds."""
    found: dict[str, list[float]] = {each: [] for each in calls}
    for call in calls.values():
        timed_ms(call, WARM_UP)
    for _ in range(ROUNDS):
        for each, call in calls.items():
            found[each] += timed_ms(call, REQUESTS)
    return found


def report(name: str, found: dict[str, list[float]], rates: dict[str, float]) -> None:
    """Print one table, and the ratios to MLflow's server."""
    print(f"\n{name}: {ROUNDS * REQUESTS} single rows; {CLIENTS} clients at once for requests a second")
    for each, durations in found.items():
        cuts = statistics.quantiles(durations, n=100)
        print(f"  {each:<10} p50 {cuts[49]:7.2f} ms   p99 {cuts[98]:7.2f} ms   {rates[each]:7.0f} requests/s")
    p50 = {each: statistics.median(durations) for each, durations in found.items()}
    print(
        f"  headwater / mlflow: p50 {p50['headwater'] / p50['mlflow']:.2f} x, "
        f"requests/s {rates['headwater'] / rates['mlflow']:.2f} x"
    )


def main() -> None:
    """Compare without and with preprocessing, for a logistic regression and for a forest at n_jobs=1."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        for prepared, what in ((False, "estimator"), (True, "whole way")):
            place = Path(folder, what.replace(" ", "-"))
            place.mkdir()
            loans = built(place / "home", prepared=prepared)
            compare(loans, name=f"{what}, logistic", model=loans.model, folder=place, prepared=prepared)
            forest = loans.train(1.0, trees=100)
            compare(loans, name=f"{what}, forest", model=forest, folder=place, prepared=prepared)


if __name__ == "__main__":
    main()

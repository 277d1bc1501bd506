"""Single rows served: Headwater's inference server, MLflow's scoring server on the same model, the bare model.

    python -m tests.benchmarks.bench_server

Headwater gets source rows, takes them through preprocessing and fitted transforms, and logs every
answer before giving it; MLflow's server and the bare loop get ready features and log nothing.
"""

from __future__ import annotations

import http.client
import json
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

from tests.pipeline.serving.conftest import Loans, built

ROW = {"income": 10, "loan": 100.0, "town": "Bonn"}
ROUNDS, REQUESTS, WARM_UP = 5, 200, 50
CLIENTS, REQUESTS_EACH = 8, 100
_SERVE = (
    "import sys; from pipeline.serving import serve; from pipeline.settings import Settings; "
    "serve(Settings.from_environment(), endpoint='loans', port=int(sys.argv[1]))"
)


class Asked:
    """A server, with the path and body of one request to it."""

    def __init__(self, port: int, *, path: str, body: dict[str, Any]) -> None:
        self.port, self.path, self.body = port, path, json.dumps(body)

    def client(self) -> Callable[[], None]:
        """Open a connection that is kept; give what sends one request over it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def ask() -> None:
            connection.request("POST", self.path, self.body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = response.read()
            assert response.status == 200, answer

        return ask


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
    command = [sys.executable, "-c", _SERVE, str(port)]
    environment = {"HEADWATER_HOME": str(loans.settings.home), "PYTHONPATH": str(Path(__file__).parents[2])}
    with started(command, health=f"http://127.0.0.1:{port}/health", environment=environment):
        yield Asked(port, path="/predict", body=ROW)


@contextmanager
def mlflows(estimator: Any, features: Any, folder: Path) -> Iterator[Asked]:
    """Serve the same estimator with MLflow, from features."""
    import mlflow.sklearn

    mlflow.sklearn.save_model(
        estimator, str(folder), serialization_format="cloudpickle", pip_requirements=["scikit-learn"],
    )
    port = free_port()
    command = [
        str(Path(sys.executable).parent / "mlflow"), "models", "serve", "-m", str(folder), "--env-manager", "local",
        "-p", str(port), "-w", "1",
    ]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with started(command, health=f"http://127.0.0.1:{port}/health", environment={"PATH": path}):
        yield Asked(port, path="/invocations", body={"dataframe_split": features.to_dict(orient="split", index=False)})


def compare(loans: Loans, *, name: str, model: str, folder: Path) -> None:
    """Print latency and throughput of the three for one model."""
    loans.release(model)
    manifest = loans.runner.value(model)
    estimator = loans.runner.value(manifest["estimator"])
    train = loans.runner.value(loans.ready["features"]["train"])
    features = train[manifest["features"]].astype("float64").iloc[:1].reset_index(drop=True)
    with ours(loans) as headwater, mlflows(estimator, features, folder / name) as scoring:
        calls = {"headwater": headwater.client(), "mlflow": scoring.client(), "bare": lambda: estimator.predict(features)}
        found: dict[str, list[float]] = {each: [] for each in calls}
        for call in calls.values():
            timed_ms(call, WARM_UP)
        for _ in range(ROUNDS):
            for each, call in calls.items():
                found[each] += timed_ms(call, REQUESTS)
        rates = {"headwater": per_second(headwater), "mlflow": per_second(scoring)}
    rates["bare"] = 1000 / statistics.mean(found["bare"])
    report(name, found, rates)


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
    """Compare for a logistic regression and for a forest of 100 trees at n_jobs=1."""
    with tempfile.TemporaryDirectory() as folder:
        loans = built(Path(folder, "home"))
        compare(loans, name="logistic", model=loans.model, folder=Path(folder))
        compare(loans, name="forest", model=loans.train(1.0, trees=100), folder=Path(folder))


if __name__ == "__main__":
    main()

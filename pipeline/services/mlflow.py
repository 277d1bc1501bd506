"""MLflow's server and UI on this machine, over the tracking database that the steps write to."""

from __future__ import annotations

import sys

from pipeline.services.group import Services, answer

PORT = 5000
_PATIENCE_S = 60.0
_ALONE = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


def start_mlflow(services: Services) -> None:
    """Start MLflow at the port of `services.settings.mlflow_url` and wait until it answers.

    Raises:
        ServiceUnavailable: it ended, or does not answer in time.
    """
    settings = services.settings
    command = [
        sys.executable, "-P", "-m", "mlflow", "server", "--host", "127.0.0.1", "--workers", "1",
        "--port", settings.mlflow_url.rpartition(":")[2],
        "--backend-store-uri", settings.mlflow_uri,
        "--default-artifact-root", str(settings.home / "mlflow"),
    ]
    services.start("mlflow", command, extra=_ALONE)
    services.wait_until(lambda: _answers(settings.mlflow_url), what="MLflow", patience_s=_PATIENCE_S)


def _answers(url: str) -> bool:
    response = answer(f"{url}/health")
    return response is not None and response.status_code == 200

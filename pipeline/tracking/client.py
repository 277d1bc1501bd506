"""A client of MLflow: opened without races, quiet, and with one kind of error."""

from __future__ import annotations

import fcntl
import functools
import hashlib
import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.errors import Letter, ServiceUnavailable
from pipeline.settings import Settings, masked

if TYPE_CHECKING:
    from mlflow import MlflowClient

_DEFAULTS: Mapping[str, str] = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
}


@contextmanager
def speaking(settings: Settings) -> Iterator[MlflowClient]:
    """Give a client of the installation's MLflow; what goes wrong inside leaves as one kind of error.

    Raises:
        ServiceUnavailable: MLflow, its database or its artifact folder cannot be used.
    """
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow.exceptions import MlflowException
        from requests import RequestException
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with _addressed(settings.mlflow_uri):
                yield _opened(settings.mlflow_uri, str(settings.home), os.getpid())
        except Letter:
            raise
        except (MlflowException, RequestException, SQLAlchemyError, OSError) as error:
            raise ServiceUnavailable(
                f"MLflow at {masked(settings.mlflow_uri)} cannot be used",
                found=f"{type(error).__name__}: {masked(str(error)).strip().partition(chr(10))[0][:300]}",
                next_step="Nothing was half recorded: start MLflow, or free its disk, and run the task again.",
            ) from error


@contextmanager
def _addressed(uri: str) -> Iterator[None]:
    """Make `uri` MLflow's own default as well, which parts of it go by whatever client is asked."""
    import mlflow

    before = os.environ.get("MLFLOW_TRACKING_URI")
    mlflow.set_tracking_uri(uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)


@functools.lru_cache(maxsize=8)
def _opened(uri: str, home: str, process: int) -> MlflowClient:
    """Open MLflow once per process, one process at a time: its tables are made at the first touch."""
    from mlflow import MlflowClient

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    os.makedirs(home, exist_ok=True)
    with open(os.path.join(home, f"mlflow-{_short(uri)}.lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _knock(uri)
        client = MlflowClient(uri, registry_uri=uri)
        client.search_experiments(max_results=1)
        client.search_registered_models(max_results=1)
    return client


def _knock(uri: str) -> None:
    """Connect to a database once: MLflow itself would try for minutes before it says that there is none."""
    from sqlalchemy import create_engine, make_url

    if uri.startswith(("http:", "https:")):
        return
    if uri.startswith("sqlite:") and (file := make_url(uri).database):
        os.makedirs(os.path.dirname(os.path.abspath(file)), exist_ok=True)
    engine = create_engine(uri)
    engine.connect().close()
    engine.dispose()


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def experiment(client: MlflowClient, settings: Settings, *, dag: str) -> str:
    """Give the id of the DAG's experiment, made at its first use and brought back if it was deleted."""
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(dag)
    if found is None:
        served = settings.mlflow_uri.startswith(("http:", "https:"))
        place = None if served else str(settings.home / "mlflow" / _short(dag))
        try:
            return client.create_experiment(dag, artifact_location=place, tags={"headwater.dag": dag})
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            found = client.get_experiment_by_name(dag)
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
    return found.experiment_id

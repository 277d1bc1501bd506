"""All services of an installation together: Airflow, MLflow, and a server for every live release."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from lineage.store import Store
from pipeline.services.airflow import start_airflow
from pipeline.services.group import Services
from pipeline.services.inference import start_inference
from pipeline.services.mlflow import start_mlflow
from pipeline.services.ports import LOOPBACK, free_port
from pipeline.settings import Settings

_LOOK_EVERY_S = 1.0


class House:
    """Runs all services until it is interrupted. `say` is given one line at a time for people."""

    def __init__(self, settings: Settings, *, say: Callable[[str], None]) -> None:
        self.settings, self._say = settings, say
        self._servers: dict[str, str] = {}
        self._told_of_none = False

    def open(self, *, airflow_port: int, mlflow_port: int, server_port: int) -> None:
        """Start everything, say where it is, and stay until Ctrl-C (or SIGTERM); then stop everything.

        A port that is taken is replaced by a free one; an endpoint that goes live later gets its
        server then.

        Raises:
            ServiceUnavailable: services run in this home already, or one of ours ended.
            LineageError: the store cannot be opened.
        """
        store = Store.open(self.settings.store_url)
        settings = replace(
            self.settings,
            airflow_url=f"http://{LOOPBACK}:{free_port(airflow_port)}",
            mlflow_url=f"http://{LOOPBACK}:{free_port(mlflow_port)}",
        )
        try:
            with Services(settings) as services:
                self._start(services)
                while True:
                    self._serve_live(services, store, port=server_port)
                    services.check()
                    time.sleep(_LOOK_EVERY_S)
        except KeyboardInterrupt:
            self._say("All services have stopped.")

    def _start(self, services: Services) -> None:
        settings = services.settings
        self._say("Starting MLflow and Airflow (about 20 seconds) …")
        start_mlflow(services)
        self._say(f"MLflow      {settings.mlflow_url}")
        start_airflow(services)
        self._say(f"Airflow     {settings.airflow_url}")
        self._tell(services)
        self._say(f"Logs        {settings.home / 'logs'}")

    def _serve_live(self, services: Services, store: Store, *, port: int) -> None:
        """Start a server for every endpoint that has gone live since the last look."""
        endpoints = {release.endpoint for release in store.releases()} - set(self._servers)
        for endpoint in sorted(endpoints):
            if store.live(endpoint):
                server = start_inference(services, endpoint=endpoint, port=port)
                self._servers[endpoint] = server.url
                state = f"cannot answer: {server.trouble}" if server.trouble else "answers"
                self._say(f"Inference   {server.url}  for {endpoint} {state}")
                self._tell(services)
        if not self._servers and not self._told_of_none:
            self._told_of_none = True
            self._say("Inference   starts when a model is released: run a DAG in Airflow")

    def _tell(self, services: Services) -> None:
        """Let other commands know where everything is."""
        settings = services.settings
        services.tell(airflow=settings.airflow_url, mlflow=settings.mlflow_url, servers=self._servers)

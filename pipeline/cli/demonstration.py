"""What `headwater demo` shows: a run in Airflow, its summary, one request, the trace of its answer."""

from __future__ import annotations

import getpass
import json
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from lineage.records import Outcome
from lineage.store import Store
from pipeline.airflow.approval import APPROVE, NAME, NOTE
from pipeline.cli.dag_files import find_dag
from pipeline.cli.held_out import HeldOut, held_out
from pipeline.cli.output import near, print_heading, print_paragraph
from pipeline.cli.summarise import print_summary
from pipeline.cli.summary import summary
from pipeline.cli.trace import print_trace
from pipeline.errors import ReleaseRefused, ServiceUnavailable
from pipeline.services import dag_run
from pipeline.services.airflow import PORT, start_airflow
from pipeline.services.airflow_api import AirflowApi, TaskRun
from pipeline.services.group import Services
from pipeline.services.hold import running_in
from pipeline.services.inference import ask, start_inference
from pipeline.services.ports import LOOPBACK, free_port
from pipeline.settings import Settings
from pipeline.storage import Storage
from pipeline.trace import trace

_ALL = 1_000_000
_A_MOMENT_S = 2.0
"""What a person takes at least: Airflow loses an answer that comes before the asking process has ended."""


class Demonstration:
    """One DAG shown from its source to a traced prediction."""

    def __init__(self, dag: str, settings: Settings) -> None:
        """Look for the DAG, before anything is started.

        Raises:
            Misuse: there is no such DAG.
            DagBroken: its file cannot be read.
        """
        find_dag(settings.dags, dag)
        self.dag = dag
        self._up = running_in(settings.home)
        url = self._up.get("airflow") or f"http://{LOOPBACK}:{free_port(PORT)}"
        self.settings = replace(settings, airflow_url=url, mlflow_url=self._up.get("mlflow", ""))
        self.store = Store.open(settings.store_url)
        self.storage = Storage(settings.storage, self.store)
        self._took: dict[str, float] = {}

    def show(self) -> None:
        """Show everything, and leave nothing running that was not running before.

        Raises:
            RunFailed: the DAG run failed.
            ReleaseRefused: it released nothing that could be asked.
            ServiceUnavailable: a service did not start, or ended.
        """
        with Services(self.settings, beside="airflow" in self._up) as services:
            run = self._run(services)
            told = summary(self.store, self.storage, dag=self.dag, dag_run=run)
            print_summary(told)
            release = told["release"]
            if not release:
                raise ReleaseRefused(f"run {run} of {self.dag} released nothing that could be asked")
            about = held_out(self.store, self.storage, dag=self.dag, dag_run=run, model=release["model"])
            prediction = self._ask(services, release["endpoint"], about)
        print_trace(trace(self.store, self.storage, prediction["id"]))
        self._print_end(told, prediction)

    def _run(self, services: Services) -> str:
        """Run the DAG in Airflow and give the id of its run."""
        since = datetime.now(UTC)
        click.echo(f"Headwater runs {self.dag} through Airflow; everything is kept in {near(self.settings.home)}.")
        click.echo(f"What Airflow says goes to {near(self.settings.home / 'logs')}/airflow-*.log")
        with self._timed("starting Airflow"):
            api = AirflowApi(self.settings.airflow_url) if self._up else start_airflow(services)
            services.tell(airflow=self.settings.airflow_url, mlflow="", servers={})
        with self._timed("running the DAG"):
            if self._up:
                api.reread(self.dag)
            run = dag_run.begin(services, api, dag=self.dag, since=since)
            with _status() as busy:
                dag_run.follow(
                    services, api, dag=self.dag, run=run, tell=lambda task: self._tell(run, task),
                    asked=lambda task: self._sign(api, run, task), busy=busy,
                )
        return run

    def _sign(self, api: AirflowApi, run: str, task: TaskRun) -> None:
        """Sign in the name of whoever runs this: a demonstration that waited for a click would show nothing."""
        time.sleep(_A_MOMENT_S)
        name = getpass.getuser()
        note = "Signed by running the demonstration; nobody looked."
        api.answer(self.dag, run, task=task, choice=APPROVE, fields={NAME: name, NOTE: note})
        click.echo(f"  {task.name:<32}           asks a person in Airflow; signed as {name}, who runs this")

    def _tell(self, run: str, task: TaskRun) -> None:
        """Print what one task did: whether it succeeded, its seconds, how much of it was reused."""
        runs = self.store.runs(self.dag, run, limit=_ALL)
        own = [one for one in runs if one.task == task.task and one.airflow.get("map_index", -1) == task.map_index]
        reused = sum(one.outcome is Outcome.REUSED for one in own)
        what = "reused" if own and reused == len(own) else f"{reused} of {len(own)} steps reused" if reused else ""
        state = "" if task.state == "success" else task.state.replace("_", " ")
        click.echo(f"  {task.name:<32} {task.seconds:6.1f} s  {state or what}".rstrip())

    def _ask(self, services: Services, endpoint: str, about: HeldOut) -> dict[str, Any]:
        """Ask the inference server about a held-out row, print what was said, and give the prediction."""
        with self._timed("starting the inference server"):
            server = start_inference(services, endpoint=endpoint)
        if server.trouble:
            raise ServiceUnavailable(f"the inference server of {endpoint} cannot answer", found=server.trouble)
        print_heading(f"asking about row {about.row}, which training never saw")
        click.echo(f"POST {server.url}/predict")
        print_paragraph(json.dumps(about.request))
        with self._timed("one answer over HTTP"):
            prediction = ask(server.url, [about.request])["predictions"][0]
        click.echo("answer")
        print_paragraph(json.dumps(prediction))
        click.echo(f"in truth, {about.target} is {about.truth}")
        return dict(prediction)

    def _print_end(self, told: dict[str, Any], prediction: dict[str, Any]) -> None:
        steps = told["steps"]
        reused = sum(step["reused"] for step in steps)
        print_heading("time")
        for what, seconds in {**self._took, "in all": sum(self._took.values())}.items():
            click.echo(f"  {what:<32} {seconds:6.1f} s")
        if reused == len(steps):
            click.echo(f"All {reused} steps were reused: their code, parameters and inputs are unchanged.")
        elif reused:
            click.echo(f"{reused} of {len(steps)} steps were reused; the others, or what they read, had changed.")
        headwater, model = _command(), prediction["model"].partition("@")[0]
        print_heading("look further")
        for line in (
            f"{headwater} trace {prediction['id']} --json",
            f"{headwater} graph {model} --up",
            f"{headwater} show {model}",
            f"{headwater} worklist {self.dag}",
            f"{headwater} reproduce {model}",
            f"{headwater} up          Airflow, MLflow and the inference server, to look at in a browser",
        ):
            click.echo(f"  {line}")

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self._took[what] = time.monotonic() - began


@contextmanager
def _status() -> Iterator[Any]:
    """A function that shows on a terminal which tasks are at work, and nowhere else."""
    from rich.console import Console

    with Console(file=sys.stdout, highlight=False, markup=False).status("waiting for the first task") as status:
        yield lambda names: status.update(", ".join(names) or "waiting for Airflow")


def _command() -> str:
    """How to call `headwater` from here."""
    called = Path(sys.argv[0]).absolute()
    return "headwater" if shutil.which("headwater") == str(called) or called.name != "headwater" else near(called)

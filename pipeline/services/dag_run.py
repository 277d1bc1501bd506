"""One run of a DAG in Airflow, followed from its start to its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from lineage.errors import MOST_EXAMPLES
from pipeline.errors import DagBroken, Misuse, RunFailed, ServiceUnavailable
from pipeline.services.airflow import task_logs
from pipeline.services.airflow_api import AWAITING, DONE, AirflowApi, TaskRun
from pipeline.services.group import Services

_PREFIX = "demo__"
_LOOK_EVERY_S = 0.25
_READ_PATIENCE_S = 60.0
_LAST_LINES = 12
_NOISE = ("::", "Filling up the DagBag", "DAG bundles loaded", "Worker startup")


def begin(services: Services, api: AirflowApi, *, dag: str, since: datetime) -> str:
    """Start a run of `dag` as its file reads now, and give the run's id.

    What an earlier call began and nobody followed to its end is given up first.

    Raises:
        Misuse: Airflow has no DAG of that name.
        DagBroken: its file cannot be read.
        ServiceUnavailable: Airflow does not answer.
    """
    deadline = time.monotonic() + _READ_PATIENCE_S
    while not api.parsed_since(dag, since):
        services.check()
        if errors := api.import_errors():
            raise _broken(errors)
        if time.monotonic() > deadline:
            raise Misuse(f"Airflow found no DAG {dag} in {services.settings.dags}", next_step="See `headwater dags`.")
        time.sleep(_LOOK_EVERY_S)
    for abandoned in api.unfinished(dag):
        if abandoned.startswith(_PREFIX):
            api.give_up(dag, abandoned)
    run = f"{_PREFIX}{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"
    api.trigger(dag, run=run)
    return run


def follow(
    services: Services, api: AirflowApi, *, dag: str, run: str, tell: Callable[[TaskRun], None],
    asked: Callable[[TaskRun], None], busy: Callable[[list[str]], None],
) -> None:
    """Wait for the end of a run; `tell` is called once with each task that ends, `busy` with those at work.

    `asked` is called once with each task that waits for a person's answer.

    Leaving early, by Ctrl-C or an error, gives the run up.

    Raises:
        RunFailed: it did not succeed; the last lines of the first failed task say why.
        ServiceUnavailable: Airflow ended or does not answer.
    """
    told: set[tuple[str, int]] = set()
    waiting: set[tuple[str, int]] = set()
    try:
        while True:
            services.check()
            state, tasks = api.state(dag, run), api.tasks(dag, run)
            _tell_once([task for task in tasks if task.state in DONE], told, tell)
            _tell_once([task for task in tasks if task.state == AWAITING], waiting, asked)
            if state in DONE:
                break
            busy([task.name for task in tasks if task.state == "running"])
            time.sleep(_LOOK_EVERY_S)
    except KeyboardInterrupt:
        with suppress(ServiceUnavailable):
            api.give_up(dag, run)
        raise
    if state != "success":
        raise _failed(api, dag=dag, run=run, logs=task_logs(services.settings))


def _tell_once(tasks: list[TaskRun], told: set[tuple[str, int]], tell: Callable[[TaskRun], None]) -> None:
    for task in sorted(tasks, key=lambda task: task.ended_at):
        if (task.task, task.map_index) not in told:
            told.add((task.task, task.map_index))
            tell(task)


def _failed(api: AirflowApi, *, dag: str, run: str, logs: Path) -> RunFailed:
    failed = [task for task in api.tasks(dag, run) if task.state == "failed"]
    lines = [line for task in failed[:1] for line in api.log(dag, run, task=task) if not line.startswith(_NOISE)]
    where = " at task " + ", ".join(task.name for task in failed[:MOST_EXAMPLES]) if failed else ""
    return RunFailed(
        f"run {run} of {dag} failed{where}",
        found="what the task said last:\n" + "\n".join(lines[-_LAST_LINES:]) + "\n" if lines else "",
        next_step=f"All of it is in {logs / f'dag_id={dag}' / f'run_id={run}'}.",
    )


def _broken(errors: dict[str, str]) -> DagBroken:
    file, trace = next(iter(errors.items()))
    last = "\n".join(trace.splitlines()[-_LAST_LINES:])
    return DagBroken(f"the DAG file {file} cannot be read", found=f"the last lines:\n{last}")

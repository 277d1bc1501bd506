"""A chain rebuilt through Airflow: the DAG that Airflow has, its tasks told which recall they rebuild after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.chain import Work, listed
from pipeline.errors import DagBroken, Misuse
from pipeline.services.airflow_api import AirflowApi, TaskRun
from pipeline.services.dag_run import follow
from pipeline.services.group import Services
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.airflow import Dag


def why_not(url: str, dag: Dag, *, find: Callable[[str], Dag]) -> str:
    """Say why Airflow cannot run the chain of `dag`: its file, found by `find`, chains other tasks; "" if it can.

    Raises:
        ServiceUnavailable: Airflow does not answer.
    """
    with AirflowApi(url) as api:
        known = api.dag(dag.name)
    if known is None:
        return f"Airflow has no DAG {dag.name}"
    if known.get("is_paused"):
        return f"DAG {dag.name} is paused in Airflow"
    try:
        today = listed(find(dag.name).function)
    except (Misuse, DagBroken) as missing:
        return str(missing)
    return "" if _shape(today) == _shape(listed(dag.function)) else "its tasks are others today"


def run_in_airflow(
    settings: Settings,
    url: str,
    *,
    dag: str,
    dag_run: str,
    conf: Mapping[str, Any],
    tell: Callable[[str, str, float, str], None],
) -> None:
    """Run a DAG in the Airflow at `url` under the id `dag_run` to its end; one that was begun is gone on with.

    Raises:
        RunFailed: it did not succeed.
        ServiceUnavailable: Airflow does not answer, or ended.
    """
    with Services(settings, beside=True) as services, AirflowApi(url) as api:
        state = api.known_state(dag, dag_run)
        if not state:
            api.trigger(dag, run=dag_run, conf=conf)
        elif state == "failed":
            api.run_again(dag, dag_run)

        def told(task: TaskRun) -> None:
            tell(dag, task.name, task.seconds, task.state)

        def asked(task: TaskRun) -> None:
            tell(dag, task.name, 0.0, f"waits for an answer, at {url}/required_actions")

        follow(services, api, dag=dag, run=dag_run, tell=told, asked=asked, busy=lambda names: None)


def _shape(works: Mapping[str, Work]) -> list[tuple[Any, ...]]:
    """Which tasks a chain has, what each takes from which, and what mapped ones are mapped over."""
    return [
        (name, work.call, work.item, work.over, sorted(work.references.items(), key=str))
        for name, work in works.items()
    ]

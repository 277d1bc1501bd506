"""A DAG: a chain of stages by name, declared in Airflow or run here and now."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pipeline.artifacts.occasion import PHASES, Occasion
from pipeline.artifacts.charter_words import charter_in_words
from pipeline.chain import Here, conducted
from pipeline.errors import Misuse
from pipeline.settings import Settings

_RETRIES, _RETRY_DELAY_S = 1, 5


def dag(
    function: Callable[[], Any] | None = None,
    *,
    schedule: str | Sequence[str] | None = None,
    phase: str = "poc",
    owner: str = "headwater",
    tags: Sequence[str] = (),
    **options: Any,
) -> Any:
    """Make a DAG of a function whose body chains stages.

    `schedule` is a cron text, or sources' `.asset` names: the DAG runs when one of them is updated.
    `phase` is `poc` or `production`. Further options go to Airflow's DAG as they are.
    """
    if function is None:
        return functools.partial(dag, schedule=schedule, phase=phase, owner=owner, tags=tags, **options)
    return Dag(function=function, schedule=schedule, phase=phase, owner=owner, tags=tuple(tags), options=options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dag:
    """A chain of stages by name. Called, it declares the Airflow DAG; `run` runs it here and now."""

    function: Callable[[], Any]
    schedule: str | Sequence[str] | None = None
    phase: str = "poc"
    owner: str = "headwater"
    tags: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.phase not in PHASES:
            raise Misuse(f"dag {self.name} has phase {self.phase!r}", expected="one of " + ", ".join(PHASES))

    @property
    def name(self) -> str:
        """The DAG's id: the name of its function."""
        return self.function.__name__

    def __call__(self) -> Any:
        """Declare the DAG where Airflow is at work in this process; elsewhere do nothing and cost nothing.

        A DAG that was loaded from its kept text is never declared: Airflow has today's.
        """
        return self.declare() if "airflow.sdk" in sys.modules and not self._is_kept() else None

    def declare(self) -> Any:
        """Build the Airflow DAG: every stage a task or a group of tasks."""
        from datetime import timedelta

        from airflow import sdk

        from pipeline.airflow.tasks import Tasks

        tasks = Tasks(function=self.function, phase=self.phase)
        retry = {"retries": _RETRIES, "retry_delay": timedelta(seconds=_RETRY_DELAY_S), "owner": self.owner}
        with sdk.DAG(
            self.name,
            schedule=_schedule(self.schedule),
            tags=["headwater", self.phase, *self.tags],
            default_args=retry,
            catchup=False,
            **self.options,
        ) as built, conducted(tasks):
            self.function()
        built.doc_md = "\n\n".join([inspect.getdoc(self.function) or "", *map(charter_in_words, tasks.charters)])
        built.fileloc = self.function.__code__.co_filename
        return built

    def run(
        self,
        settings: Settings | None = None,
        *,
        dag_run: str | None = None,
        tell: Callable[[str, float, list[Any]], None] | None = None,
    ) -> str:
        """Run the chain in this process, without Airflow, and give the id of the DAG run.

        A run id that was used before goes on with the source versions it began with. `tell` is
        called after each task with its name, its seconds and what ran.
        """
        from pipeline.runner import Runner
        from pipeline.runner.body import keep_body

        run_id = dag_run or f"here__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"
        occasion = Occasion(dag=self.name, dag_run=run_id, phase=self.phase)
        runner = Runner.open(settings or Settings.from_environment(), occasion)
        keep_body(runner, self.function)
        with conducted(Here(runner, tell=tell)):
            self.function()
        return run_id

    def _is_kept(self) -> bool:
        from pipeline.code.own_modules import modules_of

        return modules_of(self.function.__code__.co_filename) is not None


def _schedule(schedule: str | Sequence[str] | None) -> Any:
    if schedule is None or isinstance(schedule, str):
        return schedule
    from airflow import sdk

    return [sdk.Asset(name=uri.rpartition("/")[2], uri=uri) for uri in schedule]

"""Headwater's DAGs in Airflow: the only module that speaks Airflow.

Importing it imports nothing of Airflow, so a DAG file costs milliseconds to read and can be run
without Airflow. A DAG file takes all its names from here, which also puts the word Airflow's file
discovery looks for into it.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from pipeline import stages
from pipeline.artifacts.occasion import PHASES, RECORDED, Occasion
from pipeline.chain import Here, Reference, Work, conducted, held, listed, perform
from pipeline.declared import Declared
from pipeline.errors import Misuse, Refused
from pipeline.settings import Settings
from pipeline.stages import (
    agreement, audit, consensus, correct, deploy, fit, human_level, ingest, join, label_errors, lookup, preprocess,
    relabel, split, stack, task, train, validate,
)

__all__ = [
    "Dag", "agreement", "audit", "consensus", "correct", "dag", "deploy", "fit", "human_level", "ingest", "join",
    "label_errors", "lookup", "preprocess", "recall_notifier", "relabel", "split", "stack", "task", "train", "validate",
]

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

        retry = {"retries": _RETRIES, "retry_delay": timedelta(seconds=_RETRY_DELAY_S), "owner": self.owner}
        with sdk.DAG(
            self.name,
            schedule=_schedule(self.schedule),
            tags=["headwater", self.phase, *self.tags],
            doc_md=self.function.__doc__,
            default_args=retry,
            catchup=False,
            **self.options,
        ) as built, conducted(_Tasks(self)):
            self.function()
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


class _Tasks:
    """Turns the work of a DAG into Airflow tasks."""

    def __init__(self, dag: Dag) -> None:
        self.dag = dag

    def group(self, name: str) -> AbstractContextManager[Any]:
        """A task group."""
        from airflow import sdk

        return sdk.TaskGroup(name)

    def task(self, work: Work) -> Reference:
        """A task, or with `over` a mapped one that shows its item's name."""
        from airflow import sdk

        mapped = {"map_index_template": "{{ headwater_item }}"} if work.over is not None else {}
        make = sdk.task(task_id=work.name, multiple_outputs=False, doc_md=_doc(work), **mapped)(carry_out)
        over = held(work.over)
        declared = Declared(replace(work, references={}, over=None if over is None else ()), self.dag)
        given = {"declared": declared, "references": held(work.references)}
        return Reference(make(**given) if over is None else make.partial(**given).expand(item=over))


def carry_out(declared: Declared, references: dict[str, Any], item: str | None = None) -> Any:
    """Do one task's work inside Airflow: what a policy refuses fails at once, anything else is retried."""
    from airflow import sdk
    from airflow.sdk.exceptions import AirflowFailException

    from pipeline.runner import Runner

    context = sdk.get_current_context()
    if item is not None:
        context["headwater_item"] = item
    settings = Settings.from_environment()
    runner = Runner.open(settings, _occasion(context, settings, declared.dag.phase))
    try:
        work = _chosen(runner, declared)
        return perform(runner, replace(work, references=_plain(references)), item)
    except (Refused, Misuse) as error:
        raise AirflowFailException(str(error)) from error
    finally:
        for ran in runner.ran:
            print(f"{ran.step}: {'reused' if ran.reused else 'ran'} in {ran.seconds:.2f} s, run {ran.run}")


def recall_notifier(recall: str = "") -> Any:
    """Make a notifier for callbacks of a DAG: `@dag(on_success_callback=recall_notifier())`.

    It alerts the owners of live releases that recalls reach, once each: of `recall` (a template),
    of the recall that the DAG run rebuilds after, or of all that stand. Where Airflow is not at work in
    this process nobody calls back, and it is None.
    """
    return _notifier_class()(recall) if "airflow.sdk" in sys.modules else None


@functools.cache
def _notifier_class() -> Any:
    from airflow import sdk

    class RecallNotifier(sdk.BaseNotifier):
        """Alerts the owners of live releases that recalls reach."""

        template_fields = ("recall",)

        def __init__(self, recall: str = "") -> None:
            super().__init__()
            self.recall = recall

        def notify(self, context: Any) -> None:
            """Alert them now."""
            from pipeline.recall.alert import alert_standing

            recall = self.recall or _asked(context).get("recall", "")
            for told in alert_standing(Settings.from_environment(), recall=recall):
                self.log.info("%s", told)

        async def async_notify(self, context: Any) -> None:
            """Alert them now."""
            self.notify(context)

    return RecallNotifier


def _asked(context: Any) -> dict[str, Any]:
    """What a DAG run was asked for in its conf; callbacks of a whole DAG know of no run."""
    return (getattr(context.get("dag_run"), "conf", None) or {}).get("headwater", {})


def _chosen(runner: Any, declared: Declared) -> Work:
    """The work of the task at hand: as its file declares it, or, in a rebuild by recorded code, as it did then."""
    from pipeline.runner.body import keep_body, kept_body

    occasion = runner.occasion
    if not (occasion.recall and occasion.code == RECORDED):
        keep_body(runner, declared.dag.function)
        return declared.work
    works = listed(kept_body(runner, occasion.dag, occasion.dag_run).function)
    if occasion.task not in works:
        raise Misuse(
            f"task {occasion.task} is not in the chain that DAG {occasion.dag} had when it was recorded",
            expected="one of " + ", ".join(works),
            next_step=f"Rebuild in process: `headwater rebuild {occasion.recall} --here`.",
        )
    return works[occasion.task]


def _occasion(context: Any, settings: Settings, phase: str) -> Occasion:
    instance, asked = context["ti"], _asked(context)
    place = f"/mapped/{instance.map_index}" if instance.map_index >= 0 else ""
    link = f"{settings.airflow_url}/dags/{instance.dag_id}/runs/{instance.run_id}/tasks/{instance.task_id}{place}"
    return Occasion(
        dag=instance.dag_id,
        dag_run=instance.run_id,
        task=instance.task_id,
        map_index=instance.map_index,
        try_number=instance.try_number,
        phase=phase,
        as_of=context.get("logical_date"),
        airflow_url=link if settings.airflow_url else "",
        recall=str(asked.get("recall", "")),
        code=asked.get("code", RECORDED),
    )


def _plain(value: Any) -> Any:
    """References as JSON: what a mapped task gave arrives as a lazy sequence."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return [_plain(item) for item in value]


def _doc(work: Work) -> str:
    """What the UI says of a task: the docstring of the user's function, or of the stage."""
    described = work.declared.get("function") or getattr(stages, work.name, None)
    return inspect.getdoc(described) or f"Runs `{work.call}`."


def _schedule(schedule: str | Sequence[str] | None) -> Any:
    if schedule is None or isinstance(schedule, str):
        return schedule
    from airflow import sdk

    return [sdk.Asset(name=uri.rpartition("/")[2], uri=uri) for uri in schedule]

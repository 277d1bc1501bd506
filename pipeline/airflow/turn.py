"""What a task of a DAG does when its turn comes in Airflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.airflow.declared import Declared
from pipeline.artifacts.occasion import RECORDED, Occasion
from pipeline.chain import Work, listed, perform
from pipeline.errors import Misuse, Refused
from pipeline.settings import Settings


def carry_out(
    declared: Declared,
    references: dict[str, Any],
    item: str | None = None,
    answer: Mapping[str, Any] | None = None,
) -> Any:
    """Do one task's work inside Airflow: what a policy refuses fails at once, anything else is retried.

    `answer` is what a person said who was asked first.
    """
    from airflow import sdk
    from airflow.sdk.exceptions import AirflowFailException

    context = sdk.get_current_context()
    if item is not None:
        context["headwater_item"] = item
    runner = runner_at(context, declared)
    try:
        work = _chosen(runner, declared)
        said = {} if answer is None else {"answer": answer}
        work = replace(work, references=plain(references), declared={**work.declared, **said})
        return perform(runner, work, item)
    except (Refused, Misuse) as error:
        raise AirflowFailException(str(error)) from error
    finally:
        for ran in runner.ran:
            print(f"{ran.step}: {'reused' if ran.reused else 'ran'} in {ran.seconds:.2f} s, run {ran.run}")


def runner_at(context: Any, declared: Declared) -> Any:
    """A runner on the occasion of the task at hand."""
    from pipeline.runner import Runner

    settings = Settings.from_environment()
    return Runner.open(settings, _occasion(context, settings, declared.phase))


def asked(context: Any) -> dict[str, Any]:
    """What a DAG run was asked for in its conf; callbacks of a whole DAG know of no run."""
    return (getattr(context.get("dag_run"), "conf", None) or {}).get("headwater", {})


def _chosen(runner: Any, declared: Declared) -> Work:
    """The work of the task at hand: as its file declares it, or, in a rebuild by recorded code, as it did then."""
    from pipeline.runner.body import keep_body, kept_body

    occasion = runner.occasion
    if not (occasion.recall and occasion.code == RECORDED):
        keep_body(runner, declared.function)
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
    instance, conf = context["ti"], asked(context)
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
        recall=str(conf.get("recall", "")),
        code=conf.get("code", RECORDED),
    )


def plain(value: Any) -> Any:
    """Give references as JSON: what a mapped task gave arrives as a lazy sequence."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return [plain(item) for item in value]

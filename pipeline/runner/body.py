"""The body of a DAG, kept as code: what a DAG run chained can be run again, whatever its file says today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from lineage.errors import NotRecorded
from lineage.records import Outcome
from pipeline.code import Commit, bundle, load, reach
from pipeline.errors import HeadwaterError, Misuse
from pipeline.runner.beginning import CODE
from pipeline.runner.earlier import BASE
from pipeline.step import Made, Step

if TYPE_CHECKING:
    from pipeline.runner.runner import Runner

BODY = "#body"
"""What a DAG run pins its body as."""

STAGE = "chain"
"""The stage of the run that keeps a body: it is no part of the data's path."""


def keep_body(runner: Runner, function: Callable[..., Any]) -> str:
    """Keep the body that a DAG run begins with, unless it has one; its reference, "" for one that cannot be kept."""
    occasion = runner.occasion
    pinned = runner.store.pinned(occasion.dag, occasion.dag_run, BODY)
    if pinned is not None:
        return pinned
    return runner.store.pin(occasion.dag, occasion.dag_run, BODY, saved_body(runner, function))


def saved_body(runner: Runner, function: Callable[..., Any]) -> str:
    """Save a body, once for every version of its text, and give its reference.

    A function that cannot be found again by name (made inside another) is not kept: "".
    """
    try:
        bundled = bundle(function, reach(function))
    except Misuse:
        return ""
    reference = f"{CODE}/{_name(runner)}@{runner.storage.digest(CODE, bundled)}"
    if _is_there(runner, reference):
        return reference
    step = Step(
        name="body",
        stage=STAGE,
        function=named,
        parameters={"name": _name(runner)},
        secrets={"bundled": bundled},
        reusable=False,
    )
    return runner.run(step).outputs["body"]


def kept_body(runner: Runner, dag: str, dag_run: str) -> Any:
    """Give the DAG as it was when a DAG run began, from its kept text alone.

    Raises:
        HeadwaterError: its body was not kept.
        ArtifactMissing: the bytes of its body are gone.
    """
    reference = runner.store.pinned(dag, dag_run, BODY)
    if not reference:
        raise HeadwaterError(
            f"the body of DAG {dag} was not kept in its run {dag_run}",
            expected="a function at the top level of a DAG file",
            next_step="Use today's code instead: `headwater rebuild … --code today`.",
        )
    return load(runner.value(reference), commit=_commit(runner, dag, dag_run))


def named(*, bundled: Mapping[str, Any], name: str) -> dict[str, Made]:
    """Give a bundle the name of its DAG."""
    return {"body": Made(CODE, bundled, name=name)}


def _is_there(runner: Runner, reference: str) -> bool:
    try:
        return runner.storage.exists(runner.store.artifact(reference))
    except NotRecorded:
        return False


def _commit(runner: Runner, dag: str, dag_run: str) -> Commit:
    """The commit of the project's code in a DAG run, or the one it began with: that of a step of the user's, or any."""
    begun_with = runner.store.pinned(dag, dag_run, BASE) or dag_run
    found = [
        runner.store.run(run.reused_from) if run.outcome is Outcome.REUSED else run
        for run in runner.store.runs(dag, begun_with, limit=1_000)
        if run.outcome in (Outcome.REUSED, Outcome.SUCCEEDED)
    ]
    own = [run for run in found if any(use.role == CODE for use in run.outputs)] or found
    return Commit(own[0].git_commit, own[0].git_dirty) if own else Commit("", dirty=False)


def _name(runner: Runner) -> str:
    return f"{runner.occasion.dag}.body"

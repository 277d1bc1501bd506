"""The part of an audit that analyses errors: which steps it runs, on what, and how they rest on one another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.artifacts.errortable import ErrorTable
from pipeline.auditing.errors.analysis import ErrorAnalysis
from pipeline.auditing.errors.sample import CRITERION, UNTAGGED, sample_errors
from pipeline.auditing.errors.table import tabulate
from pipeline.auditing.errors.worklist import work
from pipeline.step import Depends, Effect, Known, Rule, Step

STAGE = "auditing"
_TAGS = ".tags"


def analyse(
    runner: Any, *, model: str, answers: str, rows: str, asked: ErrorAnalysis, beside: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Analyse the errors among a model's answers; give the references `sample`, `tagged`, `errors` and `worklist`.

    `beside` are the references `search` and `curve`, where they were made: the worklist takes up what they say.

    What people said of errors of this DAG's models, as last taken in, counts for those it is about. A DAG run
    goes on with what it began with.

    Raises:
        AuditRefused: the function of a tag does not answer as it must.
        Misuse: the analysis does not suit the problem.
    """
    found = runner.run(_sampling(runner, asked), {"model": model, "answers": answers, "rows": rows}).outputs
    facts = runner.describe(found["tagged"]).facts
    about = {"untagged": facts[UNTAGGED], "criterion": facts[CRITERION], "asked": asked.to_json()}
    inputs = {"model": model, "sample": found["sample"], "tagged": found["tagged"]}
    judgements = _judgements(runner)
    errors = _counted(runner, inputs, name=_name(runner), judgements=judgements, about=about)
    return {**found, "errors": errors, "worklist": _worked(runner, errors, name=_name(runner), beside=beside or {})}


def again(runner: Any, errors: str, *, judgements: str) -> dict[str, str]:
    """Count anew what a table counts, with other judgements of people; give the references `errors` and `worklist`.

    They have the names that the audit gave them: the runner is one that is at work on no DAG.
    """
    table, name = ErrorTable.from_json(runner.value(errors)), runner.describe(errors).name.removesuffix(_TAGS)
    about = {name: runner.store.producer(errors).parameters[name] for name in ("untagged", "criterion", "asked")}
    inputs = {"model": table.model, "sample": table.sample, "tagged": table.tagged}
    counted = _counted(runner, inputs, name=name, judgements=judgements, about=about)
    return {"errors": counted, "worklist": _worked(runner, counted, name=name, beside=_beside(runner, errors))}


def tags_of(dag: str) -> str:
    """Name the source of what people say of the errors of a DAG's models."""
    return f"{dag}_tags"


def tag_versions(store: Any, dag: str) -> list[str]:
    """The versions of what people said of a DAG's errors, as references, the last published first."""
    return [one.reference for one in store.versions("dataset", tags_of(dag))]


def _judgements(runner: Any) -> str:
    dag, dag_run = runner.occasion.dag, runner.occasion.dag_run
    if (pinned := runner.store.pinned(dag, dag_run, tags_of(dag))) is not None:
        return str(pinned)
    versions = tag_versions(runner.store, dag)
    return runner.store.pin(dag, dag_run, tags_of(dag), versions[0]) if versions else ""


def _counted(
    runner: Any, inputs: Mapping[str, str], *, name: str, judgements: str, about: Mapping[str, Any]
) -> str:
    references = {**inputs, "judgements": judgements}
    given = {**inputs, **({"judgements": judgements} if judgements else {})}
    step = Step(
        name=name + _TAGS,
        stage=STAGE,
        function=tabulate,
        parameters={**about, "references": references},
        depends=tuple(Depends(role, Rule.EVERY_ROW, Effect.DECISION) for role in given),
    )
    return runner.run(step, given).outputs["errors"]


def _worked(runner: Any, errors: str, *, name: str, beside: Mapping[str, str]) -> str:
    inputs = {"errors": errors, **beside}
    step = Step(
        name=f"{name}.worklist",
        stage=STAGE,
        function=work,
        parameters={"reference": errors},
        depends=tuple(Depends(role, Rule.EVERY_ROW, Effect.DECISION) for role in inputs),
    )
    return runner.run(step, inputs).outputs["worklist"]


def _beside(runner: Any, errors: str) -> dict[str, str]:
    """What else the worklist that was made of a table took up."""
    for run in runner.store.consumers(errors):
        if any(use.artifact.kind == "worklist" for use in run.outputs):
            return {use.role: use.artifact.reference for use in run.inputs if use.role != "errors"}
    return {}


def _sampling(runner: Any, asked: ErrorAnalysis) -> Step:
    """Each row's values and tags are its own; which rows are errors, and read, was decided by all of them."""
    known = Known.SAMPLED if asked.functions else Known.BY_CONSTRUCTION
    roles = ("sample", "tagged")
    own = [Depends("answers", Rule.SAME_ROW, output=role) for role in roles]
    own += [Depends("rows", Rule.SAME_ROW, output=role, known=known) for role in roles]
    both = [(name, role) for name in ("answers", "model") for role in roles]
    decided = [Depends(name, Rule.EVERY_ROW, Effect.DECISION, output=role) for name, role in both]
    return Step(
        name=f"{_name(runner)}.errors",
        stage=STAGE,
        function=sample_errors,
        parameters={"asked": asked.to_json()},
        context={"functions": asked.functions} if asked.functions else {},
        depends=(*own, *decided),
        allow_empty=True,
    )


def _name(runner: Any) -> str:
    return runner.occasion.task or "audit"

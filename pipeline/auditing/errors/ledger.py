"""The ledger of work: what each audit said to do next, what was chosen, and whether the next model did better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.artifacts.errortable import ErrorTable
from pipeline.artifacts.worklist import Choice, Progress, Worklist
from pipeline.auditing.errors.choice import choose
from pipeline.auditing.errors.progress import progress
from pipeline.auditing.errors.worklist import READING
from pipeline.errors import ArtifactErased, ArtifactMissing
from pipeline.step import Depends, Effect, Rule, Step

WORKLIST = "worklist"
STEP = "work_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A choice, when it was made, and what became of it."""

    choice: Choice
    at: datetime
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A worklist, its reference and when it was first made."""

    reference: str
    at: datetime
    worklist: Worklist


def work_on(runner: Any, *, dag: str, worklist: str, name: str, by: str, reason: str) -> str:
    """Record that somebody works on an item of a DAG's worklist, as a run of its own; the reference of the choice.

    The runner is one that is at work on no DAG.

    Raises:
        Misuse: the worklist has no such item, or nobody or no reason is named.
    """
    step = Step(
        name=f"{dag}.{STEP}",
        stage="auditing",
        function=choose,
        parameters={"name": name, "reference": worklist, "by": by, "reason": reason},
        depends=(Depends(WORKLIST, Rule.EVERY_ROW, Effect.DECISION),),
        reusable=False,
    )
    return runner.run(step, {WORKLIST: worklist}).outputs["choice"]


def dags_with_work(store: Any) -> list[str]:
    """Name the DAGs whose audits made worklists, in order."""
    return sorted({_dag(artifact.name) for artifact in store.artifacts(WORKLIST)})


def worklists(runner: Any, dag: str) -> list[Dated]:
    """Give the worklists of a DAG, the newest first."""
    found = [
        Dated(
            reference=artifact.reference,
            at=runner.store.producer(artifact.reference).started_at,
            worklist=Worklist.from_json(runner.value(artifact.reference)),
        )
        for artifact in runner.store.artifacts(WORKLIST)
        if _dag(artifact.name) == dag
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


def chosen(runner: Any, dag: str, *, found: list[Dated]) -> list[Chosen]:
    """Give what was chosen from the worklists `found` of a DAG, the newest first, and what became of it."""
    made = runner.store.versions("choice", f"{dag}.{STEP}")
    choices = [(runner.store.producer(one.reference).started_at, Choice(**runner.value(one.reference))) for one in made]
    return [
        Chosen(choice=choice, at=at, progress=_progress(runner, choice, at=at, found=found))
        for at, choice in sorted(choices, key=lambda one: one[0], reverse=True)
    ]


def _dag(name: str) -> str:
    return name.partition(".")[0]


def _progress(runner: Any, choice: Choice, *, at: datetime, found: list[Dated]) -> Progress:
    by_reference: Mapping[str, Dated] = {one.reference: one for one in found}
    if choice.worklist not in by_reference:
        return Progress.unknown("Its worklist was deleted")
    before = by_reference[choice.worklist].worklist
    item = before.item(choice.name)
    later = [one.worklist for one in found if one.at > at and one.worklist.model != choice.model]
    if not later:
        return Progress.unknown("No other model was audited since")
    if item is None or item.kind == READING:
        return Progress.unknown("Reading errors makes nothing better by itself")
    return _compared(runner, choice.name, before, _last_of(later, model=later[-1].model))


def _last_of(later: list[Worklist], *, model: str) -> Worklist:
    """The newest worklist of a model: people may have read more of its errors since its audit."""
    return next(one for one in later if one.model == model)


def _compared(runner: Any, tag: str, before: Worklist, after: Worklist) -> Progress:
    try:
        tables = [ErrorTable.from_json(runner.value(one.errors)) for one in (before, after)]
        rows = (runner.value(tables[0].tagged), runner.value(tables[1].tagged))
    except (ArtifactErased, ArtifactMissing) as gone:
        return Progress.unknown(str(gone), model=after.model)
    return progress(tag, before=tables[0], after=tables[1], tagged=rows)

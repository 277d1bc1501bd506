"""What a rebuild did, told from the store alone: how each step came by its results, and what is another now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lineage.records import BESIDE, Outcome, Run
from lineage.store import Store
from pipeline.runner.body import STAGE

REUSED, PARTLY, FULL, FAILED = "reused", "incremental", "full", "failed"
REFUSED = "ReleaseRefused"
_ALL = 1_000_000
_MADE = (Outcome.SUCCEEDED, Outcome.REUSED)
_Place = tuple[str, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltStep:
    """One step: `how` it came by its results is `reused`, `incremental`, `full` or `failed`.

    Of an incremental one, `again` of its `rows` rows were made anew. `code_changed` says that its code
    is another than the recorded one.
    """

    task: str
    step: str
    stage: str
    how: str
    run: str
    seconds: float
    again: int | None = None
    rows: int | None = None
    code_changed: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """One artifact: what it was in the DAG run before ("" if it had none) and what it is now, by reference."""

    kind: str
    name: str
    before: str
    after: str

    @property
    def same(self) -> bool:
        """Whether it came out equal, so that nothing below it had to be made again for its sake."""
        return self.before == self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltDag:
    """One DAG: `dag_run` rebuilds `base` with `sources` replaced (name: before and after), through Airflow or here.

    `causes` are why results can be others: `data`; `code` where today's differs from the recorded, or
    `environment` where recorded code ran under other libraries. `refused` is a gate's refusal to release
    what was rebuilt, `failed` why the chain did not come to its end; both "" where all went well.
    `note` says what was chosen and why.
    """

    dag: str
    base: str
    dag_run: str
    through: str
    sources: dict[str, tuple[str, str]]
    causes: tuple[str, ...]
    steps: tuple[RebuiltStep, ...] = ()
    made: tuple[Remade, ...] = ()
    refused: str = ""
    failed: str = ""
    note: str = ""


def steps_of(store: Store, *, dag: str, dag_run: str, base: str) -> tuple[RebuiltStep, ...]:
    """Tell every step of a DAG run that rebuilds `base`, by its last run, in the order of the work.

    Raises:
        StoreUnreachable: the store cannot be read.
    """
    before = {place: _origin(store, run) for place, run in last_runs(store, dag, base).items()}
    found = last_runs(store, dag, dag_run)
    return tuple(_step(run, origin=_origin(store, run), before=before.get(place)) for place, run in found.items())


def made_in(store: Store, *, dag: str, dag_run: str, base: str) -> tuple[Remade, ...]:
    """Tell every artifact that a DAG run made or took over, beside what `base` had in its place.

    Raises:
        StoreUnreachable: the store cannot be read.
    """
    before, after = (_outputs(last_runs(store, dag, one).items()) for one in (base, dag_run))
    return tuple(
        Remade(kind=kind, name=name, before=before.get(where, ("", "", ""))[2], after=reference)
        for where, (kind, name, reference) in after.items()
    )


def last_runs(store: Store, dag: str, dag_run: str) -> dict[_Place, Run]:
    """The last run of every step in every task of a DAG run, by task, map index and step, in their order.

    Raises:
        StoreUnreachable: the store cannot be read.
    """
    last: dict[_Place, Run] = {}
    for run in store.runs(dag, dag_run, limit=_ALL):
        if run.stage != STAGE:
            last.setdefault((run.task, run.airflow.get("map_index", -1), run.step), run)
    return dict(sorted(last.items(), key=lambda one: (one[1].started_at, one[1].id)))


def is_complete(runs: Iterable[Run]) -> bool:
    """Whether there are runs and all of them made what they were to make."""
    outcomes = {run.outcome for run in runs}
    return bool(outcomes) and outcomes <= set(_MADE)


def _step(run: Run, *, origin: Run, before: Run | None) -> RebuiltStep:
    """Tell one step; what an earlier try of the same DAG run did counts as done by it."""
    run = origin if origin.dag_run == run.dag_run else run
    partly = run.facts.get("incremental") or {}
    seconds = (run.ended_at - run.started_at).total_seconds() if run.ended_at else 0.0
    return RebuiltStep(
        task=run.task,
        step=run.step,
        stage=run.stage,
        how=_how(run, partly),
        run=run.id,
        seconds=seconds,
        again=partly.get("again"),
        rows=partly.get("of"),
        code_changed=before is not None and before.code_digest != origin.code_digest,
        error=run.error,
    )


def _how(run: Run, partly: dict[str, Any]) -> str:
    if run.outcome not in _MADE:
        return FAILED
    return REUSED if run.outcome is Outcome.REUSED else PARTLY if partly else FULL


def _origin(store: Store, run: Run) -> Run:
    """The run that did the work of a reused one; any other is its own."""
    return store.run(run.reused_from) if run.reused_from else run


def _outputs(runs: Iterable[tuple[_Place, Run]]) -> dict[tuple[Any, ...], tuple[str, str, str]]:
    """Kind, name and reference of what runs made, by place, role and position."""
    return {
        (*place, use.role, use.position): (use.artifact.kind, use.artifact.name, use.artifact.reference)
        for place, run in runs
        for use in run.outputs
        if use.artifact.kind not in BESIDE and run.outcome in _MADE
    }

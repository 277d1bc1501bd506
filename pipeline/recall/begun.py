"""The DAG runs that stand on recalled rows, and the DAG runs that begin to rebuild them.

A rebuild is a DAG run like any other, except that it begins with pins: those of the DAG run it
rebuilds, with corrected versions of sources. Its name follows from the recall, so that a rebuild
that was stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, groupby

from lineage.records import Recall
from pipeline.recall.amended import amended
from pipeline.recall.faults import faults
from pipeline.recall.rebuilt import is_complete, last_runs
from pipeline.runner import Runner
from pipeline.runner.body import BODY
from pipeline.runner.earlier import BASE
from pipeline.storage.tables import StoredTables

PREFIX = "recall__"


@dataclass(frozen=True, slots=True)
class Basis:
    """A DAG run that stands on recalled rows."""

    dag: str
    dag_run: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A DAG run that rebuilds another; of `sources` the versions before and after, by name; `also` applied recalls."""

    dag_run: str
    sources: dict[str, tuple[str, str]]
    also: tuple[str, ...]


def standing_on(runner: Runner, recall: Recall) -> list[Basis]:
    """Find, for each DAG, the latest complete run that took in rows which the recall says are wrong, by name of DAG.

    Where none was complete, it is the latest. From a version that was deleted nothing can be rebuilt.

    Raises:
        StoreUnreachable: the store cannot be read.
    """
    tables, known = StoredTables(runner.store, runner.storage), {recall.version: True, recall.corrected: False}

    def is_wrong(reference: str) -> bool:
        if reference not in known:
            wrong = faults(runner.store, tables, recall, among=[reference]).starts
            known[reference] = reference in wrong and not runner.store.buried(reference)
        return known[reference]

    pinning = sorted(runner.store.pinning(recall.source), key=lambda one: one[0])
    found = []
    for dag, pinned in groupby(pinning, key=lambda one: one[0]):
        standing = (Basis(dag, dag_run) for _, dag_run, reference in pinned if is_wrong(reference))
        if basis := _best(runner, standing):
            found.append(basis)
    return found


def begin(runner: Runner, recall: Recall, basis: Basis, *, body: str, standing: Sequence[Recall]) -> Begun:
    """Pin what a rebuild of `basis` begins with; asked again, give the DAG run that began with the same before.

    All recalls of its sources that are `standing` are applied, each to its source, oldest first.

    Raises:
        SourceRejected: a source would have no row left.
        ArtifactMissing: the bytes of a version are gone.
        ArtifactCorrupt: the bytes of a version are not what was recorded.
        StoreUnreachable: the store cannot be written.
    """
    pins = runner.store.pins(basis.dag, basis.dag_run)
    found = {
        name: amended(runner, pins[name], [one for one in standing if one.source == name])
        for name in dict.fromkeys(one.source for one in standing)
        if name in pins
    }
    wanted = {**pins, **{name: one.reference for name, one in found.items()}, BASE: basis.dag_run, BODY: body}
    dag_run = _name(runner, recall, basis.dag, wanted)
    for name, reference in wanted.items():
        runner.store.pin(basis.dag, dag_run, name, reference)
    sources = {name: (pins[name], one.reference) for name, one in found.items() if one.applied}
    also = tuple(one for each in found.values() for one in each.applied if one != recall.id)
    return Begun(dag_run, sources, also)


def _best(runner: Runner, standing: Iterator[Basis]) -> Basis | None:
    latest = None
    for basis in standing:
        latest = latest or basis
        if is_complete(last_runs(runner.store, basis.dag, basis.dag_run).values()):
            return basis
    return latest


def _name(runner: Runner, recall: Recall, dag: str, wanted: dict[str, str]) -> str:
    """The first of the recall's names that is free, or whose DAG run began with the very same."""
    for number in count(1):
        name = f"{PREFIX}{recall.id}" + (f"__{number}" if number > 1 else "")
        pinned = runner.store.pins(dag, name)
        if all(pinned.get(key, reference) == reference for key, reference in wanted.items()):
            return name
    raise AssertionError("numbers do not end")

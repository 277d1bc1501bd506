"""A row that a model never saw, as a client would ask about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage.errors import NotRecorded
from lineage.records import Artifact

if TYPE_CHECKING:
    from lineage.store import Store
    from pipeline.storage import Storage

_ALL = 1_000_000
_HELD_OUT = ("test", "dev")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """A row by its id, what a request says about it, and the truth in the column `target`."""

    row: int
    request: dict[str, Any]
    target: str
    truth: Any


def held_out(store: Store, storage: Storage, *, dag: str, dag_run: str, model: str) -> HeldOut:
    """Take the first row of a DAG run's test part (of dev, if there is no test part), as the model's entry has it.

    `model` is the reference of the model that is to be asked: the request holds the columns it requires.

    Raises:
        NotRecorded: the run made no such part.
    """
    from pipeline.artifacts.model import Model
    from pipeline.cell import to_json

    manifest = Model.from_json(storage.load(store.artifact(model)))
    part = storage.load(_part(store, dag=dag, dag_run=dag_run))
    entry = storage.load(store.artifact(manifest.source))
    row = int(part.index[0])
    place = entry.index.get_loc(row)
    request = {"row": str(row), **{column: to_json(entry[column].iloc[place]) for column in manifest.required}}
    truth = to_json(part[manifest.target].iloc[0])
    return HeldOut(row=row, request=request, target=manifest.target, truth=truth)


def _part(store: Store, *, dag: str, dag_run: str) -> Artifact:
    runs = store.runs(dag, dag_run, limit=_ALL)
    parts = {use.artifact.facts.get("part"): use.artifact for run in runs for use in run.outputs if use.artifact.rows}
    for name in _HELD_OUT:
        if name in parts:
            return parts[name]
    raise NotRecorded(f"run {dag_run} of {dag} held no rows out", expected="a part called test or dev")

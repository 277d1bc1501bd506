"""The rows that questions are about: those of a dataset or a model, and those a prediction names, with their values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pandas as pd

from lineage.errors import Letter, NotRecorded
from lineage.records import Artifact
from lineage.store import Store
from pipeline.artifacts.model import Model
from pipeline.cell import to_json
from pipeline.errors import Misuse
from pipeline.storage import Storage
from pipeline.storage.tables import StoredTables


def source_rows(store: Store, storage: Storage, reference: str) -> list[int]:
    """List the ids of the rows of a dataset, or of those a model was trained on, in ascending order.

    `reference` is whatever the store can find: a whole reference, a name, the beginning of a digest.

    Raises:
        NotRecorded: nothing is recorded by that reference.
        Misuse: it is neither a dataset nor a model.
        ArtifactMissing: the bytes are gone.
        ArtifactCorrupt: the bytes are not what was recorded.
    """
    return [int(row) for row in storage.load(table_of(store, storage, reference)).index]


def table_of(store: Store, storage: Storage, reference: str) -> Artifact:
    """Find the dataset whose rows are asked for: the artifact itself, or what a model was trained on.

    Raises: as `source_rows`.
    """
    artifact = store.artifact(reference)
    if artifact.kind == "model":
        artifact = store.artifact(Model.from_json(storage.load(artifact)).trained_on)
    if artifact.kind != "dataset":
        raise Misuse(f"{artifact.reference} has no rows", expected="a dataset or a model", found=artifact.kind)
    return artifact


def is_source(artifact: Artifact) -> bool:
    """Whether an artifact is a version of a source, as it was ingested."""
    return artifact.kind == "dataset" and artifact.facts.get("source") == artifact.name


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a version of a dataset, with its values by column."""

    artifact: Artifact
    id: int
    values: Mapping[str, Any]

    def to_json(self, stated: Mapping[str, Any] | None = None, *, keys: Sequence[str] = ()) -> dict[str, Any]:
        """Describe the row; `differs` names the columns in which a request `stated` something else."""
        plain = {column: to_json(value) for column, value in self.values.items()}
        types = self.artifact.facts.get("types") or {}
        shared = [column for column in stated or {} if column in plain]
        return {
            "id": str(self.id),
            "keys": {name: plain[name] for name in self.artifact.facts.get("keys") or keys if name in plain},
            "values": plain,
            "differs": [name for name in shared if _differ(stated[name], plain[name], kind=types.get(name, ""))],
        }


class Finder:
    """Finds rows in the versions of datasets; what cannot be read is told in `missing`."""

    def __init__(self, store: Store, tables: StoredTables) -> None:
        self._store, self._tables = store, tables
        self.missing: list[str] = []

    def rows(self, artifact: Artifact, ids: Iterable[int]) -> list[Row]:
        """Give those of the rows `ids` that a version has, ascending by id."""
        try:
            table = self._tables.rows(artifact.reference, ids)
        except Letter as error:
            self.missing.append(str(error))
            return []
        columns = {name: list(column) for name, column in table.items()}
        return [
            Row(artifact, row, {name: column[place] for name, column in columns.items()})
            for place, row in enumerate(table.index.tolist())
        ]

    def row(self, name: str, row: int, known: Iterable[Artifact]) -> Row | None:
        """Find a row of the dataset `name`, first in the `known` versions, then in others, the newest first."""
        tried = list(known)
        for artifact in chain(tried, self._others(name, tried)):
            if found := self.rows(artifact, [row]):
                return found[0]
        return None

    def _others(self, name: str, known: Sequence[Artifact]) -> Iterator[Artifact]:
        """Give the other versions of a dataset only when they are asked for."""
        seen = {artifact.reference for artifact in known}
        try:
            versions = self._store.versions("dataset", name)
        except NotRecorded:
            return
        yield from (artifact for artifact in versions if artifact.reference not in seen)


def _differ(stated: Any, kept: Any, *, kind: str) -> bool:
    if kind == "datetime" and isinstance(stated, str) and isinstance(kept, str):
        return bool(_moment(stated) != _moment(kept))
    return bool(stated != kept)


def _moment(text: str) -> Any:
    """Give the time a text stands for, as one instant, or the text itself where it is none."""
    try:
        moment = pd.Timestamp(text)
    except ValueError:
        return text
    return moment.tz_localize("UTC") if moment.tzinfo is None else moment

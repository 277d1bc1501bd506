"""A released model, loaded: from rows as they arrive to answers, by the very functions of training.

A request takes the way its model's training rows took: the row-wise functions, the user's from the
source text kept with the model, and lookups; then each fitted transform, then the estimator.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lineage.store import Store
from pipeline.artifacts.answer import Answers
from pipeline.artifacts.model import Model
from pipeline.errors import HeadwaterError, RequestRejected
from pipeline.serving.asking import Asking
from pipeline.serving.columns import Columns
from pipeline.serving.lookup import PINNED, Seen, ServedLookup
from pipeline.serving.sourcerows import SourceRows
from pipeline.serving.way import Stretch, way_of
from pipeline.storage import Storage


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: a class or a number, and the probability (0 to 1) of every class, None for a number.

    `looked_up` notes what its row looked up, in the order of the way.
    """

    prediction: Any
    probability: Mapping[str, float] | None
    looked_up: tuple[Seen, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the answer as a JSON object."""
        return {"prediction": self.prediction, "probability": self.probability and dict(self.probability)}


class Predictor:
    """Answers rows with one version of a model. Safe to call from many threads at once."""

    def __init__(
        self, manifest: Model, *, way: Sequence[Stretch], estimator: Any, columns: Columns, rows: SourceRows
    ) -> None:
        self.manifest = manifest
        self._columns = columns
        self._way = tuple(way)
        self._asking = Asking(estimator, features=manifest.features)
        self._rows = rows

    @classmethod
    def load(
        cls,
        reference: str,
        *,
        store: Store,
        storage: Storage,
        lookups: str = PINNED,
        versions: Sequence[str] | None = None,
    ) -> Predictor:
        """Load a model version with all it needs; every artifact is verified as it is read.

        `lookups` says in which version of a table to look up: the `pinned` one or the `latest`;
        `versions` which ones to take for those pinned, one for each lookup in the order of the way.

        Raises:
            LineageError: the model or a part of it is not recorded, or the store cannot be reached.
            ArtifactMissing: bytes are gone.
            ArtifactCorrupt: bytes are not what was recorded.
            Misuse: the manifest or a function of it cannot be used.
        """
        manifest = Model.from_json(storage.load(store.artifact(reference)))
        source = store.artifact(manifest.source)
        rows = SourceRows(name=manifest.source_name, version=source, store=store, storage=storage)
        columns = Columns(
            manifest.types,
            required=manifest.required,
            categories=rows.categories,
            missing=source.facts.get("missing"),
            like=rows.empty,
        )
        way = way_of(manifest, store=store, storage=storage, lookups=lookups, versions=versions)
        estimator = storage.load(store.artifact(manifest.estimator))
        return cls(manifest, way=way, estimator=estimator, columns=columns, rows=rows)

    def refresh(self) -> None:
        """Take the latest version of each table looked up in, where the release says so.

        Raises:
            LineageError: the store cannot be read.
            HeadwaterError: a new version cannot be used; the one before stays.
        """
        for stretch in self._way:
            if isinstance(stretch, ServedLookup):
                stretch.refresh()

    def typed(self, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        """Type rows given by column name as the entry's, numbered from 0.

        Raises:
            RequestRejected: columns are missing or unknown, or values not of their type.
        """
        return self._columns.frame(rows)

    def answer(self, rows: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Answer rows given by column name, in their order: `typed`, then `predict`.

        Raises:
            RequestRejected: as those two.
        """
        return self.predict(self.typed(rows))

    def predict(self, frame: pd.DataFrame) -> list[Answer]:
        """Answer the rows of a frame of the entry's columns and dtypes, in their order.

        Raises:
            RequestRejected: a step leaves a row out or cannot take it, or the model has no finite answer.
        """
        features, looked_up = self._taken(frame.copy(deep=False))
        answers = self._asked(features)
        names = [str(label) for label in answers.classes]
        tables = [None] * len(frame) if answers.probability is None else answers.probability.tolist()
        return [
            Answer(_finite(value), None if table is None else dict(zip(names, table, strict=True)), seen)
            for value, table, seen in zip(answers.answer.tolist(), tables, looked_up, strict=True)
        ]

    def _taken(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[Seen, ...]]]:
        """Take rows all the way to their features; and what each looked up."""
        noted: list[list[Seen]] = []
        for stretch in self._way:
            if isinstance(stretch, ServedLookup):
                frame, seen = stretch.look(frame)
                noted.append(seen)
            else:
                frame = stretch(frame)
        return frame, list(zip(*noted, strict=True)) if noted else [()] * len(frame)

    def _asked(self, features: pd.DataFrame) -> Answers:
        try:
            return self._asking(features)
        except (ValueError, TypeError, HeadwaterError) as error:
            raise RequestRejected(
                "the model cannot answer these rows",
                found=f"{type(error).__name__}: {str(error).partition(chr(10))[0]}",
                next_step="A value that is null or far outside what it was trained on is the usual cause.",
            ) from error

    def standing(
        self, rows: Sequence[Mapping[str, Any]], frame: pd.DataFrame, stated: Sequence[int | None]
    ) -> list[int | None]:
        """Find the entry row that each of `rows` (typed: `frame`) names: by its id in `stated`, or by its key columns.

        Raises:
            RequestRejected: an id is none of the entry's rows, or not that of the row's key.
        """
        return self._rows.standing(rows, frame, stated)

    def schema(self) -> dict[str, Any]:
        """Say what a row looks like, as a JSON object."""
        manifest = self.manifest
        return {
            "columns": dict(manifest.types),
            "required": list(manifest.required),
            "keys": sorted(self._rows.key),
            "source": manifest.source_name,
            "lookups": [stretch.reference for stretch in self._way if isinstance(stretch, ServedLookup)],
            "target": manifest.target,
            "problem": manifest.problem,
            "classes": list(manifest.classes),
        }


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise RequestRejected("the model has no finite answer for a row", found=str(value))
    return value

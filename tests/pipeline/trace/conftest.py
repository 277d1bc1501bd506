"""A small history written by hand: three applications, a model trained on two of them, one served answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lineage.records import Artifact, Dependency, Effect, Known, Outcome, Prediction, Release, Rule, Run, Use
from lineage.store import Store
from pipeline.artifacts.model import Model
from pipeline.storage import Storage
from tests.pipeline.seekers import Seekers, built

MORNING = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MODEL_FIELDS = {
    "name": "loans", "candidate": "logistic", "problem": "classification", "target": "approved",
    "features": ("income",), "classes": (0, 1), "positive": 1, "source_name": "applications",
    "types": {"income": "integer", "approved": "integer"}, "required": ("income",), "trained_rows": 2,
    "metric": "f1", "estimator": "estimator/loans@00",
}


@dataclass(frozen=True)
class History:
    """The store and storage of the history, with the references it is about."""

    store: Store
    storage: Storage
    source: Artifact
    train: Artifact
    model: Artifact

    def keep(self, kind: str, name: str, value: Any, **facts: Any) -> Artifact:
        """Save a value and describe it as an artifact."""
        saved = self.storage.save(kind, value)
        return Artifact(
            kind=kind, name=name, digest=saved.digest, place=saved.place, checksum=saved.checksum,
            size_bytes=saved.size_bytes, rows=saved.rows, facts=facts,
        )

    def ran(
        self, step: str, inputs: Sequence[Artifact], output: Artifact, *, hour: int, stage: str = "training",
        known: Known = Known.BY_CONSTRUCTION,
    ) -> None:
        """Record one finished run of one output, every row of which rests on every row of the inputs."""
        began = MORNING + timedelta(hours=hour)
        depends = [
            Dependency(
                output=output.reference, input=each.reference, rule=Rule.EVERY_ROW, effect=Effect.MODEL, known=known
            )
            for each in inputs
        ]
        self.store.record([Run(
            id=f"run-{step}", step=step, stage=stage, dag="loans", dag_run="first", outcome=Outcome.SUCCEEDED,
            started_at=began, ended_at=began, code_digest=f"code-{step}", git_commit="c0ffee",
            parameters={"hour": hour}, mlflow_run_id="mlflow-7" if step == "model" else "",
            inputs=tuple(Use(role="data", artifact=each, position=place) for place, each in enumerate(inputs)),
            outputs=(Use(role="data", artifact=output),), dependencies=tuple(depends),
        )])

    def predicted(self, name: str, *, release: int = 1, rows: tuple[tuple[str, int], ...] = (), **stated: Any) -> None:
        """Log one answer of the model."""
        self.store.log_predictions([Prediction(
            id=name, at=MORNING, endpoint="loans", release=release, model=self.model.reference,
            input=stated, output={"prediction": 1, "probability": {"0": 0.25, "1": 0.75}}, rows=rows,
        )])


def applications() -> pd.DataFrame:
    """Give three applications, the second without an income."""
    index = pd.Index([-5, 11, 12], name="row", dtype="int64")
    columns = {"income": pd.array([30, None, 50], dtype="Int64"), "approved": pd.array([0, 1, 1], dtype="Int64")}
    return pd.DataFrame(columns, index=index)


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Record the history: source, training rows, model, release 1."""
    store, storage = Store(f"sqlite:///{tmp_path}/lineage.db"), Storage(str(tmp_path / "artifacts"))
    nothing = Artifact(kind="dataset", name="applications", digest="00")
    empty = History(store, storage, nothing, nothing, nothing)
    frame = applications()
    source = empty.keep(
        "dataset", "applications", frame, source="applications", keys=["income"],
        types={"income": "integer"}, provenance={"supplier": "a bank", "licence": "CC0-1.0"},
    )
    train = empty.keep("dataset", "loans.fit.train", frame.iloc[:2])
    manifest = Model(**MODEL_FIELDS, source=source.reference, trained_on=train.reference)
    model = empty.keep("model", "loans", manifest.to_json())
    history = History(store, storage, source, train, model)
    history.ran("ingest", [], source, hour=0, stage="ingestion")
    history.ran("split", [source], train, hour=1, stage="preprocessing")
    history.ran("model", [train], model, hour=2, known=Known.SAMPLED)
    store.release(Release(endpoint="loans", model=model.reference, by="ana", reason="first"))
    return history


@pytest.fixture
def seekers(tmp_path: Path) -> Seekers:
    """Give a project with an aggregate and lookups on its way, up to a model that is not yet released."""
    return built(tmp_path / "seekers")

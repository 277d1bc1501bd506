"""A small project, run for real: applications with a key, two row-wise steps, a fitted scaler, a released model."""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
import uvicorn
from fastapi import FastAPI

from lineage.records import Release
from lineage.store import Store
from pipeline.artifacts.model import Model
from pipeline.preprocessing.fit import fit
from pipeline.preprocessing.parameters import with_parameters
from pipeline.preprocessing.preprocess import preprocess
from pipeline.preprocessing.split import split
from pipeline.preprocessing.transforms import Transform
from pipeline.rows import row_ids
from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings
from pipeline.step import Depends, Effect, Made, Rule, Step
from pipeline.storage import Storage
from tests.pipeline.seekers import Seekers, built as seekers_in

PROJECT = """
from pipeline.step import rowwise


@rowwise
def ratios(rows):
    kept = rows[rows["income"].isna() | (rows["income"] > 0)]
    return kept.assign(ratio=kept["loan"].astype("float64") / kept["income"].astype("float64"))


@rowwise
def capped(rows, *, most):
    return rows.assign(ratio=rows["ratio"].clip(upper=most), town=rows["town"].str.lower())
"""
TYPES = {
    "case": "text",
    "income": "integer",
    "loan": "number",
    "town": "category",
    "note": "text",
    "approved": "integer",
}
CASES = 80


def applications(seed: int = 0, cases: int = CASES) -> pd.DataFrame:
    """Make applications whose approval follows from loan and income, with some incomes null."""
    random = np.random.default_rng(seed)
    income, loan = random.integers(1, 100, cases), random.uniform(1, 300, cases).round(2)
    columns = {
        "case": pd.array([f"A{seed}-{number}" for number in range(cases)], dtype="str"),
        "income": pd.array(income, dtype="Int64"),
        "loan": loan,
        "town": pd.Categorical(random.choice(["Bonn", "Aachen", "Celle"], cases)),
        "note": pd.array([None] * cases, dtype="str"),
        "approved": pd.array((loan / income < 4).astype(int), dtype="Int64"),
    }
    return pd.DataFrame(columns)


def read(*, frame: pd.DataFrame) -> dict[str, Made]:
    """Take in a source as ingestion does."""
    facts = {"source": "applications", "types": TYPES, "keys": ["case"], "provenance": {"supplier": "a bank"}}
    return {"data": Made("dataset", frame, facts=facts, name="applications", named_by="applications")}


def trained(*, train: pd.DataFrame, weight: float, trees: int) -> dict[str, Made]:
    """Fit a logistic regression, or a forest of so many trees."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    features = [name for name in train.columns if name != "approved"]
    estimator = RandomForestClassifier(trees, random_state=0, n_jobs=1) if trees else LogisticRegression(C=weight)
    estimator.fit(train[features].astype("float64"), train["approved"].astype(int))
    return {"estimator": Made("estimator", estimator)}


def assembled(*, manifest: dict[str, Any], **_: Any) -> dict[str, Made]:
    """Write the manifest."""
    return {"model": Made("model", Model(**manifest).to_json(), name="loans")}


@dataclass
class Loans:
    """The project: its places, its source, and what makes another model of it."""

    settings: Settings
    runner: Runner
    functions: ModuleType
    source: str
    ready: dict[str, Any]
    model: str

    @property
    def store(self) -> Store:
        """The metadata store."""
        return self.runner.store

    @property
    def storage(self) -> Storage:
        """The bytes."""
        return self.runner.storage

    def ingest(self, frame: pd.DataFrame) -> str:
        """Take in a version of the source; give its reference."""
        record = self.store.register_source("applications", schema=TYPES, key=("case",))
        ids = row_ids(frame, source="applications", secret=record.secret, key=record.key, types=TYPES)
        frame = frame.set_index(pd.Index(ids, name="row")).sort_index()
        step = Step(name="ingest", stage="ingestion", function=read, context={"frame": frame})
        return self.runner.run(step).outputs["data"]

    def train(self, weight: float, *, trees: int = 0) -> str:
        """Train a model on what is ready; give its reference."""
        train = self.ready["features"]["train"]
        depends = (Depends("train", Rule.EVERY_ROW, Effect.MODEL),)
        given = {"weight": weight, "trees": trees}
        step = Step(name="train", stage="training", function=trained, parameters=given, depends=depends)
        estimator = self.runner.run(step, {"train": train}).outputs["estimator"]
        manifest = {
            "name": "loans",
            "candidate": "logistic",
            "problem": "classification",
            "target": "approved",
            "features": [name for name in self.runner.value(train).columns if name != "approved"],
            "classes": [0, 1],
            "positive": 1,
            "estimator": estimator,
            "transforms": list(self.ready["transforms"]),
            "source": self.source,
            "source_name": "applications",
            "types": TYPES,
            "required": ["income", "loan", "town"],
            "path": self.runner.path(train),
            "apply": self.ready["apply"],
            "trained_on": train,
            "trained_rows": len(self.runner.value(train)),
            "metric": "f1",
        }
        inputs = {"estimator": estimator, "train": train}
        assemble = Step(
            name="model",
            stage="training",
            function=assembled,
            parameters={"manifest": manifest},
            depends=tuple(Depends(role, Rule.EVERY_ROW, Effect.MODEL) for role in inputs),
        )
        return self.runner.run(assemble, inputs).outputs["model"]

    def release(self, model: str = "") -> Release:
        """Put a model live."""
        return self.store.release(Release(endpoint="loans", model=model or self.model, by="ana", reason="better"))


def built(home: Path, *, prepared: bool = True) -> Loans:
    """Run the project in `home` up to a model that is not yet released; without its steps if not `prepared`."""
    settings = Settings.from_environment({"HEADWATER_HOME": str(home), "HEADWATER_DAGS": str(home)})
    home.mkdir(exist_ok=True)
    file = home / "loans.py"
    file.write_text(PROJECT)
    spec = importlib.util.spec_from_file_location("loans_project", file)
    functions = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(functions)
    runner = Runner.open(settings, Occasion(dag="loans", dag_run="first"))
    loans = Loans(settings, runner, functions, "", {}, "")
    loans.source = loans.ingest(applications())
    steps = [functions.ratios, with_parameters(functions.capped, most=50.0)] if prepared else []
    rows = preprocess(runner, data=loans.source, steps=steps)
    parts = split(runner, data=rows, target="approved", sizes={"train": 0.75, "test": 0.25})
    scale = Transform("scale", estimator="sklearn.preprocessing.StandardScaler", columns=["ratio", "loan"])
    towns = Transform(
        "towns", estimator="sklearn.preprocessing.OneHotEncoder", columns=["town"], handle_unknown="ignore"
    )
    transforms = [scale, towns] if prepared else []
    features = ["ratio", "loan", "town"] if prepared else ["income", "loan"]
    loans.ready = fit(runner, parts=parts, transforms=transforms, features=features)
    loans.model = loans.train(1.0)
    return loans


@pytest.fixture
def loans(tmp_path: Path) -> Loans:
    """Give the project with release 1 live."""
    loans = built(tmp_path / "home")
    loans.release()
    return loans


@pytest.fixture
def seekers(tmp_path: Path) -> Seekers:
    """Give a project with an aggregate and lookups on its way, up to a model that is not yet released."""
    return seekers_in(tmp_path / "seekers")


@pytest.fixture
def later() -> pd.DataFrame:
    """Give a later version of the source, with other cases."""
    return applications(1)


@contextmanager
def serving(app: FastAPI) -> Iterator[httpx.Client]:
    """Serve `app` on a free loopback port, on a thread of this process, and ask it."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    limits = httpx.Limits(max_connections=64)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30, limits=limits) as client:
        yield client
    server.should_exit = True
    thread.join()


@pytest.fixture
def serve() -> Any:
    """Give what serves an app."""
    return serving

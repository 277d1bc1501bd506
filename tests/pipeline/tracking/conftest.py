"""A small project run for real up to a chosen model, with an MLflow of its own to look into."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.preprocessing.fit import fit
from pipeline.preprocessing.preprocess import preprocess
from pipeline.preprocessing.split import split
from pipeline.preprocessing.transforms import Transform
from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings
from pipeline.step import Made, Step, rowwise
from pipeline.tracking.client import speaking
from pipeline.training.candidates import Candidate
from pipeline.training.select import select
from pipeline.training.train import train_candidate

LOANS = 240
TYPES = {
    "income": "number", "loan": "number", "town": "text", "note": "text", "denied": "integer", "cost": "number",
    "year": "integer",
}


def applications(*, seed: int) -> dict[str, Made]:
    """Make applications that are denied where the loan is large for the income, and their cost."""
    random = np.random.default_rng(seed)
    income, loan = random.uniform(1, 100, LOANS), random.uniform(1, 300, LOANS)
    columns = {
        "income": income,
        "loan": loan,
        "town": pd.array(random.choice(["Bonn", "Celle", "Aachen", "Trier"], LOANS), dtype="str"),
        "note": pd.array(["-"] * LOANS, dtype="str"),
        "denied": pd.array((loan / income + random.normal(0, 1, LOANS) > 4).astype(int), dtype="Int64"),
        "cost": 3 * loan + random.normal(0, 5, LOANS),
        "year": pd.array(np.repeat(np.arange(1990, 2020), LOANS // 30), dtype="Int64"),
    }
    index = pd.Index(np.sort(random.integers(1, 2**62, LOANS)), name="row")
    facts = {"source": "loans", "types": TYPES, "keys": [], "provenance": {}}
    return {"data": Made("dataset", pd.DataFrame(columns, index=index), facts=facts, name="loans")}


@rowwise
def ratio(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the loan in relation to the income."""
    return rows.assign(ratio=rows["loan"] / rows["income"])


def prepare(
    runner: Runner, *, target: str | None = "denied", seed: int = 0, steps: Sequence[Any] = (ratio,), **policy: Any
) -> Mapping[str, Any]:
    """Take the applications to fitted features: give what the fit stage gives."""
    step = Step(name="ingest", stage="ingestion", function=applications, parameters={"seed": seed})
    rows = preprocess(runner, data=runner.run(step).outputs["data"], steps=list(steps))
    parts = split(runner, data=rows, target=target, **policy)
    scale = Transform("scale", estimator="sklearn.preprocessing.StandardScaler", columns=["income", "loan"])
    features = ["income", "loan", "ratio"] if ratio in steps else ["income", "loan"]
    return fit(runner, parts=parts, transforms=[scale], features=features)


@pytest.fixture(scope="session")
def new_mlflow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make MLflow's tables once: the file of a database that nothing was logged to."""
    home = tmp_path_factory.mktemp("mlflow")
    with speaking(Settings.from_environment({"HEADWATER_HOME": str(home)})):
        return home / "mlflow.db"


@pytest.fixture
def begun(tmp_path: Path, new_mlflow: Path) -> Callable[..., Runner]:
    """Open runners over one store, storage and MLflow of the test's own, each as a new process would."""
    settings = Settings.from_environment({"HEADWATER_HOME": str(tmp_path / "home")})
    settings.home.mkdir(parents=True)
    shutil.copy(new_mlflow, settings.home)

    def begin(dag_run: str = "first", **occasion: Any) -> Runner:
        return Runner.open(settings, Occasion(dag="lending", dag_run=dag_run, **occasion))

    return begin


@dataclass(frozen=True)
class Trained:
    """One trained and chosen candidate, with all the references on its way."""

    runner: Runner
    ready: Mapping[str, Any]
    candidate: Mapping[str, str]
    model: str


def train_one(
    runner: Runner, *, target: str = "denied", metric: str = "f1", estimator: str = "", **parameters: Any
) -> Trained:
    """Take the project to a chosen model."""
    ready = prepare(runner, target=target)
    declared = Candidate("only", estimator=estimator or "sklearn.linear_model.LogisticRegression", **parameters)
    made = train_candidate(runner, ready=ready, candidate=declared, metric=metric, folds=2)
    return Trained(runner, ready, made, select(runner, ready=ready, estimators=[made], metric=metric))


@pytest.fixture
def prepared() -> Callable[..., Mapping[str, Any]]:
    """Take the project up to fitted features."""
    return prepare


@pytest.fixture
def trained() -> Callable[..., Trained]:
    """Take the project to a chosen model, on any target and by any estimator."""
    return train_one


@pytest.fixture
def looked() -> Callable[[Runner], Any]:
    """Give a client of a runner's MLflow, to look at what was logged."""

    def look(runner: Runner) -> Any:
        with speaking(runner.settings) as client:
            return client

    return look

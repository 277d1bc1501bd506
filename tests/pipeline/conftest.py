"""A small project whose model is trained for real, for the stages that come after training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

ROWS = 300


def loans(*, shift: float = 0.0) -> pd.DataFrame:
    """Make loan applications with ids 1 to 300: refused when the debt is high against the income, with some noise."""
    random = np.random.default_rng(7)
    income, debt = random.uniform(20, 100, ROWS), random.uniform(0, 80, ROWS)
    return pd.DataFrame(
        {
            "income": income,
            "debt": debt,
            "denied": (debt + random.normal(0, 10, ROWS) > income * 0.6 + shift).astype(int),
            "male": pd.array(np.where(np.arange(ROWS) % 29 == 0, None, random.integers(0, 2, ROWS)), dtype="Int64"),
            "race": pd.array(random.choice(["black", "white"], ROWS, p=[0.3, 0.7]), dtype="str"),
        },
        index=pd.Index(np.arange(1, ROWS + 1), name="row"),
    )


def read(*, shift: float) -> dict[str, Any]:
    """Take the applications in as ingestion does."""
    from pipeline.step import Made

    types = {"income": "number", "debt": "number", "denied": "integer", "male": "integer", "race": "text"}
    facts = {"source": "loans", "types": types, "keys": [], "provenance": {}}
    return {"data": Made("dataset", loans(shift=shift), facts=facts, name="loans")}


@dataclass
class Project:
    """The project at one place: its runner, and a model whenever one is asked for."""

    runner: Any
    steps: list[Callable[..., Any]] = field(default_factory=list)

    def at(self, **occasion: Any) -> Project:
        """The same project on another occasion."""
        return replace(self, runner=self.runner.at(replace(self.runner.occasion, **occasion)))

    def ready(
        self, *, shift: float = 0.0, sizes: Mapping[str, float] | None = None, features: Any = ("income", "debt")
    ) -> Any:
        """Run the stages from source to features."""
        from pipeline.preprocessing.fit import fit
        from pipeline.preprocessing.preprocess import preprocess
        from pipeline.preprocessing.split import split
        from pipeline.preprocessing.transforms import Transform
        from pipeline.step import Step

        step = Step(name="loans", stage="ingestion", function=read, parameters={"shift": shift})
        data = self.runner.run(step).outputs["data"]
        if self.steps:
            data = preprocess(self.runner, data=data, steps=self.steps)
        parts = split(self.runner, data=data, target="denied", sizes=sizes or {"train": 0.5, "test": 0.5})
        scale = Transform("scale", estimator="sklearn.preprocessing.StandardScaler", columns=list(features))
        return fit(self.runner, parts=parts, transforms=[scale], features=list(features))

    def trained(self, ready: Mapping[str, Any], **parameters: Any) -> str:
        """Train a logistic regression and register it; the reference of the model."""
        from pipeline.training.candidates import Candidate
        from pipeline.training.select import select
        from pipeline.training.train import train_candidate

        candidate = Candidate("logistic", estimator="sklearn.linear_model.LogisticRegression", **parameters)
        estimator = train_candidate(self.runner, ready=ready, candidate=candidate, metric="f1", folds=3)
        return select(self.runner, ready=ready, estimators=[estimator], metric="f1")


@pytest.fixture(scope="module")
def loans_runner(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A runner with a store, a storage and an MLflow of the test file's own."""
    from pipeline.runner import Occasion, Runner
    from pipeline.settings import Settings

    home = tmp_path_factory.mktemp("home")
    return Runner.open(Settings.from_environment({"HEADWATER_HOME": str(home)}), Occasion(dag="none", dag_run="first"))


@pytest.fixture
def project(loans_runner: Any, request: pytest.FixtureRequest) -> Project:
    """The project as a DAG of the test's own: its endpoint, models and registry are untouched by others."""
    name = "".join(mark if mark.isalnum() else "_" for mark in request.node.name)
    return Project(loans_runner).at(dag=name)

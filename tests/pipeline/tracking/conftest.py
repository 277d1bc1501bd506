"""A small project run for real up to a chosen model, with an MLflow of its own to look into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from pipeline.runner import Runner
from pipeline.tracking.client import speaking
from pipeline.training.candidates import Candidate
from pipeline.training.select import select
from pipeline.training.train import train_candidate

from ..training.conftest import begun, new_mlflow, prepare, prepared

__all__ = ["begun", "looked", "new_mlflow", "prepared", "trained"]


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

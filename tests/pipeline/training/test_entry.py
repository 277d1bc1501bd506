"""Where the way of a model's rows begins."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from pipeline.artifacts.model import Model
from pipeline.training.candidates import Candidate
from pipeline.training.entry import entry_of
from pipeline.training.select import select
from pipeline.training.train import train_candidate


def ranked(rows: pd.DataFrame) -> pd.DataFrame:
    """Put every loan in relation to all others."""
    return rows.assign(ratio=rows["loan"].rank(pct=True))


def test_below_an_opaque_step_its_output_is_the_entry(begun: Callable, prepared: Callable) -> None:
    """A model can be trained and says that its rows are those that the step made, with their types."""
    runner = begun()
    ready = prepared(runner, steps=(ranked,))
    tree = Candidate("tree", estimator="sklearn.tree.DecisionTreeClassifier")
    made = train_candidate(runner, ready=ready, candidate=tree, metric="f1", folds=0)
    model = Model.from_json(runner.value(select(runner, ready=ready, estimators=[made], metric="f1")))
    assert (model.source_name, model.path) == ("lending.ranked", ())
    assert model.types["ratio"] == "number" and model.required == ("income", "loan")
    assert entry_of(runner, train=ready["features"]["train"]) == model.source

"""A model that learnt from changed labels is asked like any other."""

from __future__ import annotations

import pandas as pd

from pipeline.artifacts.model import Model
from pipeline.labelling.correct import correct
from pipeline.labelling.relabel import relabel
from pipeline.labelling.rules import LabelRule
from pipeline.preprocessing.fit import fit
from pipeline.preprocessing.split import split
from pipeline.serving.predictor import Predictor
from pipeline.step import Step
from tests.pipeline.conftest import read

RULE = LabelRule("nobody with a high income is refused", where="income > 90", then=0)


def sheet() -> pd.DataFrame:
    """Corrections of everybody with one debt, of whom there is none."""
    columns = {"debt": [-1.0], "label": pd.array([1], "Int64"), "by": pd.array(["ann"], "str")}
    return pd.DataFrame(columns, index=pd.Index([1], name="row"))


def test_a_request_needs_no_label(project):
    """Labels are relabelled and corrected on the way to training; a row without one is answered."""
    runner = project.runner
    data = runner.run(Step(name="loans", stage="ingestion", function=read, parameters={"shift": 0.0})).outputs["data"]
    ruled = relabel(runner, data=data, label="denied", rules=[RULE], by="ann", reason="by law")
    corrections = runner.run(Step(name="sheet", stage="ingestion", function=sheet)).outputs["data"]
    right = correct(runner, data=ruled, corrections=corrections, on="debt", label="denied", unknown="leave")
    assert not runner.value(right).query("income > 90")["denied"].any()
    parts = split(runner, data=right, target="denied", sizes={"train": 0.5, "test": 0.5})
    model = project.trained(fit(runner, parts=parts, transforms=[], features=["income", "debt"]))
    manifest = Model.from_json(runner.value(model))
    assert manifest.source == data and [step["step"] for step in manifest.path] == ["relabel"]
    assert "denied" not in manifest.required
    predictor = Predictor.load(model, store=runner.store, storage=runner.storage)
    answers = predictor.answer([{"income": 95.0, "debt": 1.0}, {"income": 20.0, "debt": 79.0}])
    assert [answer.prediction for answer in answers] == [0, 1]

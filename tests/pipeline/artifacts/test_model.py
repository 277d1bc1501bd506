"""A model's manifest is legal once built, and survives JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.artifacts.model import Model
from pipeline.errors import Misuse

MANIFEST = {
    "name": "loans", "candidate": "logistic", "problem": "classification", "target": "denied",
    "features": ["income", "loan"], "estimator": "estimator/loans.train_logistic@ab12",
    "transforms": ["transform/loans.fit_scale@cd34"], "classes": [0, 1], "positive": 1,
    "source": "dataset/applications@ef56", "source_name": "applications", "types": {"income": "number"},
    "required": ["income"], "path": [{"step": "ratios", "function": "", "code": "code/x@01", "parameters": {}}],
    "apply": {"function": "pipeline.preprocessing.fitted:apply_transforms", "parameters": {}},
    "selection": "selection/loans.select@ee99", "trained_on": "dataset/loans.fit.train@aa77", "trained_rows": 1193,
    "metric": "f1", "metrics": {"dev": {"f1": {"value": 0.5, "defined": True, "n": 9}}},
}


def test_a_manifest_survives_json() -> None:
    """What is written as JSON is read back as the same model."""
    model = Model.from_json(MANIFEST)
    assert Model.from_json(json.loads(json.dumps(model.to_json()))) == model
    assert model.to_json() == MANIFEST


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("problem", "ranking", "expected classification or regression"),
        ("features", [], "features are empty"),
        ("features", ["denied"], "hold the target 'denied'"),
        ("classes", [1], "with 1 classes"),
        ("positive", "yes", "positive class 'yes' is none of its classes"),
        ("estimator", "logistic", "expected kind/name@digest: 'logistic' as estimator"),
        ("transforms", ["dataset/x@12"], "'dataset/x@12' as transform"),
    ],
)
def test_an_illegal_manifest_cannot_be_built(field: str, value: Any, said: str) -> None:
    """Each rule of a manifest names the field that breaks it."""
    with pytest.raises(Misuse, match=said):
        Model.from_json(MANIFEST | {field: value})


def test_fields_that_are_missing_or_unknown_are_named() -> None:
    """A manifest of another shape says which fields are odd."""
    odd = {name: value for name, value in MANIFEST.items() if name != "metric"} | {"run": "1"}
    with pytest.raises(Misuse, match="metric, run"):
        Model.from_json(odd)


def test_a_regression_has_no_classes() -> None:
    """Classes and regression exclude each other."""
    with pytest.raises(Misuse, match="a regression model with 2 classes"):
        Model.from_json(MANIFEST | {"problem": "regression"})

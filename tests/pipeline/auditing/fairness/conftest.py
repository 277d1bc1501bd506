"""Two groups small enough to work by hand, real people, and the way from answers to what is found of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.artifacts.audit import Figure, Group
from pipeline.artifacts.fairness import FairnessAudit
from pipeline.auditing.fairness.examine import fairness
from pipeline.auditing.fairness.policy import Fairness
from pipeline.auditing.intervals import wilson

DIGEST = "0" * 32
REFERENCES = {"model": f"model/loans@{DIGEST}", "rows": f"dataset/t@{DIGEST}"}
ADULT = Path(os.environ.get("HEADWATER_TEST_DATA", Path(__file__).parents[5] / "shared" / "data")) / "adult/adult.csv"


@pytest.fixture
def manifest() -> dict[str, Any]:
    """A classifier's manifest: 1 is its positive class."""
    return {
        "name": "loans", "candidate": "c", "problem": "classification", "target": "approved", "features": ["score"],
        "estimator": f"estimator/e@{DIGEST}", "transforms": [], "classes": [0, 1], "positive": 1,
        "source": f"dataset/s@{DIGEST}", "source_name": "s", "types": {}, "required": [], "path": [], "apply": {},
        "selection": "", "trained_on": f"dataset/x@{DIGEST}", "trained_rows": 4, "metric": "f1", "metrics": {},
    }


@pytest.fixture
def examined(manifest: dict[str, Any]) -> Callable[..., FairnessAudit]:
    """Run the step, and read back what it made through JSON, as the store does."""

    def run(answers: pd.DataFrame, rows: pd.DataFrame, asked: Fairness, **given: Any) -> FairnessAudit:
        changes = given.pop("changes", {})
        asked_json = json.loads(json.dumps(asked.to_json()))
        made = fairness(
            model={**manifest, **changes}, answers=answers, rows=rows, asked=asked_json, references=REFERENCES, **given
        )
        return FairnessAudit.from_json(json.loads(json.dumps(made["fairness"].value)))

    return run


@pytest.fixture
def people() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give answers, rows: 10 of 20 approved women are found, 2 of 20 refused get a yes; of men 24 of 30, 6 of 20.

    Selected: 12 of 40 women (30 %), 30 of 50 men (60 %). Precision: 10 of 12, 24 of 30.
    """
    cells = [("women", 1, 10, 10), ("women", 0, 2, 18), ("men", 1, 24, 6), ("men", 0, 6, 14)]
    table = [(sex, truth, answer) for sex, truth, yes, no in cells for answer in [1] * yes + [0] * no]
    frame = pd.DataFrame(table, columns=["sex", "truth", "answer"]).rename_axis("row")
    return frame[["truth", "answer"]], frame[["sex"]]


@pytest.fixture
def shares() -> Callable[..., Group]:
    """Make a group with one rate: `part` of `whole`."""

    def make(label: str, part: int, whole: int, metric: str = "selection_rate") -> Group:
        low, high = wilson(part / whole, whole)
        figure = Figure(metric=metric, value=part / whole, n=whole, low=low, high=high, method="wilson")
        return Group(slice="race", label=label, rows=whole, share=0.1, figures=(figure,))

    return make


@pytest.fixture
def generated() -> Callable[..., tuple[pd.DataFrame, pd.DataFrame]]:
    """Make answers with probabilities, and rows with race and sex, by a seed."""

    def make(seed: int, n: int = 4000) -> tuple[pd.DataFrame, pd.DataFrame]:
        random = np.random.default_rng(seed)
        race = random.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1])
        sex = random.choice(["f", "m"], n)
        merit = random.normal(size=n) + 0.6 * (race == "a") + 0.4 * (sex == "m")
        truth = (merit + 0.5 * random.normal(size=n) > 0.8).astype(int)
        said = 1 / (1 + np.exp(-2 * (merit + 0.4 * random.normal(size=n) - 0.8)))
        answers = {"truth": truth, "answer": (said >= 0.5).astype(int)}
        table = pd.DataFrame({**answers, "probability of 0": 1 - said, "probability of 1": said}).rename_axis("row")
        return table, pd.DataFrame({"race": race, "sex": sex}).rename_axis("row")

    return make


@pytest.fixture(scope="session")
def adult() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give 32,561 people's incomes as a few columns predict them, with race and sex as they state them."""
    if not ADULT.is_file():
        pytest.skip("UCI Adult is not here")
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    table = pd.read_csv(ADULT, skipinitialspace=True).rename_axis("row")
    truth = table["income-per-year"].str.startswith(">").astype("int64")
    columns = ["age", "education-num", "capital-gain", "capital-loss", "hours-per-week"]
    features = StandardScaler().fit_transform(table[columns])
    fitted = LogisticRegression().fit(features[::2], truth[::2])
    said = fitted.predict_proba(features)
    answers = {"truth": truth, "answer": fitted.predict(features)}
    answers |= {f"probability of {label}": said[:, label] for label in (0, 1)}
    return pd.DataFrame(answers), table[["race", "sex"]]

"""A runner, and a table of applicants to prepare."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings
from pipeline.step import Step


def applicants() -> pd.DataFrame:
    """Give 100 applicants, 30 of them denied, with ids 1 to 100; every tenth has no town."""
    number = np.arange(1, 101)
    return pd.DataFrame(
        {
            "denied": pd.array(number <= 30, dtype="boolean").astype("Int64"),
            "income": number * 2.5,
            "debt": pd.array([None if n % 9 == 0 else n % 7 for n in number], dtype="Int64"),
            "town": pd.array([None if n % 10 == 0 else "ABC"[n % 3] for n in number], dtype="str"),
            "person": pd.array([f"p{n % 25}" for n in number], dtype="str"),
            "year": pd.array(2000 + number // 20, dtype="Int64"),
        },
        index=pd.Index(number, name="row"),
    )


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """A runner with a store and a storage of the test file's own."""
    home = tmp_path_factory.mktemp("home")
    occasion = Occasion(dag="loans", dag_run="first", task="")
    return Runner.open(Settings.from_environment({"HEADWATER_HOME": str(home)}), occasion)


@pytest.fixture
def data(runner: Runner) -> str:
    """The reference of the ingested applicants."""
    return runner.run(Step(name="applicants", stage="ingestion", function=applicants)).outputs["data"]

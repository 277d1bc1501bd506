"""A runner, and a table with known faults."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings
from pipeline.step import Step


def applications() -> pd.DataFrame:
    """Give ten applications with ids 1 to 10: hours 666 in 3 and 7, none in 5."""
    hours = [10, 20, 666, 40, None, 60, 666, 80, 90, 100]
    return pd.DataFrame(
        {"hours": pd.array(hours, dtype="Int64"), "town": pd.array(list("aabbccddee"), dtype="str")},
        index=pd.Index(range(1, 11), name="row"),
    )


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """A runner with a store, a storage and an MLflow of the test file's own."""
    home = tmp_path_factory.mktemp("home")
    occasion = Occasion(dag="loans", dag_run="first", task="validate")
    return Runner.open(Settings.from_environment({"HEADWATER_HOME": str(home)}), occasion)


@pytest.fixture
def data(runner: Runner) -> str:
    """The reference of the ingested applications."""
    return runner.run(Step(name="applications", stage="ingestion", function=applications)).outputs["data"]

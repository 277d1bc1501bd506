"""A runner, and tables taken in as ingestion does."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings
from pipeline.step import Step


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """A runner with a store and a storage of the test file's own."""
    home = tmp_path_factory.mktemp("home")
    occasion = Occasion(dag="labels", dag_run="first", task="")
    return Runner.open(Settings.from_environment({"HEADWATER_HOME": str(home)}), occasion)


def read(*, frame: pd.DataFrame) -> pd.DataFrame:
    """Hand a table over, as ingestion does."""
    return frame


@pytest.fixture
def ingested(runner):
    """Take a table in under a name; its reference."""

    def take(frame: pd.DataFrame, name: str = "labels") -> str:
        step = Step(name=name, stage="ingestion", function=read, secrets={"frame": frame}, reusable=False)
        return runner.run(step).outputs["data"]

    return take

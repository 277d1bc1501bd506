"""A runner over a store and a storage of its own, and a small source to start from."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings
from pipeline.step import Step


def people(rows=100):
    """A table of people with ids 1, 2, 3, …"""
    numbers = np.arange(1, rows + 1)
    return pd.DataFrame(
        {"age": pd.array(20 + numbers % 50, dtype="Int64"), "pay": numbers * 10.0, "name": [f"p{n}" for n in numbers]},
        index=pd.Index(numbers, name="row"),
    )


@pytest.fixture
def settings(tmp_path):
    """Settings under a folder of the test's own."""
    return Settings.from_environment({"HEADWATER_HOME": str(tmp_path / "home")})


@pytest.fixture
def opened(settings):
    """Open runners on the same store: each is a new process's view of it."""

    def open_runner(**occasion):
        return Runner.open(settings, Occasion(**{"dag": "trial", "dag_run": "r1", **occasion}))

    settings.home.mkdir(parents=True)
    return open_runner


@pytest.fixture
def runner(opened):
    """A runner on the DAG `trial`."""
    return opened()


@pytest.fixture
def source(runner):
    """The reference of an ingested table of 100 people."""
    return runner.run(Step(name="people", stage="ingestion", function=people)).outputs["data"]


@pytest.fixture
def rowwise_step():
    """Make a row-wise step of a function of `data`."""
    from pipeline.step import Depends, Rule, rowwise

    def make(function, **changes):
        step = Step(
            name=function.__name__,
            stage="preprocessing",
            function=rowwise(function),
            claim=True,
            depends=(Depends("data", Rule.SAME_ROW),),
        )
        return replace(step, **changes)

    return make

"""Runners on a store of their own, and files to read."""

import pytest

from pipeline.artifacts.source import Source
from pipeline.ingestion.ingest import ingest
from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings

PEOPLE = "id,age,name\n1,30,ann\n2,,bob\n3,25,\n"


@pytest.fixture
def runner(tmp_path):
    """A runner on DAG run `r1` of the DAG `trial`."""
    home = tmp_path / "home"
    home.mkdir()
    return Runner.open(Settings.from_environment({"HEADWATER_HOME": str(home)}), Occasion(dag="trial", dag_run="r1"))


@pytest.fixture
def put(tmp_path):
    """Write a file and give its path."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


@pytest.fixture
def people():
    """Declare the source `people` with key `id`."""

    def declare(reader, **changes):
        return Source(**{"name": "people", "reader": reader, "keys": ("id",), **changes})

    return declare


@pytest.fixture
def taken(runner):
    """Ingest a source in a DAG run and give its rows."""

    def take(source, dag_run="r1"):
        there = runner.at(Occasion(dag="trial", dag_run=dag_run))
        return there.value(ingest(there, source=source))

    return take

"""An erasure from a table so long that its row ids are derived from its keys: the keys go, what was made stays."""

import os
from functools import partial

import pytest

from pipeline.cli.dag_files import find_dag
from pipeline.recall.forget import Way, forget
from pipeline.recall.request import requested

from .scanning import files_with
from .towns import Town

WHO = "wilhelmina"
AGES = {**{f"p{n}": n % 100 for n in range(8_000)}, WHO: 41}


@pytest.fixture
def town(tmp_path):
    """The project after a DAG run with eight thousand people, and one more."""
    made = Town(tmp_path / "town")
    made.people(AGES)
    made.run("first")
    return made


def forgotten(town):
    """Erase her."""
    runner = town.runner
    way = Way(find=partial(find_dag, town.settings.dags))
    return forget(runner, requested(runner, "people", rows=[f"name={WHO}"]), reason="asked to", by="ann", way=way)


def row_ids(town):
    """The files of row ids."""
    return [path for path in (town.settings.home / "artifacts" / "row-ids").rglob("*") if path.is_file()]


def test_no_byte_of_the_row_is_left_and_all_else_is_whole(town):
    """Her name is in no file; every table that stays is read by a process that has seen none, and is as recorded."""
    for path in row_ids(town):
        os.utime(path, (0, 0))
    assert forgotten(town).finished and files_with(town.settings.home, WHO) == set()
    assert sum(path.stat().st_size for path in row_ids(town)) < 8_000 / 8 + 100
    runner = town.runner
    tables = runner.store.artifacts("dataset")
    assert {"people", "town.adults", "town.decades"} <= {one.name for one in tables}
    for one in tables:
        assert runner.storage.exists(one)
        runner.storage.verify(one)
    assert len(town.latest("people")) == 8_000 and WHO not in set(town.latest("town.decades")["name"])


def test_later_runs_go_on(town):
    """With her line in the file still, the next version is without her, and its ids are derived again."""
    forgotten(town)
    town.people({**AGES, "p8000": 50})
    town.run("later")
    assert len(town.latest("people")) == 8_001 and files_with(town.settings.home, WHO) == set()
    for one in town.runner.store.artifacts("dataset"):
        town.runner.storage.verify(one)

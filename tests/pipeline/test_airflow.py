"""A chain declared to Airflow: tasks, groups and mapped tasks, with what was declared in plain sight."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECLARE = """
    import json, os, sys
    os.environ.update(AIRFLOW_HOME=sys.argv[1], AIRFLOW__CORE__LOAD_EXAMPLES="False")
    import airflow.sdk
    from airflow.serialization.serialized_objects import DagSerialization
    import runpy
    found = runpy.run_path(sys.argv[2])
    [mine] = [value for value in found.values() if type(value).__name__ == "Dag"]
    built = mine.declare()
    tasks = {task.task_id: sorted(task.upstream_task_ids) for task in built.tasks}
    mapped = [task.task_id for task in built.tasks if "Mapped" in type(task).__name__]
    print("ANSWER", json.dumps({"tasks": tasks, "mapped": mapped,
          "file": built.fileloc, "whole": json.dumps(DagSerialization.to_dict(built), sort_keys=True)}))
"""


def declared(path, home):
    """What Airflow makes of a DAG file, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(DECLARE), str(home), str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.partition("ANSWER ")[2])


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home for Airflow."""
    return tmp_path_factory.mktemp("airflow")


@pytest.fixture(scope="module")
def loans(home):
    """The DAG of the mortgage applications, declared."""
    return declared(ROOT / "dags" / "loan_approval.py", home)


def test_stages_are_tasks_in_the_order_of_the_data(loans):
    """Each stage is a task after the one whose reference it takes."""
    assert loans["tasks"] == {
        "ingest": [],
        "validate": ["ingest"],
        "preprocess": ["validate"],
        "split": ["preprocess"],
        "fit": ["split"],
        "train.overfit": ["fit"],
        "train.candidate": ["fit", "train.overfit"],
        "train.select": ["fit", "train.candidate"],
        "audit": ["fit", "train.select"],
        "deploy": ["audit", "train.select"],
    }


def test_candidates_are_mapped(loans):
    """Candidates train side by side."""
    assert loans["mapped"] == ["train.candidate"]


def test_airflow_shows_the_dag_file(loans):
    """The code tab shows the project's file, not the framework's."""
    assert loans["file"].endswith("dags/loan_approval.py")


def test_an_edited_declaration_is_a_new_version(loans, home, tmp_path):
    """Another parameter of a candidate changes the serialised DAG; reading the same file again does not."""
    text = (ROOT / "dags" / "loan_approval.py").read_text()
    path = ROOT / "dags" / "loan_approval.py"
    assert declared(path, home)["whole"] == loans["whole"]
    edited = tmp_path / "loan_approval.py"
    edited.write_text(text.replace("n_estimators=200", "n_estimators=201"))
    assert "n_estimators=201" in declared(edited, home)["whole"]

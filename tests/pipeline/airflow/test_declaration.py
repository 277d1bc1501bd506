"""A chain declared to Airflow: tasks, groups and mapped tasks, with what was declared in plain sight."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
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
        "sign_off": ["audit"],
        "deploy": ["sign_off", "train.select"],
    }


KEYED = """
    from pipeline import dedupe, explode
    from pipeline.airflow import dag, ingest, join, lookup, preprocess, stack
    from pipeline import CSV, Source

    @dag
    def keyed():
        one = ingest(Source(name="one", reader=CSV("one.csv")), name="one")
        two = ingest(Source(name="two", reader=CSV("two.csv")), name="two")
        known = lookup(one, two, on="k", found="known")
        pairs = join(known, two, on={"k": "m"})
        preprocess(stack([one, pairs]), [dedupe(by="k"), explode("tags", separator=",")])

    keyed()
"""


def test_lookup_join_and_stack_are_tasks(home, tmp_path):
    """Each comes after all that it is given, a list of datasets too; what is declared is in plain sight."""
    path = tmp_path / "keyed.py"
    path.write_text(textwrap.dedent(KEYED))
    found = declared(path, home)
    upstream = {"lookup": ["one", "two"], "join": ["lookup", "two"], "stack": ["join", "one"], "preprocess": ["stack"]}
    assert found["tasks"] == {"one": [], "two": [], **upstream}
    for text in ("found='known'", "dedupe_rows, by=['k']", "explode_rows, column='tags'"):
        assert text in found["whole"]


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


NOTIFY = """
    import os, sys
    os.environ.update(AIRFLOW_HOME=sys.argv[1], AIRFLOW__CORE__LOAD_EXAMPLES="False", HEADWATER_HOME=sys.argv[1])
    from pipeline.airflow import dag, recall_notifier
    assert recall_notifier() is None and "airflow" not in sys.modules
    from airflow import sdk
    from lineage.records import Artifact, Dependency, Outcome, Release, Rule, Run, Use
    from lineage.store import Store
    from datetime import UTC, datetime
    from types import SimpleNamespace
    store = Store(f"sqlite:///{sys.argv[1]}/lineage.db")
    rows, model = (Artifact(kind=kind, name=kind, digest="aa") for kind in ("dataset", "model"))
    rests = (Dependency(output=model.reference, input=rows.reference, rule=Rule.EVERY_ROW),)
    now = {"started_at": datetime.now(UTC), "ended_at": datetime.now(UTC), "outcome": Outcome.SUCCEEDED}
    store.record([Run(id="a", step="a", stage="", outputs=(Use(role="data", artifact=rows),), **now),
                  Run(id="b", step="b", stage="", inputs=(Use(role="data", artifact=rows),), dependencies=rests,
                      outputs=(Use(role="data", artifact=model),), **now)])
    store.release(Release(endpoint="e", model=model.reference, by="ops"))
    one, other = (store.open_recall(source="dataset", rows=[n], reason="lost", by="ann") for n in (1, 2))
    asked = {"dag_run": SimpleNamespace(conf={"headwater": {"recall": other.id}})}
    for notifier, context in ((recall_notifier(), asked), (recall_notifier("{{ which }}"), {"which": one.id})):
        assert isinstance(notifier, sdk.BaseNotifier)
        notifier(context)
        told = {each.id: [event.event for event in each.events] for each in store.recalls()}
        print("ANSWER", told[one.id], told[other.id])
    @dag(on_failure_callback=recall_notifier())
    def watched():
        pass
    assert isinstance(watched.declare().on_failure_callback, sdk.BaseNotifier)
"""


def test_recalls_are_told_by_a_notifier_of_airflow(tmp_path):
    """Of the recall in the DAG run's conf, or of the one that is named, by template; elsewhere it is no callback."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(NOTIFY), str(tmp_path)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = [line.removeprefix("ANSWER ") for line in done.stdout.splitlines() if line.startswith("ANSWER")]
    assert told == ["['open'] ['open', 'alerted']", "['open', 'alerted'] ['open', 'alerted']"]

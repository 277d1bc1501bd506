"""What a run of a DAG gave, from the store alone."""

import pytest

from lineage.errors import NotRecorded
from lineage.store import Store
from pipeline.cli.summary import last_dag_run, summary
from pipeline.settings import Settings
from pipeline.storage import Storage


@pytest.fixture(scope="module")
def opened(lending):
    """The store and the storage of the project `lending`."""
    settings = Settings.from_environment({"HEADWATER_HOME": str(lending.folder / ".headwater")})
    return Store.open(settings.store_url), Storage(settings.storage)


@pytest.fixture(scope="module")
def told(opened):
    """The summary of its run."""
    return summary(*opened, dag="lending", dag_run="first")


def test_counts_rows_from_the_source_on(told):
    """200 loans in; 120, 40 and 40 in the parts."""
    assert [(one["name"], one["rows"]) for one in told["sources"]] == [("loans", 200)]
    parts = {one["name"]: one["rows"] for one in told["datasets"]}
    assert [parts[f"lending.split.{part}"] for part in ("train", "dev", "test")] == [120, 40, 40]
    assert told["quarantined"] == []


def test_ranks_candidates_the_chosen_one_first(told):
    """Each with its metric on train, dev and in cross-validation; exactly one is chosen."""
    assert sorted(one["candidate"] for one in told["candidates"]) == ["loose", "strict"]
    assert [one["chosen"] for one in told["candidates"]] == [True, False]
    dev = [one["dev"]["accuracy"]["value"] for one in told["candidates"]]
    assert dev[0] >= dev[1] and len(told["candidates"][0]["cv"]["folds"]) == 2
    assert told["model"]["candidate"] == told["candidates"][0]["candidate"]


def test_tells_the_audit_by_group(told):
    """All rows first, then each group of the slice; their rows add up."""
    groups = told["audit"]["groups"]
    assert [(one["slice"], one["label"]) for one in groups] == [("", "all rows"), ("race", "a"), ("race", "b")]
    assert groups[0]["rows"] == groups[1]["rows"] + groups[2]["rows"] == 40
    assert told["audit"]["judgement"] == "pass"
    assert [sorted(gate["about"]) for gate in told["audit"]["gates"]] == [["all rows"], ["a", "b"]]


def test_tells_the_release_and_whether_it_is_live(told):
    """Number 1 at its endpoint, live, for this very model."""
    release = told["release"]
    assert (release["endpoint"], release["number"], release["live"]) == ("lending", 1, True)
    assert release["model"] == told["model"]["reference"]


def test_sums_seconds_and_steps_per_stage(told):
    """The stages in the order of the work; their steps are all the steps."""
    assert [one["stage"] for one in told["stages"]] == [
        "ingestion", "preprocessing", "training", "auditing", "deployment"]
    assert sum(one["steps"] for one in told["stages"]) == len(told["steps"])
    assert sum(one["seconds"] for one in told["stages"]) == pytest.approx(sum(one["seconds"] for one in told["steps"]))
    assert 0 < told["seconds"] and told["outcome"] == "succeeded" and told["errors"] == []


def test_a_run_that_left_nothing_is_refused(opened):
    """A DAG run nobody recorded has no summary."""
    with pytest.raises(NotRecorded, match="no run 'second' of DAG 'lending'"):
        summary(*opened, dag="lending", dag_run="second")


def test_the_newest_run_is_found(opened):
    """Of a DAG, or of any."""
    assert last_dag_run(opened[0], None) == last_dag_run(opened[0], "lending") == ("lending", "first")
    with pytest.raises(NotRecorded, match="headwater dags"):
        last_dag_run(opened[0], "other")


def test_a_failed_run_says_why_and_a_later_try_is_what_counts(new_town):
    """A failed step makes the run failed; done again in the same run, which keeps its source, it succeeded."""
    path = new_town.folder / "dags" / "town.py"
    right = path.read_text()
    path.write_text(right.replace("return people[", "raise ValueError('oh'); people["))
    assert new_town.process("run", "town", "--dag-run", "r").code == 1
    failed = new_town.process("summary", "r", "--json").json
    assert failed["outcome"] == "failed" and "ValueError" in failed["errors"][0]["error"]
    path.write_text(right)
    again = new_town.process("run", "town", "--dag-run", "r", "--json").json
    assert again["outcome"] == "succeeded" and [one["outcome"] for one in again["steps"]] == ["succeeded"] * 2

"""An erasure reaches what was trained, shown in MLflow, released and asked; what is live is never deleted."""

from dataclasses import dataclass
from functools import partial

import pytest

from lineage.records import RecallState
from pipeline.cli.dag_files import find_dag
from pipeline.recall.forget import Way, forget
from pipeline.recall.forgotten import Forgotten
from pipeline.recall.request import requested
from pipeline.tracking.client import speaking

from .scanning import files_with
from .visitors import DAG, Visitors

GATE = "minimum=0.2"


@dataclass
class Story:
    """The project after the erasure, with what it was before."""

    project: Visitors
    user: str
    ip: str
    done: Forgotten
    model: str
    before: set[str]
    asked: list


def forgotten(project, user, **way):
    """Erase the visits of a user, in this process."""
    runner = project.runner
    way = Way(find=partial(find_dag, project.settings.dags), **way)
    request = requested(runner, "visits", where=f"user == '{user}'")
    return forget(runner, request, reason="asked to", by="ann", way=way)


def trained_on(project):
    """A user whom the model was trained on, and an address that only this one came from."""
    users = set(project.table("visitors.split.train")["user"])
    seen = project.files["visits"]
    own = seen[seen["user"].isin(users) & seen["ip"].str.match(r"10\.1\.0\.\d{3}")]
    return own["user"].iloc[0], own["ip"].iloc[0]


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """A model was trained, released and asked about two users; then all visits of one are erased."""
    project = Visitors(tmp_path_factory.mktemp("served") / "visitors")
    user, ip = trained_on(project)
    asked = project.asked({"user": one, "visits": 3, "minutes": 70.0, "town": "Bonn"} for one in (user, "u8"))
    model, before = project.runner.store.live("visitors").model, files_with(project.settings.home, ip)
    return Story(project, user, ip, forgotten(project, user), model, before, asked)


def test_no_byte_of_the_rows_is_left(story):
    """The address that only they came from was in tables of the storage; now it is in no file, MLflow's included."""
    assert story.before and story.done.finished
    assert files_with(story.project.settings.home, story.ip) == set()
    assert story.done.searched["values"] >= 2 and story.done.searched["found"] == []


def test_another_model_answers(story):
    """The model that was fitted on the rows is deleted, with its estimator, and one that was not is live."""
    store = story.project.runner.store
    live = store.live("visitors").model
    fates = {one.reference: one for one in story.done.artifacts}
    assert live != story.model and fates[story.model].rebuilt == live and live not in fates
    kinds = {one.partition("/")[0] for one in fates}
    assert fates[story.model].became == "deleted" and {"estimator", "transform", "audit", "page", "scores"} <= kinds
    assert not store.buried(store.live("visitors").audit) and store.buried(story.model)


def test_what_was_asked_about_them_is_taken_away(story):
    """Her prediction keeps its answer, and neither input nor row; the other user's is as it was."""
    store = story.project.runner.store
    hers, his = (store.prediction(one.id) for one in story.asked)
    assert (hers.input, hers.rows, hers.looked_up) == ({}, (), ()) and hers.output == story.asked[0].output
    assert his == story.asked[1] and story.done.predictions == 1


def test_mlflow_keeps_no_copy(story):
    """Run, logged model and version of the old model are gone for good; those of the new one are there."""
    with speaking(story.project.settings) as client:
        versions = client.search_model_versions("name = 'visitors'")
        assert [one.tags["headwater.model"] for one in versions] == [story.project.runner.store.live("visitors").model]
        experiment = client.get_experiment_by_name("visitors")
        candidates = client.search_runs(
            [experiment.experiment_id], "tags.`headwater.kind` = 'candidate'", run_view_type=3
        )
        assert [one.info.run_id for one in candidates] == [versions[0].run_id]
        assert len(client.search_logged_models([experiment.experiment_id])) == 1
    assert len(story.done.mlflow["runs"]) == 1 and story.done.mlflow["left"] == []


def test_no_table_has_the_rows(story):
    """Neither they nor what was made of them is in any table that is left."""
    project = story.project
    assert story.user not in {*project.table("visits")["user"], *project.table("visitors.users")["user"]}
    tables = project.runner.store.artifacts("dataset")
    rows = set(project.runner.store.recall("r1").rows)
    assert rows and all(rows.isdisjoint(project.runner.value(one.reference).index) for one in tables)


@pytest.fixture
def refused(tmp_path):
    """The project with a gate in today's file that no model passes."""
    project = Visitors(tmp_path / "visitors")
    _write(project, DAG.replace(GATE, "maximum=0.0"))
    return project


def _write(project, text):
    (project.folder / "dags" / "visitors.py").write_text(text.replace("FOLDER", str(project.folder)))


def test_what_is_live_is_kept_until_another_model_is(refused):
    """The rebuilt model is refused: all but what answers goes; once a run releases another, the rest."""
    model, (user, ip) = refused.runner.store.live("visitors").model, trained_on(refused)
    done = forgotten(refused, user, code="today")
    kept = {one.reference for one in done.artifacts if one.became == "kept, since visitors answers with it"}
    assert not done.finished and "visitors answers with a model that holds the rows" in done.unfinished[0]
    assert model in kept and {one.partition("/")[0] for one in kept} == {"model", "estimator", "transform", "dataset"}
    assert refused.asked([{"user": "u8", "visits": 3, "minutes": 70.0, "town": "Bonn"}])[0].model == model
    assert forgotten(refused, user, keep_serving=True).kept_by == "ann"
    _write(refused, DAG)
    refused.run("second")
    assert forgotten(refused, user).finished and files_with(refused.settings.home, ip) == set()
    assert refused.runner.store.recall("r1").state is RecallState.CLOSED
    assert refused.runner.store.live("visitors").model not in kept

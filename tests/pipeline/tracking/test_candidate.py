"""A candidate's MLflow run shows everything about it, once, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import mlflow.sklearn
import pytest

from pipeline.errors import ServiceUnavailable
from pipeline.runner.runner import Ran
from pipeline.tracking import log_candidate
from pipeline.training.candidates import Candidate
from pipeline.training.train import train_candidate

LOGISTIC = Candidate("only", estimator="sklearn.linear_model.LogisticRegression")


def files(client: Any, run_id: str, folder: str = "") -> set[str]:
    """Name the files of a run's folder."""
    return {each.path for each in client.list_artifacts(run_id, folder)}


def test_parameters_and_metrics_are_those_of_the_record(begun: Callable, trained: Callable, looked: Callable) -> None:
    """Constructor parameters, and every defined figure of train, dev and the folds."""
    made = trained(begun(), C=0.5)
    run = looked(made.runner).get_run(made.candidate["mlflow_run_id"])
    scores = made.runner.value(made.candidate["scores"])
    assert (run.data.params["C"], run.data.params["estimator"]) == ("0.5", "sklearn.linear_model.LogisticRegression")
    assert run.data.metrics["dev/f1"] == scores["dev"]["f1"]["value"]
    assert run.data.metrics["cv/f1_mean"] == scores["cv"]["mean"]
    assert run.info.status == "FINISHED" and run.info.run_name == "only"


def test_datasets_have_our_names_and_digests(begun: Callable, trained: Callable, looked: Callable) -> None:
    """Source, training and dev features are inputs under the very digests of the store, with their place."""
    made = trained(begun())
    inputs = looked(made.runner).get_run(made.candidate["mlflow_run_id"]).inputs.dataset_inputs
    tags = [{tag.key: tag.value for tag in each.tags} for each in inputs]
    shown = {
        tag["mlflow.data.context"]: f"dataset/{each.dataset.name}@{each.dataset.digest}"
        for each, tag in zip(inputs, tags, strict=True)
    }
    features = made.ready["features"]
    source = made.runner.source_of(features["train"])
    assert shown == {"source": source, "training": features["train"], "validation": features["dev"]}
    places = [Path(json.loads(each.dataset.source)["uri"]) for each in inputs]
    assert all(place.is_file() for place in places)


def test_metrics_are_tied_to_model_and_dataset(begun: Callable, trained: Callable, looked: Callable) -> None:
    """MLflow knows on which dataset a figure of the model was measured."""
    made = trained(begun())
    client = looked(made.runner)
    model_id = client.get_run(made.candidate["mlflow_run_id"]).outputs.model_outputs[0].model_id
    metrics = {each.key: each for each in client.get_logged_model(model_id).metrics}
    assert made.ready["features"]["dev"].endswith(metrics["dev/f1"].dataset_digest)


def test_the_logged_model_answers_as_the_estimator(begun: Callable, trained: Callable, looked: Callable) -> None:
    """Loaded back from MLflow, with signature and exact requirements, it gives the same answers."""
    made = trained(begun(), estimator="sklearn.ensemble.RandomForestClassifier", n_estimators=5)
    client = looked(made.runner)
    model_id = client.get_run(made.candidate["mlflow_run_id"]).outputs.model_outputs[0].model_id
    place = client.get_logged_model(model_id).artifact_location
    features = made.runner.value(made.ready["features"]["test"])[["income", "loan", "ratio"]]
    loaded, ours = mlflow.sklearn.load_model(place), made.runner.value(made.candidate["estimator"])
    assert (loaded.predict_proba(features) == ours.predict_proba(features)).all()
    signature = mlflow.models.Model.load(place).signature
    assert signature.inputs.input_names() == ["income", "loan", "ratio"]
    assert signature.outputs.input_names() == ["denied"]
    assert "scikit_learn==" in Path(place, "requirements.txt").read_text()


def test_plots_and_environment_are_there(begun: Callable, trained: Callable, looked: Callable) -> None:
    """A classifier has a confusion matrix, ROC and calibration; a regression its answers and residuals."""
    made = trained(begun())
    client, run_id = looked(made.runner), made.candidate["mlflow_run_id"]
    assert {"environment.json", "scores.json", "model.json"} <= files(client, run_id)
    plots = ("confusion_matrix", "roc", "calibration")
    assert files(client, run_id, "plots") == {f"plots/{name}.png" for name in plots}


def test_a_regression_is_shown_as_one(begun: Callable, trained: Callable, looked: Callable) -> None:
    """Its plots are of numbers, and its metrics in the units of the target."""
    made = trained(begun(), target="cost", metric="rmse", estimator="sklearn.linear_model.Ridge")
    client, run_id = looked(made.runner), made.candidate["mlflow_run_id"]
    assert files(client, run_id, "plots") == {"plots/answers.png", "plots/residuals.png"}
    assert {"dev/rmse", "dev/r2", "cv/rmse_mean"} <= client.get_run(run_id).data.metrics.keys()


def test_the_run_links_to_airflow_and_to_the_lineage(begun: Callable, trained: Callable, looked: Callable) -> None:
    """Its tags and its note name the Headwater run, the task in Airflow and the command that shows the lineage."""
    made = trained(begun(airflow_url="http://airflow/dags/lending/runs/first"))
    run = looked(made.runner).get_run(made.candidate["mlflow_run_id"])
    tags, estimator = run.data.tags, made.candidate["estimator"]
    assert tags["headwater.run"] == made.runner.store.producer(estimator).id
    assert tags["headwater.lineage"] == f"headwater graph {estimator} --up"
    assert tags["headwater.airflow"] in tags["mlflow.note.content"] and "headwater graph" in tags["mlflow.note.content"]


def test_candidates_of_a_dag_run_share_one_parent(begun: Callable, prepared: Callable, looked: Callable) -> None:
    """Two candidates, trained by two tasks, are children of the one run that stands for the DAG run."""
    tasks = begun(task="a"), begun(task="b")
    ready = prepared(tasks[0])
    made = [
        train_candidate(task, ready=ready, candidate=Candidate(name, estimator=LOGISTIC.estimator, C=size),
                        metric="f1", folds=0)
        for task, name, size in zip(tasks, ("a", "b"), (1.0, 0.1), strict=True)
    ]
    client = looked(tasks[0])
    parents = {client.get_run(each["mlflow_run_id"]).data.tags["mlflow.parentRunId"] for each in made}
    assert len(parents) == 1
    parent = client.get_run(parents.pop())
    assert (parent.data.tags["headwater.dag_run"], parent.info.status) == ("first", "FINISHED")


def again(made: Any) -> str:
    """Log the candidate as a task does that died before the store was told."""
    fitted, scored = (
        Ran(step=role, outputs={role: made.candidate[role]}, run=made.runner.store.producer(made.candidate[role]).id)
        for role in ("estimator", "scores")
    )
    return log_candidate(made.runner, fitted=fitted, scored=scored)


def test_a_task_killed_before_the_store_was_told_finds_its_run(begun: Callable, trained: Callable) -> None:
    """A finished MLflow run of the same results is taken, not made twice."""
    made = trained(begun())
    assert again(made) == made.candidate["mlflow_run_id"]


def test_a_run_that_broke_off_is_removed_and_made_anew(begun: Callable, trained: Callable, looked: Callable) -> None:
    """Half a run is never taken for a whole one."""
    made = trained(begun())
    client, broken = looked(made.runner), made.candidate["mlflow_run_id"]
    client.update_run(broken, status="RUNNING")
    whole = again(made)
    assert client.get_run(broken).info.lifecycle_stage == "deleted"
    assert client.get_run(whole).info.status == "FINISHED" and whole != broken


def test_without_mlflow_the_task_fails_and_can_be_tried_again(
    begun: Callable, prepared: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was trained stays recorded, nothing says it was logged, and the retry only logs it."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    runner = begun()
    ready, settings = prepared(runner), runner.settings
    runner.settings = replace(settings, mlflow_uri="http://me:hidden@127.0.0.1:9")
    with pytest.raises(ServiceUnavailable, match="MLflow at http://me:.*@127.0.0.1:9 cannot be used") as failure:
        train_candidate(runner, ready=ready, candidate=LOGISTIC, metric="f1", folds=0)
    assert "hidden" not in str(failure.value)
    retry = begun(try_number=2)
    made = train_candidate(retry, ready=ready, candidate=LOGISTIC, metric="f1", folds=0)
    assert [ran.reused for ran in retry.ran] == [True, True] and made["mlflow_run_id"]
    assert retry.store.producer(made["scores"]).mlflow_run_id or retry.store.run(retry.ran[-1].run).mlflow_run_id

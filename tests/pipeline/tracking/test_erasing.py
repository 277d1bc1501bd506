"""What was erased leaves MLflow for good: its run, its files, its version; all else stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.settings import Settings
from pipeline.tracking.erasing import artifact_roots, untrack


def files(settings: Settings) -> set[Path]:
    """All files that MLflow keeps for experiments."""
    return {path for root in artifact_roots(settings) for path in Path(root).rglob("*") if path.is_file()}


def test_an_erased_model_has_no_copy(begun: Callable, trained: Callable, looked: Callable) -> None:
    """Of two trained models one is erased: run, logged model, version and every file of it are gone, once."""
    kept, erased = trained(begun()), trained(begun("second"), C=0.01)
    settings, client = kept.runner.settings, looked(kept.runner)
    gone = erased.candidate["mlflow_run_id"]
    here = {path for path in files(settings) if kept.candidate["mlflow_run_id"] in str(path)}
    done = untrack(settings, {erased.model, erased.candidate["estimator"]})
    assert (done.runs, done.versions, done.left) == ((gone,), ("lending 2",), ())
    assert here <= files(settings) and not any(gone in str(path) for path in files(settings))
    [experiment] = client.search_experiments(filter_string="name = 'lending'")
    assert [one.source_run_id for one in client.search_logged_models([experiment.experiment_id])] == [
        kept.candidate["mlflow_run_id"]
    ]
    assert [one.tags["headwater.model"] for one in client.search_model_versions("name = 'lending'")] == [kept.model]
    assert untrack(settings, {erased.model, erased.candidate["estimator"]}) == type(done)()


def test_a_run_that_was_marked_deleted_is_deleted_too(begun: Callable, trained: Callable, looked: Callable) -> None:
    """MLflow could still restore it, and keeps its files until it is told otherwise."""
    made = trained(begun())
    looked(made.runner).delete_run(made.candidate["mlflow_run_id"])
    assert untrack(made.runner.settings, {made.candidate["estimator"]}).runs == (made.candidate["mlflow_run_id"],)


def test_the_page_of_an_erased_verdict_goes_alone(begun: Callable, trained: Callable, looked: Callable) -> None:
    """The run that shows it shows other things too, and stays."""
    made = trained(begun())
    client, run = looked(made.runner), looked(made.runner).get_run(made.candidate["mlflow_run_id"])
    parent = run.data.tags["mlflow.parentRunId"]
    for name in ("validation.json", "validation.html", "other.html"):
        client.log_text(parent, "wilma", name)
    client.set_tag(parent, "headwater.validation", "verdict/lending.validate@aa")
    done = untrack(made.runner.settings, {"verdict/lending.validate@aa"})
    assert (done.runs, len(done.pages)) == ((), 2)
    assert {one.path for one in client.list_artifacts(parent)} == {"other.html"}


def test_where_mlflow_was_never_used_nothing_is_made(begun: Callable) -> None:
    """No database appears."""
    settings = begun().settings
    (settings.home / "mlflow.db").unlink()
    assert untrack(settings, {"model/m@aa"}).runs == () and artifact_roots(settings) == []
    assert not (settings.home / "mlflow.db").exists()


def test_all_of_an_erased_audit_goes_from_its_model_s_run(begun: Callable, trained: Callable, looked: Callable) -> None:
    """The page, the card and every table; the model's own files stay."""
    made = trained(begun())
    client, run = looked(made.runner), made.candidate["mlflow_run_id"]
    before = {one.path for one in client.list_artifacts(run)}
    for name in ("audit.html", "card.html", "audit/figures.json", "audit/findings.json"):
        client.log_text(run, "wilma", name)
    client.set_tag(run, "headwater.audit", "audit/lending.audit@aa")
    done = untrack(made.runner.settings, {"audit/lending.audit@aa"})
    assert (done.runs, len(done.pages)) == ((), 3)
    assert {one.path for one in client.list_artifacts(run)} == before
    assert not any(b"wilma" in path.read_bytes() for path in files(made.runner.settings))

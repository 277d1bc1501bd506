"""One served prediction, told back to its source."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from lineage.errors import NotRecorded
from lineage.records import Artifact, Known
from pipeline.trace import trace


def test_a_trace_names_release_and_model(history) -> None:
    """The answer names the ledger's entry, the model's digest, its registry version and its MLflow run."""
    history.predicted("77")
    told = trace(history.store, history.storage, "77")
    assert (told["release"]["number"], told["release"]["by"]) == (1, "ana")
    assert told["model"] == {
        "name": "loans", "version": "1", "digest": history.model.digest, "mlflow_run_id": "mlflow-7",
        "reference": history.model.reference,
    }


def test_a_model_has_the_version_its_registry_gave_it(history) -> None:
    """What MLflow's registry called the version is told; without it, versions are counted as they were made."""
    second = history.keep("model", "loans", {**history.storage.load(history.model), "trained_rows": 3})
    history.ran("model again", [history.train], second, hour=6)
    later = replace(history, model=second)
    later.predicted("88")
    assert trace(history.store, history.storage, "88")["model"]["version"] == "2"
    history.store.annotate("run-model again", facts={"mlflow_version": "5"})
    assert trace(history.store, history.storage, "88")["model"]["version"] == "5"


def test_the_path_runs_from_source_to_model(history) -> None:
    """Runs come in the order in which the data passed them, each with code, commit and parameters."""
    history.predicted("77")
    path = trace(history.store, history.storage, "77")["path"]
    assert [run["step"] for run in path] == ["ingest", "split", "model"]
    split = path[1]
    assert (split["code_digest"], split["git_commit"], split["parameters"]) == ("code-split", "c0ffee", {"hour": 1})


def test_the_source_rows_are_shown_with_key_and_values(history) -> None:
    """The row the answer stands on comes with its id as text, its key, and its values, null for none."""
    history.predicted("77", rows=(("applications", 11),), income=None)
    [source] = trace(history.store, history.storage, "77")["sources"]
    assert (source["name"], source["supplier"], source["licence"]) == ("applications", "a bank", "CC0-1.0")
    assert source["digest"] == history.source.digest
    assert source["rows"] == [
        {"id": "11", "keys": {"income": None}, "values": {"income": None, "approved": 1}, "differs": []}
    ]


def test_what_the_request_stated_otherwise_is_named(history) -> None:
    """An answer that names a source row but gives other values says in which columns."""
    history.predicted("77", rows=(("applications", 12),), income=51, approved=1)
    [source] = trace(history.store, history.storage, "77")["sources"]
    assert source["rows"][0]["differs"] == ["income"]


def test_datasets_come_in_order_with_their_rows(history) -> None:
    """Every dataset on the way is listed with digest and row count, the source first."""
    history.predicted("77")
    datasets = trace(history.store, history.storage, "77")["datasets"]
    assert [(each["name"], each["rows"]) for each in datasets] == [("applications", 3), ("loans.fit.train", 2)]


def test_training_rows_are_counted_and_can_be_listed(history) -> None:
    """The answer says how many rows the model was trained on, and the command that lists them."""
    history.predicted("77")
    rows = trace(history.store, history.storage, "77")["training_rows"]
    assert rows["count"] == 2
    assert rows["dataset"] == history.train.reference
    assert history.train.reference in rows["how"]


def test_a_whole_trace_is_complete_and_names_its_weakest_claim(history) -> None:
    """Nothing missing is said so, beside the weakest way in which anything on the way is known."""
    history.predicted("77")
    told = trace(history.store, history.storage, "77")
    assert (told["complete"], told["missing"], told["weakest"]) == (True, [], Known.SAMPLED.value)


def test_a_trace_is_json(history) -> None:
    """Everything in the answer survives JSON, ids as strings."""
    history.predicted("77", rows=(("applications", -5),), income=30)
    told = trace(history.store, history.storage, "77")
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["sources"][0]["rows"][0]["id"] == "-5"


def test_the_beginning_of_an_id_is_enough(history) -> None:
    """A prediction is found by the first digits of its id; one that is not logged is named."""
    history.predicted("7712")
    assert trace(history.store, history.storage, "77")["prediction"]["id"] == "7712"
    with pytest.raises(NotRecorded):
        trace(history.store, history.storage, "9")


def test_bytes_that_are_gone_make_a_trace_incomplete(history) -> None:
    """A source whose file was deleted is named as missing; the rest is still told."""
    history.predicted("77", rows=(("applications", 11),))
    Path(history.storage.root, history.source.place).unlink()
    told = trace(history.store, history.storage, "77")
    assert not told["complete"]
    assert any(history.source.place in sentence for sentence in told["missing"])
    assert [run["step"] for run in told["path"]] == ["ingest", "split", "model"]


def test_a_flipped_byte_makes_a_trace_incomplete(history) -> None:
    """A manifest that is not what was recorded is not believed."""
    history.predicted("77")
    file = Path(history.storage.root, history.model.place)
    file.write_bytes(file.read_bytes().replace(b"loans", b"loanz", 1))
    told = trace(history.store, history.storage, "77")
    assert not told["complete"]
    assert told["training_rows"]["count"] is None


def test_a_row_of_no_version_is_missing(history) -> None:
    """A row id that no version of the source holds is said to be so."""
    history.predicted("77", rows=(("applications", 999),))
    told = trace(history.store, history.storage, "77")
    assert not told["complete"]
    assert "row 999 of source applications" in told["missing"][0]


def test_a_row_of_a_later_version_is_shown_from_there(history) -> None:
    """A row that came after training is found in the version that brought it."""
    frame = history.storage.load(history.source)
    frame.index = frame.index + 100
    later = history.keep("dataset", "applications", frame, source="applications")
    history.ran("ingest again", [], later, hour=5, stage="ingestion")
    history.predicted("77", rows=(("applications", 111),))
    told = trace(history.store, history.storage, "77")
    assert [(each["digest"], len(each["rows"])) for each in told["sources"]] == [
        (history.source.digest, 0), (later.digest, 1),
    ]


def test_an_input_nobody_recorded_makes_a_trace_incomplete(history) -> None:
    """What a run read but no run made is named, not passed over."""
    stranger = Artifact(kind="dataset", name="stranger", digest="ab")
    history.ran("again", [stranger], history.train, hour=3)
    history.predicted("77")
    told = trace(history.store, history.storage, "77")
    assert not told["complete"]
    assert any("stranger" in sentence for sentence in told["missing"])


def test_a_release_that_is_not_in_the_ledger_is_missing(history) -> None:
    """A prediction that claims an unknown release is told, with that said."""
    history.predicted("77", release=9)
    told = trace(history.store, history.storage, "77")
    assert told["release"] is None
    assert told["missing"] == ["release 9 of loans is not in the ledger"]

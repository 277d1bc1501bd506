"""`headwater trace`."""

import json

from pipeline.serving.request import Limits
from pipeline.serving.service import Service
from tests.pipeline.cli.conftest import Project
from tests.pipeline.seekers import built


def test_json_has_the_whole_way(headwater, lending, served):
    """Prediction, release, model, path, datasets, sources with the very row, training rows; complete."""
    told = headwater(lending, "trace", served, "--json").json
    assert told["complete"] is True and told["prediction"]["id"] == served
    assert {"release", "model", "path", "datasets", "sources", "training_rows"} <= told.keys()
    (source,) = told["sources"]
    (row,) = source["rows"]
    assert (source["name"], source["supplier"], row["values"]["id"]) == ("loans", "a bank", 7)
    assert told["training_rows"]["count"] == 120


def test_for_people_the_answer_comes_first(headwater, lending, served):
    """The id may be cut short; the row, the steps and the completeness are printed."""
    shown = headwater(lending, "trace", served[:8]).out
    assert shown.splitlines()[1] == f"prediction {served}" and shown.splitlines()[2].startswith("answer")
    for part in ("source loans", "on which the answer stands directly", "income 7", "ingest", "audit", "complete"):
        assert part in shown


def test_an_unknown_prediction_is_refused(headwater, lending):
    """Exit code 1 and where to look."""
    answer = headwater(lending, "trace", "nothing")
    assert answer.code == 1 and "headwater predictions" in answer.err


def test_what_lies_between_is_printed(headwater, tmp_path):
    """The row of a dataset made from sources, what was looked up and what was not there, and how rows are reached."""
    seekers = built(tmp_path / ".headwater")
    seekers.release()
    service = Service(endpoint="seekers", store=seekers.store, storage=seekers.storage, limits=Limits())
    row = {"user": "u12", "visits": 5, "minutes": 9.5, "address": "10.0.0.12", "town": "Trier"}
    [answer] = service.predict(json.dumps(row).encode())["predictions"]
    shown = headwater(Project(tmp_path), "trace", answer["id"]).out
    for part in (
        f"row {seekers.row('users', user='u12')} of seekers.per_user, which the request was about",
        "in_bad_addresses: address 10.0.0.12 was in bad_addresses@",
        "in_towns: town Trier was not in towns@",
        "on which the answer stands directly, through seekers.per_user:",
        "on which the answer stands directly, through in_bad_addresses, which looked it up:",
        "The trace is complete",
    ):
        assert part in shown

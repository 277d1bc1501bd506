"""`headwater trace`."""


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

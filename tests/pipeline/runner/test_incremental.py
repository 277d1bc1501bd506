"""A step run again on touched rows alone gives what the full run gives, or runs in full."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

from pipeline import aggregate, dedupe, explode, rowwise
from pipeline.errors import StepRefused
from pipeline.preprocessing.lookup import lookup
from pipeline.preprocessing.parameters import with_parameters
from pipeline.preprocessing.preprocess import own_step, preprocess
from pipeline.runner import Occasion, Runner
from pipeline.runner.earlier import BASE, earlier_work
from pipeline.runner.execute import RuleWidened
from pipeline.runner.incremental import SAMPLE, again
from pipeline.settings import Settings
from pipeline.step import Made, Step
from pipeline.storage import Storage
from pipeline.storage.places import base_at


def people(*, rows):
    """People of a town each, of an age, with tags, as a source gives them."""
    frame = pd.DataFrame(rows, columns=["row", "town", "age", "tags"]).set_index("row")
    frame = frame.astype({"town": "str", "age": "Int64", "tags": "str"})
    return {"data": Made("dataset", frame, {"provenance": {"obtained": "public"}})}


def sizes(*, towns):
    """Towns with their sizes."""
    names = {"town": pd.array(list(towns), "str"), "size": pd.array(list(towns.values()), "Int64")}
    return pd.DataFrame(names, index=pd.Index([int(name[1:]) for name in towns], name="row"))


def given_table(*, cells):
    """A table as it is, of ids, towns and sizes."""
    return {"data": Made("dataset", pd.read_json(StringIO(cells), orient="split").set_index("row"))}


def categories(*, rows):
    """Rows of towns, which are categories in the order of the alphabet."""
    frame = pd.DataFrame(rows, columns=["row", "town"]).set_index("row").astype("category")
    return {"data": Made("dataset", frame)}


def listed(rows=200, /, **other):
    """Person n of 1 to `rows`, of town t(n % 40) and age 20 + n % 50, with two tags; `other` ones are as said."""
    made = {n: [n, f"t{n % 40}", 20 + n % 50, "a;b"] for n in range(1, rows + 1)}
    for name, cells in other.items():
        number = int(name[1:])
        made[number] = cells and [number, *cells]
    return [row for _, row in sorted(made.items()) if row]


@rowwise
def adults(data):
    """Keep those of 25 or more, and say how old they are in months."""
    return data[data["age"] >= 25].assign(months=lambda frame: frame["age"] * 12)


@rowwise
def in_months(data, since=0):
    """Count the months since an age."""
    return data.assign(months=(data["age"] - since) * 12)


@rowwise
def in_other_months(data, since=0):
    """Other code under the name of a step: person 200 is told apart."""
    return data.assign(months=((data["age"] - since) * 12).where(data.index != 200, 0))


in_other_months.__name__ = "in_months"


@aggregate(by="town")
def per_town(data):
    """Add up ages by town."""
    return data.groupby("town")[["age"]].sum()


@rowwise
def fraud(data):
    """Claim to treat rows by themselves, and look at the greatest age of all."""
    return data.assign(limit=500 if data["age"].max() > 500 else 100)


@rowwise
def noted(data):
    """A whole number for the oldest alone, half of it for the odd, nothing for others."""
    notes = [None if age < 69 else age if age % 2 else age / 2 for age in data["age"].tolist()]
    return data.assign(note=pd.Series(notes, index=data.index, dtype=object))


class Place:
    """A store and a storage of their own, and runs in them."""

    def __init__(self, home, every):
        settings = Settings.from_environment({"HEADWATER_HOME": str(home), "HEADWATER_FULL_EVERY": every})
        self.runner = Runner.open(settings, Occasion(dag="trial", dag_run="r1"))

    def take(self, function, **given):
        """The reference of a table taken in."""
        step = Step(name=function.__name__, stage="ingestion", function=function, parameters=given)
        return self.runner.run(step).outputs["data"]

    def made(self, step, rows):
        """What a step makes of people, by role, and of how many rows it made that anew."""
        preprocess(self.runner, data=self.take(people, rows=rows), steps=[step])
        return self.runner.ran[-1].outputs, self.runner.ran[-1].again

    def sized(self, rows, towns):
        """The same of people with the sizes of their towns."""
        data, reference = self.take(people, rows=rows), self.take(sizes, towns=towns)
        lookup(self.runner, data=data, reference=reference, on="town", columns=["size"])
        return self.runner.ran[-1].outputs, self.runner.ran[-1].again


@pytest.fixture
def place(tmp_path):
    """A place where steps run in part, nineteen times of twenty."""
    return Place(tmp_path / "partly", "20")


@pytest.fixture
def both(tmp_path, place):
    """Do one thing, then another, also where all runs are full: the rows made anew, and the table, which is one."""
    fully = Place(tmp_path / "fully", "1")

    def compare(work, before, after):
        for each in (place, fully):
            assert work(each, *before)[1] is None
        (made, count), (expected, all_rows) = (work(each, *after) for each in (place, fully))
        assert made == expected and all_rows is None
        return count, place.runner.value(made["data"])

    return compare


@pytest.fixture
def run(both):
    """Compare as `both` does what a step makes of people before and after."""
    return lambda step, before, after: both(Place.made, (step, before), (step, after))


def test_a_rowwise_step_makes_one_changed_row_anew(run, place):
    """Of 200 rows one is another: one is made, and the run says of which run it took the others over."""
    count, frame = run(adults, listed(), listed(_30=["t30", 90, ""]))
    assert (count, frame.loc[30, "months"], len(frame)) == (1, 1080, 180)
    first, second = (place.runner.store.run(ran.run) for ran in place.runner.ran if ran.step == "adults")
    assert second.facts["incremental"] == {"from": first.id, "depth": 1, "again": 1, "of": 180}


def test_rows_that_come_and_go_and_are_let_in(run):
    """30 went, 31 is a child now, 1 no longer is one, 500 is new: two rows are made, and two are there no more."""
    after = listed(_30=None, _31=["t31", 3, ""], _1=["t1", 25, ""], _500=["t9", 40, ""])
    count, frame = run(adults, listed(), after)
    assert count == 2 and {1, 500} <= set(frame.index) and not {30, 31} & set(frame.index)


def test_the_function_sees_few_rows(place):
    """It is called once, on the touched row and a sample of the others."""
    seen, after = [], listed(_30=["t30", 90, ""])

    def watched(data):
        seen.append(data.index.tolist())
        return adults(data)

    place.made(adults, listed())
    past, given = place.runner.store.run(place.runner.ran[-1].run), {"data": place.take(people, rows=after)}
    step = own_step(adults, inputs=["data"], parameters={}, name="adults")
    values = {"data": place.runner.value(given["data"])}
    earlier, touched = earlier_work(place.runner, step, given=given, values=values, run=past)
    alone = replace(step, function=rowwise(watched))
    found = again(alone, values, earlier=earlier, touched=touched, production=False)
    assert found.rows == 1 and found.changed.changed.keys() == {"age", "tags", "months"}
    assert len(seen) == 1 and 30 in seen[0] and len(seen[0]) <= 1 + SAMPLE


@pytest.mark.parametrize(
    ("other", "kept"),
    [({"_1": ["t1", 21, "z"]}, 1), ({"_1": None}, 41), ({"_1": ["t2", 21, "z"]}, 41), ({"_41": ["t1", 61, "z"]}, 1)],
)
def test_of_rows_alike_one_stays_whatever_is_touched(run, other, kept):
    """Of persons 1, 41, 81, … of t1 the first stays: no second one beside it, and 41 where 1 went or moved."""
    count, frame = run(dedupe("town"), listed(), listed(**other))
    assert frame.index[frame["town"] == "t1"].tolist() == [kept] and len(frame) == 40 and count <= 2


def test_a_key_that_a_reference_gained_touches_those_who_ask_for_it(both):
    """Five of 200 people live in t7, which became known."""
    known = {f"t{n}": n for n in range(40) if n != 7}
    count, frame = both(Place.sized, (listed(), known), (listed(), {**known, "t7": 700}))
    assert count == 5 and frame.index[frame["size"] == 700].tolist() == [7, 47, 87, 127, 167]


def test_an_aggregate_makes_the_groups_of_touched_rows(run):
    """Person 17, of 37 years, moves from t17, where they are 235 together, to t18, where they are 240."""
    count, frame = run(per_town, listed(), listed(_17=["t18", 37, ""]))
    assert count == 2 and frame.set_index("town")["age"][["t16", "t17", "t18"]].tolist() == [230, 235 - 37, 240 + 37]


def test_a_group_whose_only_row_went_is_gone(run):
    """Person 500 alone lives in t99."""
    count, frame = run(per_town, listed(_500=["t99", 1, ""]), listed())
    assert count == 0 and len(frame) == 40 and "t99" not in set(frame["town"])


def test_rows_made_of_a_touched_one_are_made_anew_with_their_parents(run, place):
    """Person 3 has three tags now and 4 has none: three rows come for two, and the table of pairs says of whom."""
    count, frame = run(explode("tags", separator=";"), listed(), listed(_3=["t3", 23, "a;b;c"], _4=["t4", 24, None]))
    pairs = place.runner.value(place.runner.ran[-1].outputs["pairs"])
    assert count == 3 and len(frame) == 399 and pairs.index.equals(frame.index)
    assert sorted(frame["tags"][(pairs["parent"] == 3).to_numpy()]) == ["a", "b", "c"]


@pytest.mark.parametrize(("rows", "touched", "count"), [(200, 60, 60), (200, 61, None), (40, 32, 32), (40, 33, None)])
def test_many_touched_rows_run_in_full(run, rows, touched, count):
    """Three in ten are the most, but 32 are never too many."""
    older = {f"_{n}": [f"t{n % 40}", 99, ""] for n in range(1, touched + 1)}
    assert run(in_months, listed(rows), listed(rows, **older))[0] == count


def test_an_untouched_row_that_comes_out_otherwise_makes_it_run_in_full(place):
    """The greatest age of all rose, which shows in every row: all have the new limit, and the claim is not trusted."""
    assert place.made(fraud, listed())[1] is None
    for since in (900, 901):
        with pytest.warns(RuleWidened, match="values differ"):
            made, count = place.made(fraud, listed(_30=["t30", since, ""]))
        assert count is None and set(place.runner.value(made["data"])["limit"]) == {500}


@pytest.mark.parametrize(("every", "expected"), [("1", [None] * 4), ("3", [None, 1, 1, None]), ("20", [None, 1, 1, 1])])
def test_every_so_many_runs_one_is_full(tmp_path, every, expected):
    """With three, two runs in part may follow upon a full one."""
    place = Place(tmp_path / "home", every)
    found = [place.made(in_months, listed(_30=["t30", age, ""]))[1] for age in (80, 81, 82, 83)]
    assert found == expected


def test_other_code_or_parameters_are_other_work(place):
    """Months of another code, or since another age, are not taken over, though few rows would show it."""
    since = [with_parameters(in_months, since=age) for age in (0, 1)]
    steps = [*since, in_months, in_other_months, in_other_months]
    made = [place.made(step, listed(_30=["t30", 80 + n, ""])) for n, step in enumerate(steps)]
    assert [count for _, count in made] == [None, None, None, None, 1]
    assert [place.runner.value(one["data"]).loc[200, "months"] for one, _ in made] == [240, 228, 240, 0, 0]


def test_few_rows_of_nulls_keep_the_dtype_of_all(run):
    """Only the oldest have a note: the row made anew has none, and the column stays one of whole numbers."""
    count, frame = run(noted, listed(), listed(_30=["t30", 30, ""]))
    assert count == 1 and frame["note"].dtype == "Int64" and frame["note"].dropna().unique().tolist() == [69]


def test_a_value_of_another_kind_runs_in_full(run):
    """Half of 70 is no whole number kept as one: the column is of floats then, in all rows."""
    count, frame = run(noted, listed(), listed(_30=["t30", 70, ""]))
    assert count is None and frame["note"].dtype == "float64" and frame.loc[30, "note"] == 35


def test_no_row_left_is_refused_as_ever(place):
    """A step that drops its last row is refused, in part as in full."""
    place.made(adults, listed(3, _3=["t3", 30, ""]))
    with pytest.raises(StepRefused, match="no rows"):
        place.made(adults, listed(3))


def test_the_next_step_is_told_what_changed(place):
    """Of two steps one after another each makes one row anew, and what came of the last is known without comparing."""
    made = []
    for age in (30, 31):
        data = place.take(people, rows=listed(_30=["t30", age, ""]))
        made.append(preprocess(place.runner, data=data, steps=[adults, per_town]))
    frame = place.runner.value(made[1])
    assert [ran.again for ran in place.runner.ran[-2:]] == [1, 1]
    assert place.runner.changes[made[0], made[1]].touched.tolist() == frame.index[frame["town"] == "t30"].tolist()


@pytest.mark.parametrize("which", ["data", "input"])
def test_what_is_not_there_is_not_taken_over(place, which):
    """Where the bytes of the earlier result, or of what it was made of, are gone, the step runs in full."""
    made, _ = place.made(in_months, listed())
    run = place.runner.store.run(place.runner.ran[-1].run)
    lost = place.runner.describe(made["data"]) if which == "data" else run.inputs[0].artifact
    Path(place.runner.storage.root, lost.place).unlink()
    place.runner.drop()
    assert place.made(in_months, listed(_30=["t30", 80, ""]))[1] is None


def test_a_rebuild_takes_over_from_the_run_it_rebuilds(place):
    """Not from the last one: that of r1 is named as the base, and r2 ran in between."""
    first, runner = place.runner, place.runner
    place.made(in_months, listed())
    base = runner.ran[-1].run
    place.runner = first.at(replace(first.occasion, dag_run="r2"))
    place.made(in_months, listed(_30=["t30", 80, ""]))
    place.runner = first.at(replace(first.occasion, dag_run="r3"))
    runner.store.pin("trial", "r3", BASE, "r1")
    assert place.made(in_months, listed(_40=["t0", 81, ""]))[1] == 1
    assert runner.store.run(runner.ran[-1].run).facts["incremental"]["from"] == base


def test_a_key_that_became_double_is_refused_though_nobody_asks_for_it(place):
    """As the full run refuses it: the reference says two things of town t999."""
    place.sized(listed(), {**{f"t{n}": n for n in range(41)}, "t999": 1})
    doubled = sizes(towns={**{f"t{n}": n for n in range(41)}, "t999": 1, "t1000": 2})
    doubled.loc[1000, "town"] = "t999"
    reference = place.take(given_table, cells=doubled.reset_index().to_json(orient="split"))
    with pytest.raises(StepRefused, match="more than once"):
        lookup(place.runner, data=place.take(people, rows=listed()), reference=reference, on="town", columns=["size"])


@rowwise(reads=("town",))
def coded(data):
    """Write towns as the codes of their category."""
    codes = data["town"].cat.codes.astype("int64")
    return pd.DataFrame({"code": codes}, index=data.index)


def test_other_categories_are_another_type(tmp_path, place):
    """A new town is sorted before the last one, whose code moves: that is no run in part."""
    rows = [[n, f"m{n % 5}"] for n in range(1, 200)] + [[200, "z"]]
    fully = Place(tmp_path / "fully", "1")
    for there in (place, fully):
        preprocess(there.runner, data=there.take(categories, rows=rows), steps=[coded])
        preprocess(there.runner, data=there.take(categories, rows=[*rows, [201, "y"]]), steps=[coded])
    [mine, full] = [there.runner.ran[-1] for there in (place, fully)]
    assert mine.outputs == full.outputs and mine.again is None
    assert place.runner.value(mine.outputs["data"]).loc[200, "code"] == 6


def test_a_long_table_made_in_part_is_kept_as_what_changed(place):
    """Of 40,000 people looked up, one is another, then one more: both tables are told from the first."""
    towns = {f"t{n}": n for n in range(40)}
    changes = [{}, {"_30": ["t30", 90, ""]}, {"_30": ["t30", 90, ""], "_70": ["t71", 21, ""]}]
    found = []
    for other in changes:
        made, count = place.sized(listed(40_000, **other), towns)
        found.append((made["data"], count))
        place.runner.drop()
    assert [count for _, count in found] == [None, 1, 1]
    artifacts = [place.runner.store.artifact(reference) for reference, _ in found]
    assert base_at(artifacts[0].place) == ""
    assert [base_at(one.place) for one in artifacts[1:]] == [artifacts[0].place] * 2
    reader = Storage(place.runner.settings.storage, place.runner.store)
    tables = [reader.load(one) for one in artifacts]
    expected = tables[0].copy()
    expected.loc[30, ["age", "tags"]] = [90, ""]
    pd.testing.assert_frame_equal(tables[1], expected)
    expected.loc[70, ["town", "age", "tags", "size"]] = ["t71", 21, "", pd.NA]
    pd.testing.assert_frame_equal(tables[2], expected)

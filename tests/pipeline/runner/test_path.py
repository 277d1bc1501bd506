"""The way from a row's entry to a dataset is the chain's own, row by row."""

import numpy as np
import pandas as pd
import pytest

from pipeline.preprocessing.dedupe import dedupe
from pipeline.preprocessing.explode import explode
from pipeline.preprocessing.lookup import lookup
from pipeline.preprocessing.preprocess import preprocess
from pipeline.preprocessing.stack import stack
from pipeline.step import Step, aggregate, rowwise


def doubled(data):
    """Twice the pay."""
    return data.assign(pay=data["pay"] * 2)


def halved(data):
    """Half the pay."""
    return data.assign(pay=data["pay"] / 2)


def constant(data):
    """The same for everybody, whatever came before."""
    return data.assign(pay=0.0)


def total(data):
    """Looks at every row."""
    return data.assign(pay=data["pay"].sum())


@aggregate(by="age")
def by_age(data):
    """The pay of all of one age."""
    return data.groupby("age")[["pay"]].sum()


@rowwise
def named(data):
    """Write names otherwise."""
    return data.assign(name=data["name"].str.upper())


def ages(rows=60):
    """A table of ages with ids from 1001 on, known by age."""
    return pd.DataFrame(
        {"age": pd.array(np.arange(rows), dtype="Int64"), "group": pd.array(np.arange(rows) // 10, dtype="Int64")},
        index=pd.Index(np.arange(1001, 1001 + rows), name="row"),
    )


@pytest.fixture
def grouped(runner):
    """The reference of an ingested table of ages."""
    return runner.run(Step(name="ages", stage="ingestion", function=ages)).outputs["data"]


def test_the_path_lists_the_users_steps_in_order(runner, source, rowwise_step):
    """From the source down, each with the reference of its code."""
    first = runner.run(rowwise_step(doubled), {"data": source}).outputs["data"]
    second = runner.run(rowwise_step(halved), {"data": first}).outputs["data"]
    assert [step["step"] for step in runner.path(second)] == ["doubled", "halved"]
    assert runner.source_of(second) == source and runner.path(second)[0]["code"].startswith("code/doubled@")


@pytest.mark.parametrize("before", [doubled, halved], ids=["doubled", "halved"])
def test_equal_content_made_two_ways_keeps_its_own_way(opened, source, rowwise_step, before):
    """Two DAG runs that make the same rows by different steps each have their own path, reused or not."""
    for dag_run, first in (("a", doubled), ("b", halved), ("c", before)):
        runner = opened(dag_run=dag_run)
        between = runner.run(rowwise_step(first), {"data": source}).outputs["data"]
        last = runner.run(rowwise_step(constant), {"data": between}).outputs["data"]
    assert [step["step"] for step in runner.path(last)] == [before.__name__, "constant"]


def test_below_a_step_that_looks_at_other_rows_the_way_begins(runner, source, rowwise_step):
    """A single row cannot pass it: what it made is the entry, and only what comes after is on the way."""
    made = runner.run(Step(name="total", stage="preprocessing", function=total), {"data": source}).outputs["data"]
    last = runner.run(rowwise_step(doubled), {"data": made}).outputs["data"]
    assert (runner.source_of(last), [step["step"] for step in runner.path(last)]) == (made, ["doubled"])
    assert (runner.source_of(made), runner.path(made)) == (made, [])


def test_an_aggregates_rows_are_an_entry(runner, source):
    """Its rows are of keys, not of rows; the steps below it are on the way."""
    made = preprocess(runner, data=source, steps=[by_age])
    last = preprocess(runner, data=made, steps=[total])
    assert runner.source_of(last) == last
    last = preprocess(runner, data=made, steps=[rowwise(halved)])
    assert (runner.source_of(last), [step["step"] for step in runner.path(last)]) == (made, ["halved"])


def test_several_rows_made_of_one_are_an_entry(runner, source):
    """Neither does a row of theirs come from one row alone in such a way that it could be made of it."""
    made = preprocess(runner, data=source, steps=[explode("name", separator="1")])
    assert runner.source_of(preprocess(runner, data=made, steps=[named])) == made


def test_a_lookup_is_on_the_way(runner, source, grouped):
    """It is listed by our function, with the version looked up in, the keys, and the columns it reads there."""
    last = lookup(runner, data=source, reference=grouped, on="age", columns=["group"], found="known")
    [step] = runner.path(last)
    assert runner.source_of(last) == source
    assert (step["function"], step["code"]) == ("pipeline.preprocessing.lookup:lookup_rows", None)
    assert (step["reference"], step["origin"]) == (grouped, "trial.ages")
    assert (step["on"], step["reads"]) == ({"output": ["age"], "input": ["age"]}, ["age", "group"])
    assert step["parameters"] == {"on": {"age": "age"}, "columns": ["group"], "found": "known"}
    assert step["columns"]["group"] == "Int64"


def test_what_is_looked_up_in_has_a_way_of_its_own(runner, source, grouped):
    """A reference that was made row by row of a source has its rows named by that source."""
    made = preprocess(runner, data=grouped, steps=[rowwise(same)])
    [step] = runner.path(lookup(runner, data=source, reference=made, on="age"))
    assert (step["reference"], step["origin"]) == (made, "trial.ages")


def same(data):
    """Everything as it is, but for the groups."""
    return data.assign(group=data["group"] + 1)


def test_the_removal_of_duplicates_only_chooses(runner, source):
    """Whoever stays is as before: a row that is served alone has no duplicates."""
    last = preprocess(runner, data=source, steps=[named, dedupe("age")])
    assert (runner.source_of(last), [step["step"] for step in runner.path(last)]) == (source, ["named"])


def test_tables_under_one_another_are_an_entry_unless_there_is_one(runner, source):
    """Of two tables nobody can say which a served row would come from."""
    other = preprocess(runner, data=source, steps=[rowwise(early)])
    rest = preprocess(runner, data=source, steps=[rowwise(late)])
    both, one = stack(runner, tables=[other, rest]), stack(runner, tables=[other])
    assert (runner.source_of(both), runner.source_of(one)) == (both, source)


def early(data):
    """The young."""
    return data[data["age"] < 40]


def late(data):
    """The rest."""
    return data[data["age"] >= 40]

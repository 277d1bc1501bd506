"""The way from a source to a dataset is the chain's own, row by row."""

import pytest

from pipeline.errors import StepRefused
from pipeline.step import Step


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


def test_a_step_that_looks_at_other_rows_bars_the_way(runner, source):
    """A single row cannot pass it, so nothing below it can be served."""
    made = runner.run(Step(name="total", stage="preprocessing", function=total), {"data": source}).outputs["data"]
    with pytest.raises(StepRefused, match="step total lies between the source and"):
        runner.path(made)

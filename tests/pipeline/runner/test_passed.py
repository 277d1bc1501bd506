"""Columns that pass through a step are told by its rules, and taken over only where rows and dtypes are the same."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from lineage.records import Artifact, Dependency, Run, Use
from pipeline.runner.passed import digests_passed, loaded, passed, passing, passing_before
from pipeline.step import Depends, Effect, Rule
from pipeline.storage import Storage

OWN = {"passes": "*", "gives": ["size"]}
ROWS = pd.Index([1, 2, 5], name="row")


def table(**columns):
    """Three rows."""
    return pd.DataFrame(columns, index=ROWS)


@pytest.mark.parametrize(
    ("others", "columns"),
    [
        ((), ["town", "age"]),
        ((Depends("sizes", Rule.SAME_KEY, detail={"gives": ["size", "age"]}),), ["town"]),
        ((Depends("data", Rule.EVERY_ROW, Effect.DECISION),), ["town", "age"]),
        ((Depends("data", Rule.SAME_ROW, output="aside"),), ["town", "age"]),
        ((Depends("sizes", Rule.SAME_KEY, detail={"reads": ["size"]}),), None),
        ((Depends("fitted", Rule.EVERY_ROW, Effect.MODEL),), None),
        ((Depends("more", Rule.SAME_ROW, detail=OWN),), None),
    ],
    ids=["alone", "another gives", "a decision", "another output", "another gives all", "a state", "two of them"],
)
def test_what_passes_is_what_no_rule_gives(others, columns):
    """By one rule for rows that says what it gives, less what other rules give; unknown where one of them is silent."""
    rule = passing([Depends("data", Rule.SAME_ROW, detail=OWN), *others])
    found = passed(rule, {"data": table(town=["a"] * 3, age=[1, 2, 3], size=[4, 5, 6])})
    assert (found if found is None else list(found)) == columns


def test_named_columns_pass_alone():
    """A rule may name what passes; an input that is a list of tables passes nothing that could be taken over."""
    rule = passing([Depends("data", Rule.SAME_ROW, detail={"passes": ["age", "gone"], "gives": []})])
    assert list(passed(rule, {"data": table(town=["a"] * 3, age=[1, 2, 3])})) == ["age"]
    assert passed(rule, {"data": [table(age=[1, 2, 3])]}) is None


def test_the_record_of_a_run_says_the_same():
    """By the references of what it read and made, in whose roles."""
    made, read, other = (f"dataset/{name}@{name * 8}" for name in "abc")
    uses = tuple(
        Use(role=role, artifact=Artifact(kind="dataset", name=name, digest=name * 8))
        for role, name in (("data", "b"), ("sizes", "c"))
    )
    rules = (
        Dependency(output=made, input=read, rule=Rule.SAME_ROW, detail=OWN),
        Dependency(output=made, input=other, rule=Rule.SAME_KEY, detail={"gives": ["size"]}),
    )
    started = datetime(2026, 1, 1, tzinfo=UTC)
    run = Run(id="1", step="lookup", stage="preprocessing", started_at=started, inputs=uses, dependencies=rules)
    assert passing_before(run, made) == ("data", {"passes": "*", "gives": {"size"}})
    assert passing_before(run, other) is None


def test_ready_columns_are_not_loaded(tmp_path):
    """They come as they are given, the others from the file; but not for other rows, another dtype, or a category."""
    storage = Storage(str(tmp_path))
    made = table(age=[1.0, 2.0, 3.0], town=pd.array(["a", "b", "c"], "str"), kind=pd.Categorical(["x", "y", "x"]))
    facts = {"columns": {"age": "float64", "town": "str", "kind": "category"}}
    saved = storage.save("dataset", made)
    artifact = Artifact(kind="dataset", name="m", digest=saved.digest, place=saved.place, rows=3, facts=facts)
    other = table(age=[9.0, 9.0, 9.0], kind=pd.Categorical(["y", "y", "y"]))
    pd.testing.assert_frame_equal(loaded(storage, artifact, other), made.assign(age=9.0))
    pd.testing.assert_frame_equal(loaded(storage, artifact, other.astype({"age": "float32"})), made)
    for strange in (other.set_axis([1, 2, 6]), other.iloc[:2]):
        pd.testing.assert_frame_equal(loaded(storage, artifact, strange), made)


def test_digests_are_taken_over_for_the_same_rows_and_dtypes():
    """The ids count among them."""
    known = {"row": b"r", "age": b"a", "town": b"t"}
    columns, frame = table(age=[1.0] * 3, town=["a"] * 3), table(age=[1] * 3, town=["a"] * 3, more=[0] * 3)
    assert digests_passed(columns, frame, known) == {"row": b"r", "town": b"t"}
    assert digests_passed(columns, frame.iloc[1:], known) == {}
    assert digests_passed(columns, frame, {}) == {}

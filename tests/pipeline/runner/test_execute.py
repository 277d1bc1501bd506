"""What functions that claim a rule make, in a run: their ids, their rules, and lies found out."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import ClaimBroken, Misuse, StepRefused
from pipeline.preprocessing.preprocess import own_step, preprocess
from pipeline.runner.execute import RuleWidened, execute
from pipeline.step import Known, Rule, Step, aggregate, rowwise, splits
from lineage.records import SourceRecord


def visits(rows=120):
    """Visits with ids 1, 2, …: of 12 users and, every 13th, of nobody; skills as text."""
    number = np.arange(1, rows + 1)
    return pd.DataFrame(
        {
            "user": pd.array([None if n % 13 == 0 else f"u{n % 12:02d}" for n in number], dtype="str"),
            "pages": pd.array(number % 7, dtype="Int64"),
            "tags": pd.array([",".join("abc"[: n % 4]) for n in number], dtype="str"),
        },
        index=pd.Index(number, name="row"),
    )


@aggregate(by=("user",), reads=("pages",))
def per_user(frame):
    """Sum pages; users come as the index."""
    return frame.groupby("user")[["pages"]].sum()


@aggregate(by=("user", "odd"))
def per_two(frame):
    """Count by two columns, which come as columns; small groups are left out."""
    counted = frame.groupby(["user", "odd"], as_index=False).size()
    return counted[counted["size"] > 2]


@rowwise(reads=("pages",))
def parity(frame):
    """Whether the pages are odd."""
    return frame.assign(odd=frame["pages"] % 2 == 1)


@splits(by=("tag",))
def tagged(frame):
    """A row for each tag, and a second one for a."""
    lists = frame["tags"].str.split(",").map(lambda tags: [t for t in tags if t] + ["a"] * ("a" in tags))
    return frame.drop(columns="tags").assign(tag=lists).explode("tag").dropna(subset="tag").astype({"tag": "str"})


@pytest.fixture
def data(runner):
    """The reference of the ingested visits."""
    return runner.run(Step(name="visits", stage="ingestion", function=visits)).outputs["data"]


def run(function, frame=None, *, key=("user",), production=False, sample=0.0):
    """Execute a marked function on a frame, named by a secret of the test's own."""
    frame = visits() if frame is None else frame
    step = own_step(function, inputs=["frame"], parameters={}, name=function.__name__)
    naming = SourceRecord(name="trial", secret=b"s" * 16, schema={"user": "text", "odd": "boolean"}, key=key)
    step = replace(step, naming=naming if step.key else None)
    return execute(step, {"frame": frame}, production=production, sample=sample)


def test_an_aggregate_has_a_row_for_every_key_named_by_it(runner, data):
    """Rows without a user are in no group; the key is a column; the rule is by key, known by a sample of groups."""
    made = preprocess(runner, data=data, steps=[per_user])
    frame, whole = runner.value(made), visits()
    expected = {user: sum(whole["pages"][whole["user"] == user]) for user in whole["user"].dropna().unique()}
    assert dict(zip(frame["user"], frame["pages"], strict=True)) == expected and list(frame) == ["user", "pages"]
    [rule] = runner.store.dependencies(made)
    assert (rule.rule, rule.known) == (Rule.SAME_KEY, Known.SAMPLED)
    assert rule.detail["on"] == {"output": ["user"], "input": ["user"]} and rule.detail["reads"] == ["user", "pages"]
    assert (rule.detail["sample"], rule.detail["of"]) == (6, 12)


def test_a_key_has_the_same_id_whatever_other_rows_there_are():
    """The rows of three users alone make the same rows as among all."""
    whole = run(per_user).made["data"].value
    some = visits()[visits()["user"].isin(["u01", "u05", "u07"])]
    pd.testing.assert_frame_equal(run(per_user, some).made["data"].value, whole[whole["user"].isin(some["user"])])


def test_a_key_of_several_columns_as_columns():
    """Two columns name the rows, whether they come as index or as columns."""
    frame = parity(visits()).assign(odd=lambda f: f["odd"].astype("boolean"))
    made = run(per_two, frame, key=("user", "odd")).made["data"].value
    expected = frame.dropna(subset="user").groupby(["user", "odd"]).size()
    assert made.set_index(["user", "odd"])["size"].to_dict() == expected[expected > 2].to_dict()
    assert made.index.is_unique and made["odd"].dtype == "boolean"


def test_columns_not_read_pass_a_rowwise_function_by(runner, data):
    """What it gives and what passes is recorded with what it reads."""
    made = preprocess(runner, data=data, steps=[parity])
    assert list(runner.value(made)) == ["user", "tags", "pages", "odd"]
    [rule] = runner.store.dependencies(made)
    assert (rule.rule, rule.known) == (Rule.SAME_ROW, Known.SAMPLED)
    assert {key: rule.detail[key] for key in ("reads", "passes", "gives")} == {
        "reads": ["pages"],
        "passes": "*",
        "gives": ["pages", "odd"],
    }


@rowwise(reads=("pages", "tags"))
def shortened(frame):
    """Read two columns and give back one."""
    return frame[["pages"]]


def test_a_column_read_and_not_given_back_is_gone():
    """What passes is then said by name, so that nobody takes it to be there."""
    done = run(shortened)
    assert list(done.made["data"].value) == ["user", "pages"]
    assert done.depends[0].detail["passes"] == ["user"]


def test_split_rows_are_named_by_parent_and_tag(runner, data):
    """Every row has its parent in the table of pairs; equal tags of one parent are two rows."""
    made = preprocess(runner, data=data, steps=[tagged])
    [rule] = runner.store.dependencies(made)
    frame, pairs = runner.value(made), runner.value(rule.detail["pairs"])
    expected = sorted((n, tag) for n in range(1, 121) for tag in "abc"[: n % 4] + "a" * bool(n % 4))
    assert sorted(zip(pairs["parent"], frame["tag"], strict=True)) == expected
    assert frame.index.equals(pairs.index) and frame.index.is_unique
    assert (rule.rule, rule.known, rule.detail["side"]) == (Rule.PAIRS, Known.SAMPLED, "parent")
    alone = run(tagged, visits()[50:55]).made
    pd.testing.assert_frame_equal(alone["data"].value, frame[pairs["parent"].isin(range(51, 56))])


@pytest.mark.parametrize("function", [per_user, parity, tagged])
def test_with_all_tested_it_is_known_by_construction(function):
    """A project may have every row and group tested."""
    done = run(function, sample=1.0)
    assert {each.known for each in done.depends} == {Known.BY_CONSTRUCTION}
    assert done.detail["sample"] == done.detail["of"]


def test_a_claim_may_ask_for_all_itself():
    """A function that says sample="all" is tested on every row."""
    assert run(rowwise(sample="all")(identity)).depends[0].known is Known.BY_CONSTRUCTION


def identity(frame):
    """Give the frame back."""
    return frame


@aggregate(by="user")
def share_of_all(frame):
    """A share of all pages: rests on other groups."""
    return frame.groupby("user")[["pages"]].sum() / frame["pages"].sum()


@splits(by="tag")
def only_new(frame):
    """Each tag once in all rows: rests on other parents."""
    return tagged(frame).drop_duplicates("tag")


@pytest.mark.parametrize("function", [share_of_all, only_new])
def test_a_lie_is_refused_or_widened(function):
    """Production refuses; a proof of concept records every row, with nothing said to pass or to match."""
    with pytest.raises(ClaimBroken, match="claims .*, and does not"):
        run(function, production=True)
    with pytest.warns(RuleWidened, match="every row, assumed"):
        done = run(function)
    assert [(d.rule, d.known, d.detail) for d in done.depends] == [(Rule.EVERY_ROW, Known.ASSUMED, {})]


@pytest.mark.parametrize(
    ("makes", "error", "words"),
    [
        (lambda f: f.groupby("user")[["pages"]].sum().reset_index(drop=True), StepRefused, "without their key.*: user"),
        (lambda f: f[["user", "pages"]], StepRefused, "several rows of one key.*user=u0"),
        (lambda f: pd.DataFrame({"user": ["u01", "nobody"], "n": [1, 2]}), StepRefused, "none of its input.*nobody"),
        (lambda f: pd.DataFrame({"user": ["u01", None], "n": [1, 2]}), StepRefused, "rows without a key"),
        (lambda f: pd.DataFrame({"user": [1], "n": [1]}), Misuse, "different kinds.*user"),
        (lambda f: f.groupby("user")["pages"].sum(), StepRefused, "expected a DataFrame"),
    ],
)
def test_rows_that_cannot_be_named_by_key_are_refused(makes, error, words):
    """A key that is missing, null, there twice, not in the input or of another kind, and no table at all."""

    def broken(frame):
        return makes(frame)

    with pytest.raises(error, match=words):
        run(aggregate(by="user")(broken))


def test_groups_of_a_category_keep_its_dtype():
    """A key that is a category stays one; its values name the rows, as texts do."""
    frame = visits().astype({"user": "category"})
    made = run(per_user, frame).made["data"].value
    plain = run(per_user).made["data"].value
    assert made["user"].dtype == frame["user"].dtype and made.index.equals(plain.index)


@pytest.mark.parametrize(
    ("makes", "error", "words"),
    [
        (lambda f: f.assign(tag="a").set_axis(range(-5, 115)), StepRefused, "not in its input"),
        (lambda f: f, Misuse, "columns that it does not return.*tag"),
    ],
)
def test_split_rows_without_parent_or_name_are_refused(makes, error, words):
    """The index holds parents' ids, and the columns that name rows are there."""

    def broken(frame):
        return makes(frame)

    with pytest.raises(error, match=words):
        run(splits(by="tag")(broken))


def test_split_rows_without_names_are_known_by_all_they_hold():
    """Without by, rows of one parent are told apart by all columns."""
    found = run(splits()(twice)).made
    assert len(found["data"].value) == 240 and found["data"].value.index.is_unique


def twice(frame):
    """Every row twice."""
    return pd.concat([frame, frame.assign(pages=frame["pages"] + 10)])


def test_no_rows_make_no_rows():
    """Empty input gives an empty table of the same columns, and claims hold."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for function in (per_user, tagged, parity):
            done, whole = run(function, visits()[:0]), run(function)
            assert list(done.made["data"].value) == list(whole.made["data"].value)
            assert done.detail["sample"] == 0


def test_a_claimed_step_is_not_reused_under_another_claim(runner, data):
    """The same code with other columns declared is other work."""
    for reads in (None, ["pages"], ["pages"]):
        preprocess(runner, data=data, steps=[rowwise(reads=reads)(identity)])
    assert [each.reused for each in runner.ran[-3:]] == [False, False, True]


@pytest.mark.parametrize("step", [1, -1])
def test_two_columns_of_one_name_are_refused_in_any_order_of_rows(step):
    """None of them is lost on the way to the order of ids."""

    def doubled(frame):
        return pd.concat([frame, frame[["pages"]]], axis="columns")[::step]

    with pytest.raises(StepRefused, match="columns are there twice"):
        run(rowwise(doubled))

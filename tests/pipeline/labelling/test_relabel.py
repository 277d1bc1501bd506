"""The relabel stage: which labels changed, by whom, by which rule; the rows keep their lineage."""

from __future__ import annotations

import pandas as pd
import pytest

from lineage.records import Rule
from pipeline.artifacts.relabelling import Relabelling
from pipeline.errors import Misuse, StepRefused
from pipeline.labelling.relabel import relabel
from pipeline.labelling.rules import Borderline, LabelRule, Merge, Standardise
from pipeline.runner.path import makers, path
from pipeline.step import rowwise
from pipeline.way import way

SIGNED = {"by": "ann", "reason": "we measured"}
LONG = LabelRule("a scratch over 0.3 mm is a defect", where="length > 0.3", then="defect", otherwise="fine")


def phones(labels=("defect", "defect", "defect", "fine", "fine", "fine")):
    """Six phones with their scratches."""
    columns = {"label": pd.array(labels, "str"), "length": [0.7, 0.2, 0.5, 0.2, 0.1, 0.1]}
    return pd.DataFrame(columns, index=pd.RangeIndex(1, 7, name="row").astype("int64"))


def beside(runner, name):
    """What the last run kept beside the rows under a name."""
    return next(
        reference for ran in runner.ran[::-1] for reference in ran.outputs.values() if f"/labels.{name}" in reference
    )


def test_what_changed_is_kept_beside(runner, ingested):
    """Row 2 became fine, by the rule, by ann; the table is counted before and after."""
    made = relabel(runner, data=ingested(phones()), label="label", rules=[LONG], **SIGNED)
    assert runner.value(made)["label"].tolist() == ["defect", "fine", "defect", "fine", "fine", "fine"]
    changes = runner.value(beside(runner, "relabel.changes"))
    assert changes.index.tolist() == [2]
    assert changes.iloc[0].to_dict() == {
        "before": "defect", "after": "fine", "rule": LONG.name, "by": "ann", "reason": "we measured",
    }
    told = Relabelling.from_json(runner.value(beside(runner, "relabel.summary")))
    assert (told.n_rows, told.changed, told.idle, told.by) == (6, 1, (), "ann")
    assert told.classes == (("defect", 3), ("fine", 3)) and told.classes_after == (("fine", 4), ("defect", 2))
    assert [(one.rule, one.before, one.after, one.rows) for one in told.changes] == [(LONG.name, "defect", "fine", 1)]


def test_rows_rest_on_themselves(runner, ingested):
    """The rows and the list of changes are known row by row; other columns pass."""
    data = ingested(phones())
    made = relabel(runner, data=data, label="label", rules=[LONG], **SIGNED)
    [rule] = runner.store.dependencies(made)
    assert (rule.rule, rule.detail) == (Rule.SAME_ROW, {"passes": "*", "decides": [], "gives": ["label"]})
    assert [one.rule for one in runner.store.dependencies(beside(runner, "relabel.changes"))] == [Rule.SAME_ROW]


def test_a_rule_that_changes_nothing_is_said(runner, ingested):
    """It is named in the summary, and in the facts that the record shows; no change leaves an empty list."""
    rule = LabelRule("nothing is over 9 mm", where="length > 9", then="defect")
    made = relabel(runner, data=ingested(phones()), label="label", rules=[rule], **SIGNED)
    assert runner.value(made)["label"].equals(phones()["label"])
    assert runner.describe(beside(runner, "relabel.summary")).facts["idle"] == [rule.name]
    assert len(runner.value(beside(runner, "relabel.changes"))) == 0


def test_an_unknown_class_is_refused_with_near_ones(runner, ingested):
    """Nothing is made of the rows."""
    with pytest.raises(Misuse, match="'defct'.*Did you mean defect"):
        relabel(runner, data=ingested(phones()), label="label", rules=[Merge(("defct",), "x")], **SIGNED)


def test_a_class_that_a_rule_before_makes_is_known(runner, ingested):
    """Merged first, drawn a border around second; of a normalised text nobody knows what it will be."""
    data = ingested(phones(("Scratch", "scratch", "dent", "ok", "ok", "ok")))
    rules = [
        Standardise({"scratch": "mark"}, normal="case"),
        Merge(("mark", "dent"), "damage"),
        Borderline(between=("damage", "ok"), where="length == 0.2"),
    ]
    made = relabel(runner, data=data, label="label", rules=rules, **SIGNED)
    assert runner.value(made)["label"].tolist() == ["damage", "borderline", "damage", "borderline", "ok", "ok"]


def test_nobody_to_answer_for_it_is_misuse(runner):
    """A name and a reason are asked for."""
    with pytest.raises(Misuse, match="somebody to answer for it"):
        relabel(runner, data="dataset/x@1", label="label", rules=[LONG], by=" ", reason="so")


def test_contradictions_are_refused_with_their_rows(runner, ingested):
    """Before anything is kept."""
    other = LabelRule("all are fine", where="length > 0", then="fine")
    with pytest.raises(StepRefused, match="contradict.*row 1: 'defect' by 'a scratch"):
        relabel(runner, data=ingested(phones()), label="label", rules=[LONG, other], **SIGNED)


@rowwise(reads=("label", "length"))
def judged(rows: pd.DataFrame) -> pd.DataFrame:
    """A scratch over 0.3 mm is a defect."""
    return rows.assign(label=rows["label"].where(rows["length"] <= 0.3, "defect").where(rows["length"] > 0.3, "fine"))


@rowwise
def ranked(rows: pd.DataFrame) -> pd.DataFrame:
    """The longest is a defect."""
    return rows.assign(label=rows["label"].where(rows["length"] < rows["length"].max(), "the longest"))


def unmarked(rows: pd.DataFrame) -> pd.DataFrame:
    """Claims nothing."""
    return rows


def test_a_function_is_a_rule(runner, ingested):
    """It runs as a step of its own, whose code is kept; what it changed stands under the rule's words."""
    rule = LabelRule("a scratch over 0.3 mm is a defect", function=judged)
    made = relabel(runner, data=ingested(phones()), label="label", rules=[rule], **SIGNED)
    assert runner.value(made)["label"].tolist() == ["defect", "fine", "defect", "fine", "fine", "fine"]
    assert {one.rule for one in runner.store.dependencies(made)} == {Rule.SAME_ROW}
    assert runner.value(beside(runner, "relabel.changes"))["rule"].tolist() == [rule.name]


def test_a_function_that_looks_at_other_rows_is_found_out(runner, ingested):
    """It is said, as of any step; one that claims nothing is misuse."""
    data = ingested(phones())
    with pytest.raises(Misuse, match="marked @rowwise"):
        relabel(runner, data=data, label="label", rules=[LabelRule("r", function=unmarked)], **SIGNED)
    with pytest.warns(UserWarning, match="claims to treat each row by itself"):
        relabel(runner, data=data, label="label", rules=[LabelRule("r", function=ranked)], **SIGNED)


def test_a_request_goes_the_same_way(runner, ingested):
    """A relabelled column that a model reads is relabelled when served, too; without a label, rows stay as they are."""
    made = relabel(runner, data=ingested(phones()), label="label", rules=[LONG], **SIGNED)
    entry, steps = path(makers(runner.store, runner.occasion), made)
    assert entry.startswith("dataset/labels.labels@")
    assert [step["function"] for step in steps] == ["pipeline.labelling.relabel:relabelled"]
    [call] = way(steps)
    assert call(phones())["label"].tolist() == ["defect", "fine", "defect", "fine", "fine", "fine"]
    assert call(phones()[["length"]]).equals(phones()[["length"]])

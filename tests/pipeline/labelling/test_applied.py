"""Rules applied to rows, worked by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import Misuse, StepRefused
from pipeline.labelling.applied import applied, fired
from pipeline.labelling.rules import Borderline, LabelRule, Merge, Standardise

LONG = LabelRule("a scratch over 0.3 mm is a defect", where="length > 0.3", then=1, otherwise=0)


def rows(labels, kind="str", **columns):
    """Rows with labels and ids 1, 2, …"""
    index = pd.RangeIndex(1, len(labels) + 1, name="row").astype("int64")
    return pd.DataFrame({"label": pd.array(labels, kind), **columns}, index=index)


def after(frame, *rules, **more):
    """The labels that rules make."""
    made = applied(frame, label="label", rules=[each.to_json() for each in rules], **more)["after"]
    return made.astype(object).where(made.notna(), None).tolist()


def test_spellings_become_one():
    """um, umm and um… are one word; what is punctuation alone stays; null stays null."""
    frame = rows(["um,", "umm", "um…", "Um", " um  um ", "…", None])
    standard = Standardise({"umm": "um"}, normal=("blanks", "case", "punctuation"))
    assert after(frame, standard) == ["um", "um", "um", "um", "um um", "…", None]


def test_a_spelling_is_looked_up_before_and_after_what_is_taken_off():
    """The spelling of what is left counts first, then that of the text as it came."""
    assert after(rows(["UM", "um,"]), Standardise({"um,": "uh"}, normal="case")) == ["um", "uh"]


def test_classes_merge_and_a_borderline_is_drawn():
    """Scratches and dents are damage; damage and ok between 0.25 and 0.35 mm cannot be told apart."""
    frame = rows(["scratch", "dent", "ok", "stain", None], length=[0.7, 0.3, 0.3, 0.3, 0.3])
    border = Borderline(between=("damage", "ok"), where="0.25 < length and length < 0.35")
    assert after(frame, Merge(("scratch", "dent"), "damage"), border) == [
        "damage", "borderline", "borderline", "stain", None,
    ]


def test_a_rule_says_what_changed_and_by_which():
    """Both the merge and the borderline changed the dent; the damage that stays one is not listed."""
    frame = rows(["scratch", "dent", "damage"], length=[0.7, 0.3, 0.9])
    rules = [Merge(("scratch", "dent"), "damage"), Borderline(between=("damage", "ok"), where="length < 0.35")]
    made = applied(frame, label="label", rules=[each.to_json() for each in rules])
    assert made["rule"].isna().tolist() == [False, False, True]
    assert made["rule"][1] == rules[0].name and made["rule"][2] == f"{rules[0].name}; {rules[1].name}"


def test_the_course_example():
    """Truth 1,1,1,0,0,0 with the lengths becomes 1,0,1,0,0,0: only the second label changes."""
    frame = rows([1, 1, 1, 0, 0, 0], "Int64", length=[0.7, 0.2, 0.5, 0.2, 0.1, 0.1])
    made = applied(frame, label="label", rules=[LONG.to_json()])
    assert made["after"].tolist() == [1, 0, 1, 0, 0, 0] and made["after"].dtype == "Int64"
    assert made.index[made["rule"].notna()].tolist() == [2]


def test_rules_that_contradict_on_a_row_are_refused_with_it():
    """Two that agree are not; one that says nothing of the row is not asked."""
    frame = rows(["a", "b", "c"], length=[1.0, 2.0, 3.0])
    low, high = LabelRule("low", where="length < 2.5", then="x"), LabelRule("high", where="length > 1.5", then="y")
    with pytest.raises(StepRefused, match="two rules contradict.*row 2: 'x' by 'low', 'y' by 'high'"):
        after(frame, low, high)
    assert after(frame, low, LabelRule("also", where="length > 1.5", then="x")) == ["x", "x", "x"]


def test_every_rule_is_counted():
    """One that changes nothing is 0."""
    frame = rows(["a", "a", "b"])
    told = fired(frame, label="label", rules=[Merge(("a",), "c").to_json(), Merge(("b",), "b").to_json()])
    assert list(told.values()) == [2, 0]


def test_what_a_function_made_counts_where_it_differs():
    """It says something of the second row alone."""
    frame = rows(["a", "a"])
    rule = {"kind": "function", "name": "f", "function": "f"}
    made = applied(frame, label="label", rules=[rule], proposed=[rows(["a", "b"])])
    assert made["after"].tolist() == ["a", "b"] and made["rule"].notna().tolist() == [False, True]
    with pytest.raises(Misuse, match="does not give the rows back"):
        applied(frame, label="label", rules=[rule], proposed=[rows(["a"])])


@pytest.mark.parametrize(
    ("frame", "rule", "words"),
    [
        (rows(["a"]), LONG, "labels of another kind.*text.*1"),
        (rows([1], "Int64"), Merge((True,), 0), "labels of another kind.*integer.*True"),
        (rows([0.5], "float64"), Merge(("a",), "b"), "holds no labels"),
        (rows(["a"]).rename(columns={"label": "lable"}), Merge(("a",), "b"), "one of lable"),
        (rows([1], "Int64"), LONG, "no column 'length'"),
    ],
)
def test_what_does_not_fit_the_rows_is_misuse(frame, rule, words):
    """Labels of another kind, a column that is none or not there, a condition on what is not there."""
    with pytest.raises(Misuse, match=words):
        after(frame, rule)


def test_categories_and_booleans_are_labels():
    """A category's labels become plain ones; booleans stay booleans."""
    assert after(rows(["a", "b"]).astype({"label": "category"}), Merge(("a",), "c")) == ["c", "b"]
    assert after(rows([True, False], "boolean"), Merge((True,), False)) == [False, False]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.none() | st.sampled_from(["a", "b", "c "]), max_size=8))
def test_each_row_is_treated_by_itself(labels):
    """What a row becomes among all is what it becomes alone."""
    frame = rows(labels, length=[float(n) for n in range(len(labels))])
    rules = [Standardise(normal="blanks"), Merge(("a", "b"), "d"), LabelRule("r", where="length > 3", then="e")]
    whole = after(frame, *rules)
    assert whole == [after(frame.iloc[[n]], *rules)[0] for n in range(len(labels))]

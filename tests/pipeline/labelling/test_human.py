"""Human level: the course's figures by hand, slices, and what a model beside it may claim."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.artifacts.audit import Figure
from pipeline.artifacts.human import ONE_ANOTHER, HumanLevel
from pipeline.errors import Misuse, StepRefused
from pipeline.labelling.human import commonest_form, human_level, measure, two_people
from pipeline.labelling.relabel import relabel
from pipeline.labelling.rules import LabelRule

RULE = LabelRule("a scratch over 0.3 mm is a defect", where="length > 0.3", then=1, otherwise=0)


def inspections():
    """Six phones: the truth, what the inspector says, the length of the scratch in mm, and the line."""
    return pd.DataFrame(
        {
            "truth": pd.array([1, 1, 1, 0, 0, 0], "Int64"),
            "inspector": pd.array([1, 0, 1, 0, 0, 1], "Int64"),
            "length": [0.7, 0.2, 0.5, 0.2, 0.1, 0.1],
            "line": pd.array(["a", "a", "b", "b", "b", None], "str"),
        },
        index=pd.RangeIndex(1, 7, name="row").astype("int64"),
    )


def level(frame, **more):
    """Measure the inspector."""
    made = measure(frame, truth="truth", answer="inspector", **more)["human"].value
    return HumanLevel.from_json(made)


def test_before_the_rule_the_inspector_is_right_in_two_of_three():
    """4 of 6, 66.7 %, with Wilson's interval, 30.0 % to 90.3 %."""
    figure = level(inspections()).figure
    assert (figure.value, figure.n) == (pytest.approx(2 / 3), 6)
    assert (figure.low, figure.high) == (pytest.approx(0.300, abs=5e-4), pytest.approx(0.903, abs=5e-4))


def test_after_the_rule_in_all_and_what_changed_is_listed(runner, ingested):
    """The truth of phone 2 and the inspector's answer on phone 6 change: 100 %."""
    data = ingested(inspections(), "inspections")
    signed = {"rules": [RULE], "by": "ann", "reason": "the rule of March"}
    changed = {}
    for column in ("truth", "inspector"):
        data = relabel(runner, data=data, label=column, **signed)
        lists = [ref for ran in runner.ran for ref in ran.outputs.values() if "/labels.relabel.changes" in ref]
        changed[column] = runner.value(lists[-1]).index.tolist()
    after = HumanLevel.from_json(runner.value(human_level(runner, data=data, truth="truth", answer="inspector")))
    assert changed == {"truth": [2], "inspector": [6]}
    assert (after.figure.value, after.figure.n) == (1.0, 6)


def test_two_people_of_whom_seventy_per_cent_write_one_form():
    """0.7² + 0.3² = 0.58, where always writing the first form agrees 0.70."""
    assert two_people([0.7, 0.3]) == pytest.approx(0.58) and commonest_form([0.7, 0.3]) == 0.7
    for wrong in ([], [0.7, 0.4], [1.5, -0.5]):
        with pytest.raises(Misuse, match="sum to 1"):
            two_people(wrong)


def between(agree, commonest):
    """People who agree with one another so often."""
    figures = [Figure(metric="accuracy", value=value, n=200, low=value - 0.03, high=value + 0.03)
               for value in (agree, commonest)]
    return HumanLevel(against=ONE_ANOTHER, labellers=9, figure=figures[0], commonest=figures[1])


def test_the_twelve_per_cent_are_no_evidence():
    """A model that agrees with people 70 % of the time beats two people, 58 %, and shows nothing."""
    said = between(0.58, 0.70).sentence(0.70)
    assert "more often than they with one another (70.0% against 58.0% of n = 200)" in said
    assert "no evidence of superiority: always writing the commonest form would agree 70.0%" in said


def test_a_model_beside_human_level():
    """Below it, above it in truth, above it within the interval, above habit, and beside nothing known."""
    right = level(inspections())
    assert "not above human level (60.0% against 66.7% of n = 6)" in right.sentence(0.6)
    assert right.sentence(0.95).endswith("of n = 6).") and "within its interval" in right.sentence(0.8)
    assert "More than habit explains" in between(0.58, 0.70).sentence(0.9)
    none = Figure(metric="accuracy", value=0, n=0, defined=False)
    nothing = HumanLevel(against=ONE_ANOTHER, labellers=2, figure=none)
    assert "No human level is known" in nothing.sentence(0.9)


def test_human_level_by_slice():
    """Line a 1 of 2, line b 3 of 3, and the row whose line is not stated, wrong."""
    found = level(inspections(), slices=["line"])
    assert [(one.label, one.rows, one.figures[0].value) for one in found.groups] == [
        ("a", 2, 0.5), ("b", 3, 1.0), ("not stated", 1, 0.0),
    ]
    assert found.at("line", "b").low == pytest.approx(0.4385, abs=5e-5) and found.at("line", "c") is None


def test_rows_without_truth_or_answer_count_for_nothing():
    """Of none at all there is no level; a column that is not there is named."""
    frame = inspections()
    frame.loc[1, "truth"] = pd.NA
    assert level(frame).figure.n == 5
    with pytest.raises(StepRefused, match="no row has both"):
        level(frame.assign(truth=pd.array([None] * 6, "Int64")))
    with pytest.raises(Misuse, match="not there.*shift"):
        level(frame, slices=["shift"])

"""Human level: the course's figures by hand, slices, and a real crowd against the truth."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.artifacts.human import HumanLevel
from pipeline.errors import Misuse, StepRefused
from pipeline.labelling.human import human_level, measure
from pipeline.labelling.relabel import relabel
from pipeline.labelling.rules import LabelRule
from tests.pipeline.crowds import crowd

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


def test_workers_on_bluebirds():
    """Against the truth, 39 people are right in 63.6 % of 4,212 answers, from 32 % to 89 % by person."""
    found = HumanLevel.from_json(
        measure(crowd("bluebirds"), truth="truth", answer="label", by="worker", slices=["worker"])["human"].value
    )
    shares = sorted(one.figures[0].value for one in found.groups)
    assert (found.labellers, found.figure.n, len(shares)) == (39, 4212, 39)
    assert found.figure.value == pytest.approx(0.636, abs=5e-4)
    assert (shares[0], shares[-1]) == (pytest.approx(35 / 108), pytest.approx(96 / 108))

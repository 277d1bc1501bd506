"""The correct stage: a sheet of corrections, with lineage to the rows and to the sheet."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lineage import impact as lineage_impact
from lineage.records import Rule
from lineage.touched import Touched
from pipeline.artifacts.relabelling import Relabelling
from pipeline.errors import Misuse, StepRefused
from pipeline.labelling.correct import correct
from pipeline.runner.path import makers, path
from pipeline.storage.tables import StoredTables


def images():
    """Four images with their labels; the ids are 1 to 4."""
    columns = {"image": pd.array(list("abcd"), "str"), "label": pd.array(["cat", "dog", "cat", None], "str")}
    return pd.DataFrame(columns, index=pd.RangeIndex(1, 5, name="row").astype("int64"))


def sheet(rows, first=101):
    """A sheet of (image, label, by, rule), with ids from `first`."""
    columns = dict(zip(("image", "label", "by", "rule"), map(list, zip(*rows, strict=True)), strict=True))
    frame = pd.DataFrame({name: pd.array(values, "str") for name, values in columns.items()})
    return frame.set_axis(pd.RangeIndex(first, first + len(rows), name="row").astype("int64"))


ROWS = [("b", "cat", "ann", "ears"), ("c", "cat", "bob", None), ("d", "dog", "ann", None)]
FROM = {"on": "image", "label": "label", "rule": "rule"}


def beside(runner, name):
    """What the last run kept beside the rows under a name."""
    return next(
        reference for ran in runner.ran[::-1] for reference in ran.outputs.values() if f"/labels.{name}" in reference
    )


def test_labels_are_those_of_the_sheet(runner, ingested):
    """Two change, one was so before; who changed them and by which rule stands beside."""
    made = correct(runner, data=ingested(images(), "images"), corrections=ingested(sheet(ROWS), "sheet"), **FROM)
    assert runner.value(made)["label"].tolist() == ["cat", "cat", "cat", "dog"]
    changes = runner.value(beside(runner, "correct.changes"))
    told = changes.astype(object).where(changes.notna(), None)
    assert told.index.tolist() == [2, 4]
    assert told.to_dict("list") == {
        "before": ["dog", None], "after": ["cat", "dog"], "rule": ["ears", "correction"], "by": ["ann", "ann"],
    }
    summary = beside(runner, "correct.summary")
    facts = runner.describe(summary).facts
    assert (facts["corrections"], facts["as_it_was"], facts["of_no_row"], facts["changed"]) == (3, 1, 0, 2)
    assert Relabelling.from_json(runner.value(summary)).by == "ann, bob"


def test_a_label_rests_on_its_row_and_on_the_corrections_of_its_key(runner, ingested):
    """A correction that turns out wrong reaches the row it was about, and no other."""
    data, corrections = ingested(images(), "images"), ingested(sheet(ROWS), "sheet")
    made = correct(runner, data=data, corrections=corrections, **FROM)
    assert {one.rule for one in runner.store.dependencies(made)} == {Rule.SAME_ROW, Rule.SAME_KEY}
    wrong = sheet([("b", "dog", "ann", "ears")])
    found = lineage_impact.impact(
        runner.store,
        StoredTables(runner.store, runner.storage),
        {corrections: Touched(cells={"label": np.array([101])})},
        {corrections: wrong},
    )
    line = next(line for line in found.lines if line.artifact.reference == made)
    assert line.stood_on.tolist() == [2] and not line.open_ended


def test_a_request_is_not_asked_for_corrections(runner, ingested):
    """The way of a row from its source to the features leaves corrections of labels out."""
    data = ingested(images(), "images")
    made = correct(runner, data=data, corrections=ingested(sheet(ROWS), "sheet"), **FROM)
    assert path(makers(runner.store, runner.occasion), made) == (data, [])


def test_corrections_of_no_row_are_refused_or_counted(runner, ingested):
    """With their keys."""
    data = ingested(images(), "images")
    lost = ingested(sheet([*ROWS, ("z", "dog", "eve", None)]), "lost")
    with pytest.raises(StepRefused, match="of no row.*image=z"):
        correct(runner, data=data, corrections=lost, **FROM)
    made = correct(runner, data=data, corrections=lost, unknown="leave", **FROM)
    assert runner.value(made)["label"].tolist() == ["cat", "cat", "cat", "dog"]
    assert runner.describe(beside(runner, "correct.summary")).facts["of_no_row"] == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"label": "lable"}, "'lable' is no column"),
        ({"to": "new"}, "lack columns.*new"),
        ({"on": "picture"}, "not there.*picture"),
        ({"unknown": "guess"}, "refuse or leave"),
    ],
)
def test_what_cannot_be_applied_is_misuse(runner, ingested, changes, words):
    """Columns that are not there, and a way that there is not."""
    data, corrections = ingested(images(), "images"), ingested(sheet(ROWS), "sheet")
    with pytest.raises(Misuse, match=words):
        correct(runner, data=data, corrections=corrections, **{**FROM, **changes})


def test_labels_of_another_kind_are_misuse(runner, ingested):
    """Whole numbers do not become text."""
    numbers = images().assign(label=pd.array([1, 2, 3, 4], "Int64"))
    with pytest.raises(Misuse, match="another kind.*integer.*text"):
        correct(
            runner, data=ingested(numbers, "numbers"), corrections=ingested(sheet(ROWS), "sheet"), **FROM
        )

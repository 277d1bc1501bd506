"""Recalls are applied to any version that holds what they say is wrong, several of them one after the other."""

import numpy as np
import pandas as pd
import pytest

from lineage.touched import Touched
from pipeline.errors import SourceRejected
from pipeline.recall.amended import Amended, amended, put_right

from .test_corrected import PEOPLE, Desk


class Bench(Desk):
    """A source with versions, and recalls of it."""

    def came(self, text, dag_run):
        """Another version of the source, read by a DAG run."""
        (self.folder / "people.csv").write_text(text)
        return self.read(dag_run)

    def recall(self, corrected=None, **asked):
        """Record a recall."""
        said = self.state(corrected and self.put(corrected), patch=bool(corrected), **asked)
        stated = {"source": said.source, "version": said.version, "rows": said.rows, "columns": said.columns}
        return self.runner.store.open_recall(**stated, corrected=said.corrected or "", reason="wrong", by="ann")

    def after(self, version, *recalls):
        """What a version says with recalls applied."""
        return self.told(amended(self.runner, version, recalls).reference)


@pytest.fixture
def bench(tmp_path):
    """Three people: ann, 30, of ulm; bob, 17, of bonn; cid, 45, of ulm."""
    return Bench(tmp_path)


def test_the_recalled_version_becomes_the_corrected_one(bench):
    """Nothing is made that is there."""
    recall = bench.recall("name,age,town\nbob,71,bonn\n")
    assert amended(bench.runner, bench.first, [recall]) == Amended(recall.corrected, (recall.id,))


def test_a_later_version_is_put_right_where_it_is_still_wrong(bench):
    """Wrong cells are set and a missing row is added; a row that came since, and a cell that is another, stay."""
    recall = bench.recall("name,age,town\nbob,71,jena\nann,31,ulm\neve,8,ulm\n")
    later = bench.came("name,age,town\nann,32,ulm\nbob,17,bonn\ncid,46,ulm\ndee,5,bonn\n", "r2")
    assert bench.after(later, recall) == [
        ("ann", 32, "ulm"),
        ("bob", 71, "jena"),
        ("cid", 46, "ulm"),
        ("dee", 5, "bonn"),
        ("eve", 8, "ulm"),
    ]


def test_a_version_that_is_right_stays_as_it_is(bench):
    """Once the source reads as it should, there is nothing to put right."""
    recall = bench.recall("name,age,town\nbob,71,bonn\n")
    right = bench.came(PEOPLE.replace("17", "71") + "dee,5,bonn\n", "r2")
    assert amended(bench.runner, right, [recall]) == Amended(right, ())


def test_rows_that_should_not_be_there_go_from_every_version(bench):
    """A row left out of a corrected file, and rows that are only withdrawn."""
    path = bench.put("name,age,town\nann,30,ulm\ncid,45,ulm\n")
    said = bench.state(path)
    stated = {"source": "people", "version": bench.first, "corrected": said.corrected, "rows": said.rows}
    gone = bench.runner.store.open_recall(**stated, reason="no such person", by="ann")
    withdrawn = bench.recall(version=bench.first, where="name == 'ann'")
    later = bench.came(PEOPLE.replace("45", "46"), "r2")
    assert bench.after(later, gone) == [("ann", 30, "ulm"), ("cid", 46, "ulm")]
    assert bench.after(later, gone, withdrawn) == [("cid", 46, "ulm")]
    everyone = bench.recall(version=bench.first, where="age > 0")
    with pytest.raises(SourceRejected, match="no row left"):
        amended(bench.runner, bench.first, [everyone])


def test_two_corrections_of_two_rows_both_hold(bench):
    """Each keeps what the other put right, in either order."""
    one = bench.recall("name,age,town\nbob,71,bonn\n")
    two = bench.recall("name,age,town\ncid,54,ulm\n", version=bench.first)
    both = [("ann", 30, "ulm"), ("bob", 71, "bonn"), ("cid", 54, "ulm")]
    assert bench.after(bench.first, one, two) == bench.after(bench.first, two, one) == both


def test_of_two_corrections_of_one_cell_the_later_stands(bench):
    """Whether the second was said of the wrong version or of the first corrected one."""
    one = bench.recall("name,age,town\nbob,71,bonn\n")
    other = bench.recall("name,age,town\nbob,72,bonn\n", version=bench.first)
    again = bench.recall("name,age,town\nbob,73,bonn\n", version=one.corrected)
    back = bench.recall(PEOPLE, version=one.corrected)
    assert bench.after(bench.first, one, other)[1] == ("bob", 72, "bonn")
    assert bench.after(bench.first, one, again)[1] == ("bob", 73, "bonn")
    assert bench.after(bench.first, one, back)[1] == ("bob", 17, "bonn")


def test_a_row_that_one_recall_leaves_out_stays_out(bench):
    """Another recall's corrected cell does not bring it back."""
    one = bench.recall(where="name == 'bob'")
    two = bench.recall("name,age,town\nbob,71,bonn\ncid,54,ulm\n", version=bench.first)
    assert bench.after(bench.first, one, two) == [("ann", 30, "ulm"), ("cid", 54, "ulm")]


def test_dtypes_stay(bench):
    """An amended version has the dtypes of the one it was made of, categories those of its rows."""
    recall = bench.recall("name,age,town\nbob,,jena\n")
    later = bench.came(PEOPLE + "dee,5,bonn\n", "r2")
    made = amended(bench.runner, later, [recall]).reference
    frame = bench.runner.value(made)
    assert frame.dtypes["age"] == "Int64" and frame["age"].isna().sum() == 1
    assert list(frame["town"].cat.categories) == ["bonn", "jena", "ulm"]
    assert bench.runner.describe(made).facts["corrects"] == later


def test_cells_nobody_can_put_right_take_their_rows_along():
    """Where it is known only that cells are wrong, their rows are left out."""
    table = pd.DataFrame({"a": [1, 2, 3]}, index=pd.Index([1, 2, 3], name="row"))

    assert list(put_right(table, Touched(cells={"a": np.array([2])}), None)["a"]) == [1, 3]

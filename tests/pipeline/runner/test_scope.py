"""The rows that a step sees again are those that rest on touched ones, and no others."""

import numpy as np
import pandas as pd
import pytest

from lineage.difference import difference
from lineage.idsets import ids_of
from pipeline.preprocessing.dedupe import dedupe_depends
from pipeline.preprocessing.join import join_depends
from pipeline.preprocessing.lookup import lookup_depends
from pipeline.runner.scope import main_role, scope
from pipeline.step import Depends, Effect, Rule

SAME = (Depends("data", Rule.SAME_ROW),)
LOOKUP = lookup_depends(on={"town": "name"}, columns=["size"], found=None)
DEDUPE = dedupe_depends("data", {"by": ["town"], "order": "age", "keep": "first"})
PER_TOWN = (Depends("data", Rule.SAME_KEY, detail={"on": {"output": ["town"], "input": ["town"]}, "reads": ["town"]}),)
CHILDREN = (Depends("data", Rule.PAIRS, detail={"pairs": "pairs", "side": "parent"}),)


def people(**other):
    """Six people with ids 1 to 6: two of ulm, two of bonn, one of jena and one of nowhere; `other` ones are as said."""
    rows = {1: ("ulm", 30), 2: ("ulm", 40), 3: ("bonn", 50), 4: ("bonn", 60), 5: ("jena", 70), 6: (None, 80)}
    rows |= {int(name[1:]): row for name, row in other.items()}
    kept = {row: cells for row, cells in sorted(rows.items()) if cells}
    columns = {"town": pd.array([town for town, _ in kept.values()], "str"), "age": [age for _, age in kept.values()]}
    return pd.DataFrame(columns, index=pd.Index(list(kept), name="row")).astype({"age": "Int64"})


def towns(**sizes):
    """Towns with their sizes, ids from 101; ulm and jena if none are named."""
    sizes = sizes or {"ulm": 1, "jena": 3}
    columns = {"name": pd.array(list(sizes), "str"), "size": list(sizes.values()), "note": "-"}
    return pd.DataFrame(columns, index=pd.Index([100 + ord(name[0]) for name in sizes], name="row"))


def found(depends, old, new):
    """What has to run again when inputs by role are others; those that are the same object did not change."""
    touched = {role: difference(old[role], new[role]) for role in new if old[role] is not new[role]}
    return scope(depends, old=old, new=new, touched=touched)


def ids(frame):
    """The ids of a table's rows."""
    return frame.index.tolist()


def test_a_rowwise_step_sees_the_touched_rows():
    """Row 2 changed, row 3 went and row 9 came: 2 and 9 are read, and 2, 3 and 9 replaced."""
    one = found(SAME, {"data": people()}, {"data": people(_2=("ulm", 41), _3=None, _9=("kiel", 1))})
    assert ids(one.inputs["data"]) == [2, 9] and one.chosen.tolist() == [2, 3, 9]
    assert one.within({"data": people()}).tolist() == [1, 2]


def test_of_several_tables_each_gives_its_touched_rows():
    """Stacked tables stay apart, in their order."""
    first, second = people(_4=None), people(_1=None, _2=None, _3=None)
    touched = {"data": difference(second, second.assign(age=pd.array([1, 70, 80], "Int64")))}
    one = scope(SAME, old={"data": [first, second]}, new={"data": [first, second]}, touched=touched)
    assert [ids(frame) for frame in one.inputs["data"]] == [[], [4]]


def test_a_key_that_came_into_a_reference_is_looked_up_by_those_who_ask():
    """Bonn became known: rows 3 and 4 ask for it, and need nothing else of the reference."""
    known, more = people(), towns(ulm=1, bonn=2, jena=3)
    one = found(LOOKUP, {"data": known, "reference": towns()}, {"data": known, "reference": more})
    assert ids(one.inputs["data"]) == [3, 4] and one.inputs["reference"]["name"].tolist() == ["bonn"]


def test_a_touched_row_takes_the_reference_rows_that_it_asks_for():
    """Row 1 moved to jena and is looked up there; what others of its towns have stays."""
    known = towns()
    one = found(LOOKUP, {"data": people(), "reference": known}, {"data": people(_1=("jena", 30)), "reference": known})
    assert ids(one.inputs["data"]) == [1] and one.inputs["reference"]["name"].tolist() == ["jena"]


@pytest.mark.parametrize("new", [towns().assign(note="!"), towns(ulm=1, jena=3, xanten=9)])
def test_what_nobody_asks_for_touches_no_row(new):
    """A column that is not taken, and a town where nobody lives; a row without a town asks for nothing."""
    known = people()
    one = found(LOOKUP, {"data": known, "reference": towns()}, {"data": known, "reference": new})
    assert ids(one.inputs["data"]) == []


def test_of_rows_alike_all_are_seen_when_one_of_them_is_touched():
    """Row 2 lost to row 1: whatever changes in row 1, seen without row 2 it would tell nothing of the two."""
    before = people().assign(note="a")
    after = before.assign(note=pd.array(["b", *"aaaaa"], "str"))
    one = found(DEDUPE, {"data": before}, {"data": after})
    assert ids(one.inputs["data"]) == one.chosen.tolist() == [1, 2]


def test_a_row_that_moves_calls_up_those_it_left_and_those_it_joins():
    """Row 1 goes from ulm to bonn; of a row that went, those it leaves are seen."""
    moved = found(DEDUPE, {"data": people()}, {"data": people(_1=("bonn", 30))})
    assert ids(moved.inputs["data"]) == [1, 2, 3, 4]
    gone = found(DEDUPE, {"data": people()}, {"data": people(_1=None)})
    assert ids(gone.inputs["data"]) == [2] and gone.chosen.tolist() == [1, 2]


def test_rows_without_a_key_have_no_rivals():
    """Row 6 is of no town: nobody else is called up."""
    one = found(DEDUPE, {"data": people(_7=(None, 1))}, {"data": people(_6=(None, 81), _7=(None, 1))})
    assert ids(one.inputs["data"]) == [6]


def test_an_aggregate_sees_whole_groups_and_replaces_theirs():
    """Jena's only row went to bonn: bonn is counted anew, and the row of jena made before is replaced by none."""
    one = found(PER_TOWN, {"data": people()}, {"data": people(_5=("bonn", 70))})
    assert ids(one.inputs["data"]) == [3, 4, 5]
    counts = pd.DataFrame({"town": ["ulm", "bonn", None, "jena"]}, dtype="str")
    assert one.within({"data": counts}).tolist() == [1, 3]


def test_a_column_that_is_not_read_calls_up_no_group():
    """Towns are counted by their names: an age counts for nothing."""
    one = found(PER_TOWN, {"data": people()}, {"data": people(_5=("jena", 71))})
    assert ids(one.inputs["data"]) == []


def test_a_join_sees_all_rows_of_a_key_on_both_sides():
    """Ulm's size changed: its two people and its own row are matched again."""
    known = people()
    depends = join_depends(["town", "age"], ["name", "size", "note"], on={"town": "name"})
    one = found(depends, {"left": known, "right": towns()}, {"left": known, "right": towns(ulm=9, jena=3)})
    assert (ids(one.inputs["left"]), one.inputs["right"]["name"].tolist()) == ([1, 2], ["ulm"])
    assert one.within({"data": pd.DataFrame({"town": ["jena", "ulm", "ulm"]})}).tolist() == [1, 2]


def test_rows_made_of_one_are_replaced_by_their_parents():
    """Row 5 changed and row 6 went: all that was made of them is replaced, as the table of pairs says."""
    one = found(CHILDREN, {"data": people()}, {"data": people(_5=("jena", 1), _6=None)})
    pairs = pd.DataFrame({"parent": pd.array([5, 1, 6, 5], "Int64")}, index=pd.Index([10, 11, 12, 13], name="row"))
    assert ids(one.inputs["data"]) == [5]
    assert one.within({"data": pairs[[]], "pairs": pairs}).tolist() == [0, 2, 3]


@pytest.mark.parametrize(("depends", "expected"), [(SAME, [1, 5]), (DEDUPE, [1, 2, 5]), (PER_TOWN, [1, 2, 5])])
def test_rows_can_run_along_with_all_that_belongs_to_them(depends, expected):
    """Row 1 is taken along: by itself, or with the others of its town."""
    one = found(depends, {"data": people()}, {"data": people(_5=("kiel", 70))})
    wide = one.along(ids_of([1]))
    assert ids(wide.inputs["data"]) == expected and ids(one.inputs["data"]) == [5]
    assert wide.naming(ids_of(np.array([], "int64"))).tolist() == []


@pytest.mark.parametrize(
    "depends",
    [
        (),
        (Depends("data", Rule.SAME_ROW, effect=Effect.MODEL),),
        (*SAME, Depends("data", Rule.EVERY_ROW)),
        (*SAME, Depends("other", Rule.SAME_ROW)),
        (*SAME, *CHILDREN),
        (Depends("data", Rule.SAME_ROW, output="page"),),
        (Depends("data", Rule.SAME_KEY, detail={**PER_TOWN[0].detail, "cluster": "person"}),),
    ],
)
def test_rules_that_allow_no_less_than_all_rows(depends):
    """None that is direct or of the data, every row, two tables at once, two kinds together, clusters."""
    assert found(depends, {"data": people()}, {"data": people(_5=None)}) is None


@pytest.mark.parametrize(("depends", "role"), [(LOOKUP[::-1], "data"), (PER_TOWN, "data")])
def test_the_main_input_is_that_whose_rows_the_output_has(depends, role):
    """Of data and the reference it is looked up in, the data, in whatever order the rules are told."""
    assert main_role((Depends("model", Rule.EVERY_ROW, effect=Effect.MODEL), *depends)) == role

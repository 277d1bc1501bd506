"""Records of one entity get one name; a record bears on nobody else's."""

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import Misuse
from pipeline.preprocessing.comparison import Compare
from pipeline.preprocessing.linkage import link, link_depends
from pipeline.step import Rule

ROOT = Path(__file__).parents[3]
SAME_MAIL = [Compare("mail", m=[0.9, 0.1], u=[0.001, 0.999])]
NAMES = [Compare("name", similar=[0.9], m=[0.8, 0.15, 0.05], u=[0.01, 0.01, 0.98])]


def users(**columns):
    """A table of users with the ids 10, 20, 30 …"""
    frame = pd.DataFrame(columns)
    return frame.set_axis(pd.Index(10 * np.arange(1, len(frame) + 1), name="row"))


def linked(frame, **declared):
    """The name of the entity of every row."""
    return link("person", **declared)(frame)["person"].tolist()


def test_one_person_by_two_ways_is_one_person():
    """The first and the second share an address, the second and the third a telephone: all three are 10."""
    frame = users(mail=["a@x", "a@x", "b@x", "c@x"], phone=["1", "2", "2", "3"])
    both = [*SAME_MAIL, Compare("phone", m=[0.9, 0.1], u=[0.001, 0.999])]
    # one agreement and one difference: 900 * 0.1 = 90 to 1, against a prior of 1 to 1
    assert linked(frame, block_on=["mail", "phone"], compare=both, prior=0.5) == [10, 10, 10, 40]


def test_ids_rows_and_columns_stay():
    """Linking adds one column of whole numbers and touches nothing else."""
    frame = users(mail=["a", "b", "a"], born=pd.to_datetime(["1990-01-01", None, "1990-01-01"]))
    made = link("person", block_on=["mail"], compare=SAME_MAIL, prior=0.5)(frame)
    pd.testing.assert_frame_equal(made.drop(columns="person"), frame)
    assert str(made["person"].dtype) == "Int64"


def test_the_threshold_is_a_probability():
    """Odds of 900 to 1 for one address, times a prior of 1 to 99, are 9.09 to 1, which is 0.90 and not 0.91."""
    frame = users(mail=["a", "a"])
    assert linked(frame, block_on=["mail"], compare=SAME_MAIL, prior=0.01, threshold=0.90) == [10, 10]
    assert linked(frame, block_on=["mail"], compare=SAME_MAIL, prior=0.01, threshold=0.91) == [10, 20]


def test_a_null_tells_nothing():
    """Where one name is not known, the address alone decides; where no address is, nothing is compared."""
    frame = users(mail=["a", "a", None, None], name=["Ann", None, "Bob", "Bob"])
    assert linked(frame, block_on=["mail"], compare=[*SAME_MAIL, *NAMES], prior=0.1) == [10, 10, 30, 40]


def test_nan_is_null():
    """Two unknown numbers are no agreement, though a database may hold NaN to be equal to NaN."""
    frame = users(number=[float("nan"), float("nan"), 7.0, 7.0])
    number = [Compare("number", m=[0.9, 0.1], u=[0.001, 0.999])]
    assert linked(frame, block_on=["number"], compare=number, prior=0.5) == [10, 20, 30, 30]


@pytest.mark.parametrize(
    ("other", "same"), [("Jonathan", True), ("Jonathon", True), ("Jnoathan", True), ("Joanna", False)]
)
def test_names_may_be_misspelt(other, same):
    """Another letter, or two swapped, are alike to 0.9 (Jaro–Winkler) and one edit away; another name is neither."""
    frame = users(mail=["a", "a"], name=["Jonathan", other])
    edits = [Compare("name", edits=[1], m=[0.8, 0.15, 0.05], u=[0.01, 0.01, 0.98])]
    for compare in (NAMES, edits):
        found = linked(frame, block_on=["mail"], compare=compare, prior=0.3, threshold=0.8)
        assert found == ([10, 10] if same else [10, 20])


def test_columns_of_any_name_and_kind_are_compared():
    """Names that a database reads otherwise, and categories, dates, whole numbers and truths."""
    frame = users(**{"e mail": ["a", "a"], "E mail": ["x", "y"], 'we"ird': pd.Categorical(["p", "p"])})
    frame = frame.assign(born=pd.Timestamp("2000-01-01"), age=pd.array([3, 3], "Int64"), is_new=True)
    told = [Compare(name, m=[0.9, 0.1], u=[0.1, 0.9]) for name in frame.columns if name != "E mail"]
    assert linked(frame, block_on=[list(frame.columns)[:1]], compare=told, prior=0.01) == [10, 10]


@pytest.mark.parametrize("rows", [0, 1])
def test_too_few_rows_to_compare(rows):
    """Of no rows none, and of one row that row, is named."""
    frame = users(mail=["a"]).head(rows)
    assert linked(frame, block_on=["mail"], compare=SAME_MAIL, prior=0.5) == [10][:rows]


LETTERS = st.sampled_from(["a", "b", "c", None])
RECORDS = st.tuples(LETTERS, LETTERS, LETTERS)
TABLES = st.dictionaries(st.integers(-5, 5), RECORDS, min_size=2, max_size=9)
TOLD = {"x": (0.8, 0.1), "y": (0.7, 0.2), "z": (0.9, 0.3)}
DECLARED = {
    "block_on": [["x"], ["y", "z"]],
    "compare": [Compare(name, m=[m, 1 - m], u=[u, 1 - u]) for name, (m, u) in TOLD.items()],
    "prior": 0.2,
    "threshold": 0.8,
}


def match_by_hand(one, other):
    """Whether two records match, from the definition."""
    pairs = {name: pair for name, pair in zip("xyz", zip(one, other, strict=True), strict=True) if None not in pair}
    agree = {name for name, (a, b) in pairs.items() if a == b}
    odds = 0.2 / 0.8
    for name in pairs:
        m, u = TOLD[name]
        odds *= m / u if name in agree else (1 - m) / (1 - u)
    return ("x" in agree or {"y", "z"} <= agree) and odds / (1 + odds) >= 0.8


def by_hand(records):
    """The smallest id of each record's entity, by id: matches are followed as far as they lead."""
    sets = [{row} for row in records]
    for one, other in itertools.combinations(records, 2):
        if match_by_hand(records[one], records[other]):
            tied = [each for each in sets if each & {one, other}]
            sets = [each for each in sets if each not in tied] + [set.union(*tied)]
    return {row: min(each) for each in sets for row in each}


def entities(records, order=None):
    """The name that the step gives to each record, by id; the rows may be in any order."""
    order = order or list(records)
    frame = pd.DataFrame([records[row] for row in order], columns=list("xyz"), dtype="str")
    return link("person", **DECLARED)(frame.set_axis(pd.Index(order, name="row", dtype="int64")))["person"].to_dict()


@settings(max_examples=15, deadline=None)
@given(TABLES, st.randoms())
def test_entities_are_those_worked_by_hand(records, random):
    """In any table, in any order of its rows, an entity is what matching pairs tie together."""
    assert entities(records, random.sample(sorted(records), len(records))) == by_hand(records)


@settings(max_examples=10, deadline=None)
@given(TABLES, RECORDS | st.none())
def test_a_record_changes_only_the_entities_it_was_or_is_part_of(records, now):
    """Whose entity's name changes was with the corrected or erased record before, or is with it after."""
    row, *others = sorted(records, key=lambda one: records[one][0] or "")
    was = entities(records)
    then = entities({**{one: records[one] for one in others}, **({row: now} if now else {})})
    changed = {one for one in others if was[one] != then[one]}
    assert changed <= {one for one in others if was[one] == was[row] or then[one] == then.get(row)}


LINKING = """
import numpy as np, pandas as pd
from pipeline.preprocessing.comparison import Compare
from pipeline.preprocessing.linkage import link
letters = np.random.default_rng(0).choice(list("abcdefgh"), (2000, 8))
frame = pd.DataFrame({"town": letters[:, 0], "name": ["".join(row) for row in letters[:, 1:]]})
near = [Compare("name", similar=[0.9], m=[0.8, 0.15, 0.05], u=[0.01, 0.01, 0.98])]
made = link("person", block_on=["town"], compare=near, prior=0.5, threshold=0.5)(frame)
print(pd.util.hash_pandas_object(made).sum(), made["person"].nunique())
"""
ONE_CORE = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})"


def test_processes_and_threads_agree():
    """A process on one core and one on all of them name 2,000 records alike."""
    found = [
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for code in (LINKING, ONE_CORE + LINKING)
    ]
    assert found[0] == found[1] and 10 < int(found[0].split()[1]) < 1990


def test_what_rests_on_what():
    """Own columns rest on the own row, the entity on the compared columns of all its records."""
    step = link("person", block_on=[["mail"], ["name", "town"]], compare=[*SAME_MAIL, *NAMES], prior=0.5)
    own, entity = link_depends("data", step.parameters)
    assert (own.rule, entity.rule) == (Rule.SAME_ROW, Rule.PAIRS)
    assert own.detail == {"reads": [], "decides": [], "passes": "*", "gives": []}
    assert entity.detail == {"cluster": "person", "reads": ["mail", "name", "town"], "decides": [], "gives": ["person"]}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"block_on": []}, "columns to block on"),
        ({"block_on": [[]]}, "columns to block on"),
        ({"compare": []}, "columns to compare"),
        ({"prior": 0}, "prior=0"),
        ({"threshold": 1}, "threshold=1"),
    ],
)
def test_a_declaration_that_cannot_be_used_is_refused(changed, says):
    """Without columns to go by, or with a certainty for a probability, a DAG file is not read."""
    with pytest.raises(Misuse, match=says):
        link("person", **{"block_on": ["mail"], "compare": SAME_MAIL, "prior": 0.5, **changed})


def test_a_column_that_is_not_there_is_named():
    """With what it may have been meant to be."""
    step = link("person", block_on=["mial"], compare=SAME_MAIL, prior=0.5)
    with pytest.raises(Misuse, match="mial.*Did you mean mail"):
        step(users(mail=["a", "b"]))


def test_a_column_is_not_overwritten():
    """The entity's column is a new one."""
    with pytest.raises(Misuse, match="'mail', which is there already"):
        link("mail", block_on=["mail"], compare=SAME_MAIL, prior=0.5)(users(mail=["a", "b"]))

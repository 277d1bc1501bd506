"""Looking rows up by key: worked by hand, against a search row by row, and through the runner."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Misuse, StepRefused
from pipeline.preprocessing.lookup import lookup, lookup_rows
from pipeline.step import Known, Rule, Step


def visits(ips=("a", "b", None, "a"), ports=(1, 2, 1, None)):
    """Visits with ids 11, 12, …"""
    columns = {"ip": pd.Series(ips, dtype="str"), "port": pd.Series(ports, dtype="Int64")}
    return pd.DataFrame(columns).set_axis(pd.Index(range(11, 11 + len(ips)), name="row"))


def listed(ips=("a", "c", None), since=(2020, 2021, 2022)):
    """A list of bad addresses with ids 1, 2, …"""
    columns = {
        "address": pd.Series(ips, dtype="str"),
        "since": pd.Series(since, dtype="Int64"),
        "kind": pd.Series(["x", None, "z"][: len(ips)], dtype="category"),
    }
    return pd.DataFrame(columns).set_axis(pd.Index(range(1, 1 + len(ips)), name="row"))


def test_a_row_gets_the_columns_of_the_row_with_its_key():
    """Visits of a are listed; b is not, and a null matches no null. Ids, order and dtypes stay."""
    made = lookup_rows(visits(), listed(), on={"ip": "address"}, columns=["since", "kind"], found="bad")
    assert made.index.tolist() == [11, 12, 13, 14]
    assert made["since"].tolist() == [2020, pd.NA, pd.NA, 2020] and made["since"].dtype == "Int64"
    assert made["bad"].tolist() == [True, False, False, True] and made["bad"].dtype == "boolean"
    assert made["kind"].dtype == listed()["kind"].dtype
    assert list(made) == ["ip", "port", "since", "kind", "bad"]


def test_a_single_row_is_looked_up_as_among_all():
    """The inference server calls the same function with one row."""
    whole = lookup_rows(visits(), listed(), on={"ip": "address"}, columns=["since"], found="bad")
    for row in visits().index:
        alone = lookup_rows(visits().loc[[row]], listed(), on={"ip": "address"}, columns=["since"], found="bad")
        pd.testing.assert_frame_equal(alone, whole.loc[[row]])


@pytest.mark.parametrize(("data", "reference"), [(visits()[:0], listed()), (visits(), listed()[:0])])
def test_empty_tables_are_no_special_case(data, reference):
    """No rows to look up, or none to find: the columns come out all the same."""
    made = lookup_rows(data, reference, on={"ip": "address"}, columns=["since", "kind"], found="bad")
    assert len(made) == len(data) and not made["bad"].any()
    assert made.dtypes.astype(str).tolist() == ["str", "Int64", "Int64", "category", "boolean"]


def test_keys_of_several_columns_match_in_all_of_them():
    """(a, 1) is there, (a, null) is nowhere, and neither is (b, 1)."""
    reference = pd.DataFrame(
        {"ip": ["a", "b"], "port": pd.array([1, 1], dtype="Int64"), "n": pd.array([7, 8], dtype="Int64")}
    ).astype({"ip": "str"})
    made = lookup_rows(visits(), reference, on={"ip": "ip", "port": "port"}, columns=["n"])
    assert made["n"].tolist() == [7, pd.NA, pd.NA, pd.NA]


def test_categories_meet_texts_by_value():
    """A category's codes mean nothing to another table."""
    data = visits().astype({"ip": pd.CategoricalDtype(["z", "b", "a"])})
    made = lookup_rows(data, listed(), on={"ip": "address"}, columns=["since"])
    assert made["since"].tolist() == [2020, pd.NA, pd.NA, 2020] and made["ip"].dtype == data["ip"].dtype


def test_large_integers_keep_their_last_digit():
    """2**53 and 2**53 + 1 are two keys, null or no null beside them."""
    big = pd.DataFrame({"k": pd.array([2**53, 2**53 + 1, None], dtype="Int64")})
    reference = pd.DataFrame({"k": pd.array([2**53 + 1], dtype="Int64"), "v": pd.array([1], dtype="Int64")})
    assert lookup_rows(big, reference, on={"k": "k"}, columns=["v"])["v"].tolist() == [pd.NA, 1, pd.NA]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"columns": ["nothing"]}, "the reference lacks.*nothing"),
        ({"found": "port"}, "there already.*port"),
        ({"columns": ["since"], "found": "since"}, "there already.*since"),
        ({"on": {"port": "address"}}, "different kinds.*port"),
        ({"on": {"ip": "nowhere"}}, "not there.*nowhere"),
    ],
)
def test_what_cannot_be_looked_up_is_misuse(changes, words):
    """Missing columns, columns that are there already and keys of two kinds are named."""
    with pytest.raises(Misuse, match=words):
        lookup_rows(visits(), listed(), **{"on": {"ip": "address"}, "columns": ["since"], **changes})


def test_a_key_that_is_there_twice_is_refused_with_the_way_out():
    """Which of two rows is meant nobody knows; the letter shows them and names join and dedupe."""
    twice = listed(("a", "a", "b"))
    with pytest.raises(StepRefused, match=r"1 keys more than once.*address=a in 2 rows.*join.*dedupe"):
        lookup_rows(visits(), twice, on={"ip": "address"}, columns=["since"])


KEYS = st.tuples(st.none() | st.integers(0, 3), st.none() | st.sampled_from("ab"))


@given(st.lists(KEYS, max_size=8), st.lists(KEYS, max_size=8, unique=True))
def test_it_equals_a_search_row_by_row(asked, known):
    """Of each row the one reference row with both columns equal, and nothing for nulls."""
    data = pd.DataFrame({"n": pd.array([n for n, _ in asked], "Int64"), "t": pd.array([t for _, t in asked], "str")})
    reference = pd.DataFrame(
        {
            "m": pd.array([n for n, _ in known], "Int64"),
            "u": pd.array([t for _, t in known], "str"),
            "place": pd.array(range(len(known)), "Int64"),
        }
    )
    made = lookup_rows(data, reference, on={"n": "m", "t": "u"}, columns=["place"], found="there")
    expected = [known.index(key) if None not in key and key in known else None for key in asked]
    assert [None if value is pd.NA else value for value in made["place"].tolist()] == expected
    assert made["there"].tolist() == [each is not None for each in expected]
    for wanted in set(asked):
        rows = pd.array([key == wanted for key in asked], "boolean")
        some = reference[pd.array([key == wanted for key in known], "boolean")]
        alone = lookup_rows(data[rows], some, on={"n": "m", "t": "u"}, columns=["place"], found="there")
        pd.testing.assert_frame_equal(alone, made[rows])


def test_the_stage_takes_all_columns_but_the_key_and_says_by_which_rules(runner):
    """Its own rows row by row, the reference by key; what is taken is named, known by construction."""
    data = runner.run(Step(name="visits", stage="ingestion", function=visits)).outputs["data"]
    reference = runner.run(Step(name="listed", stage="ingestion", function=listed)).outputs["data"]
    made = lookup(runner, data=data, reference=reference, on={"ip": "address"}, found="bad")
    assert runner.value(made)["since"].tolist() == [2020, pd.NA, pd.NA, 2020]
    rules = {each.input: each for each in runner.store.dependencies(made)}
    gives = ["since", "kind", "bad"]
    assert (rules[data].rule, rules[data].known) == (Rule.SAME_ROW, Known.BY_CONSTRUCTION)
    assert rules[data].detail == {"reads": ["ip"], "decides": [], "passes": "*", "gives": gives}
    assert rules[reference].rule is Rule.SAME_KEY
    assert rules[reference].detail == {
        "on": {"output": ["ip"], "input": ["address"]},
        "reads": ["address", "since", "kind"],
        "decides": [],
        "gives": gives,
    }


def test_the_stage_refuses_what_is_no_dataset(runner):
    """What a split gives is several datasets."""
    with pytest.raises(Misuse, match="takes datasets.*reference="):
        lookup(runner, data="dataset/x@1", reference={"parts": {}}, on="ip")

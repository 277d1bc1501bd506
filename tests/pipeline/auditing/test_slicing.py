"""Slices: every row in exactly one group, under the words people use."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.auditing.slice import Slice
from pipeline.auditing.slicing import MOST_GROUPS, Unsliceable, parted

PEOPLE = pd.DataFrame(
    {
        "race": pd.Series(["white", "black", "white", None, "black"], dtype="str"),
        "male": pd.Series([1, 0, None, 1, 1], dtype="Int64"),
        "age": [29.9, 30.0, 60.0, float("nan"), 59.0],
        "married": pd.Series([True, False, None, True, True], dtype="boolean"),
        "kind": pd.Categorical(["b", "a", "b", "a", None], categories=["b", "a", "never"]),
    }
)


def groups(slice_: Slice, rows: pd.DataFrame = PEOPLE) -> dict[str, list[int]]:
    """The groups as plain lists."""
    parts = parted(slice_, rows)
    return {label: found.tolist() for label, found in zip(parts.labels, parts.positions(), strict=True)}


def test_text_column() -> None:
    """A text column's values are the labels; rows without a value are a group of their own, last."""
    assert list(groups(Slice("race", column="race")).items()) == [
        ("black", [1, 4]),
        ("white", [0, 2]),
        ("not stated", [3]),
    ]


def test_labels_replace_values() -> None:
    """Declared words stand for coded values; a code without a word keeps its column's name."""
    assert groups(Slice("sex", column="male", labels={1: "men"})) == {
        "male = 0": [1],
        "men": [0, 3, 4],
        "not stated": [2],
    }


def test_values_of_one_label_are_one_group() -> None:
    """Two values with the same label fall together."""
    assert groups(Slice("r", column="race", labels={"white": "any", "black": "any"})) == {
        "any": [0, 1, 2, 4],
        "not stated": [3],
    }


def test_bins_reach_up_to_the_next_cut() -> None:
    """29.9 is under 30, 30 and 59 are from 30 to 60, 60 is over."""
    expected = {"under 30": [0], "30 to 60": [1, 4], "60 and over": [2], "not stated": [3]}
    assert groups(Slice("age", column="age", bins=(30, 60))) == expected


def test_boolean_and_category() -> None:
    """Truth values are named by their column; a category keeps its order and its unused values make no group."""
    assert list(groups(Slice("m", column="married"))) == ["married = False", "married = True", "not stated"]
    assert list(groups(Slice("k", column="kind")).items()) == [("b", [0, 2]), ("a", [1, 3]), ("not stated", [4])]


def test_crossed() -> None:
    """Crossed columns give one group per combination that occurs."""
    crossed = groups(Slice("both", columns=("race", "male"), labels={1: "men", 0: "women"}))
    assert crossed == {
        "black × women": [1],
        "black × men": [4],
        "white × men": [0],
        "white × not stated": [2],
        "not stated × men": [3],
    }


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from([0, 1, 2, None])), min_size=1, max_size=40)
)
def test_every_row_is_in_one_group(pairs: list) -> None:
    """Crossing parts the rows: together the groups hold each row exactly once, as grouping by hand does."""
    frame = pd.DataFrame(
        {"x": pd.Series([x for x, _ in pairs], dtype="str"), "y": pd.Series([y for _, y in pairs], dtype="Int64")}
    )
    found = groups(Slice("xy", columns=("x", "y")), frame)
    assert sorted(np.concatenate(list(found.values()))) == list(range(len(pairs)))
    assert {frozenset(p) for p in found.values()} == {
        frozenset(i for i, other in enumerate(pairs) if other == pair) for pair in pairs
    }


def test_condition() -> None:
    """The rows a condition holds for are the group of the slice's name; where a value is missing, it is not known."""
    assert list(groups(Slice("older whites", where='age > 29 and race == "white"')).items()) == [
        ("older whites", [0, 2]),
        ("all others", [1, 4]),
        ("not stated", [3]),
    ]
    assert groups(Slice("men", where="male == 1", labels={False: "women"})) == {
        "men": [0, 3, 4], "women": [1], "not stated": [2],
    }


def young(rows: pd.DataFrame) -> pd.Series:
    """A label of truth for each row; the frame it is given is its own to spoil."""
    rows["age"] = rows["age"].fillna(0)
    return rows["age"] < 30


def decade(rows: pd.DataFrame) -> np.ndarray:
    """A label of text for each row, none for some."""
    return np.array(["twenties", "thirties", None, None, "fifties"], dtype=object)


def test_function() -> None:
    """A function labels rows with text or by yes and no; what it does to its frame is not seen outside."""
    assert groups(Slice("young", function=young)) == {"young": [0, 3], "all others": [1, 2, 4]}
    assert np.isnan(PEOPLE["age"][3])
    assert groups(Slice("decade", function=decade)) == {
        "twenties": [0], "thirties": [1], "fifties": [4], "not stated": [2, 3],
    }


def test_function_by_name_is_looked_up() -> None:
    """A slice read back from JSON knows its function's name alone; the function itself is given beside it."""
    declared = Slice("young", function=young)
    named = Slice.from_json(declared.to_json())
    assert named.function == "young" and named.to_json() == declared.to_json()
    assert parted(named, PEOPLE, functions={"young": young}).labels == ("young", "all others")
    with pytest.raises(Unsliceable, match="function young is not at hand"):
        parted(named, PEOPLE)


@pytest.mark.parametrize(
    ("slice_", "why"),
    [
        (Slice("r", column="rase"), "'rase' is not stored; did you mean 'race'"),
        (Slice("r", column="race", bins=(1,)), "is no number"),
        (Slice("r", where="rase == 'a'"), "no column 'rase'; did you mean 'race'"),
        (Slice("r", where="age > 'old'"), "age .float64. is compared with 'old'"),
        (Slice("r", function=lambda rows: rows["rase"]), "failed: KeyError: 'rase'"),
        (Slice("r", function=lambda rows: rows["race"].head(2)), "no label for each row"),
        (Slice("r", function=lambda rows: rows["race"].iloc[::-1]), "labels for other rows"),
        (Slice("r", function=lambda rows: "all"), "no label for each row: str"),
    ],
)
def test_what_cannot_be_sliced_says_why(slice_: Slice, why: str) -> None:
    """A column that is not stored, or that bins, a condition or a function cannot part, is a reason in words."""
    with pytest.raises(Unsliceable, match=why):
        parted(slice_, PEOPLE)


def test_every_label_can_be_read() -> None:
    """Empty text has a label too, and is told from a value that is not stated."""
    rows = pd.DataFrame({"race": pd.Series(["", " ", None], dtype="str")})
    assert groups(Slice("race", column="race"), rows) == {"empty text": [0, 1], "not stated": [2]}


@pytest.mark.parametrize("how", [{"column": "id"}, {"function": lambda rows: rows["id"]}])
def test_too_many_values(how: dict[str, Any]) -> None:
    """10,000 different values are refused as a slice, with what to do instead."""
    with pytest.raises(Unsliceable, match=f"10000 different values .at most {MOST_GROUPS}.*give bins"):
        parted(Slice("id", **how), pd.DataFrame({"id": range(10_000)}))

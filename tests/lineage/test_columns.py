"""What a dependency's detail says of columns, and what it leaves unsaid."""

from __future__ import annotations

import pytest

from lineage.columns import Columns
from lineage.touched import EVERYTHING
from tests.lineage.test_samerow import cells, whole


def test_what_is_not_said_is_every_column() -> None:
    """A rule without columns reads all, is decided by all, passes none."""
    found = Columns.of({})
    assert found.reading(cells(a=[1])).tolist() == found.deciding(cells(b=[1])).tolist() == [1]
    assert not found.passing(["a"]) and found.matter and found.reached(EVERYTHING)
    assert found.given(output=["a", "b"], input=None) == ["a", "b"]


def test_what_decides_is_what_is_read_unless_told() -> None:
    """Other columns reach nothing; whole rows reach whatever any column reaches."""
    found = Columns.of({"reads": ["a"]})
    assert found.deciding(cells(a=[1], b=[2])).tolist() == [1]
    assert not found.reached(cells(b=[2])) and found.reached(whole(2))
    assert Columns.of({"reads": ["a"], "decides": ["b"]}).deciding(cells(a=[1], b=[2])).tolist() == [2]


def test_nothing_read_is_reached_by_nothing() -> None:
    """Not by whole rows, and not by everything."""
    found = Columns.of({"reads": [], "decides": []}, key=["k"])
    assert not found.matter and not found.reached(EVERYTHING)
    assert not len(found.reading(whole(1))) and not len(found.deciding(cells(k=[1])))


def test_a_key_decides_wherever_anything_does() -> None:
    """A group is chosen by its key, and values are looked up by it."""
    found = Columns.of({"reads": ["a"], "decides": []}, key=["k"])
    assert found.reading(cells(k=[1])).tolist() == [1] and not len(found.deciding(cells(k=[1])))


@pytest.mark.parametrize(
    ("detail", "names", "expected"),
    [
        ({"passes": "*"}, ["a", "b"], True),
        ({"passes": "*", "gives": ["b"]}, ["a"], True),
        ({"passes": "*", "gives": ["b"]}, ["a", "b"], False),
        ({"passes": ["a"]}, ["a"], True),
        ({"passes": ["a"]}, ["a", "b"], False),
    ],
)
def test_columns_pass_all_or_as_named(detail: dict[str, object], names: list[str], expected: bool) -> None:
    """What is given anew does not pass."""
    assert Columns.of(detail).passing(names) is expected


def test_cells_come_out_as_they_are_in_columns_that_pass_and_that_the_output_has() -> None:
    """Of `a`, `b` and `c`, what is touched of `c` is made anew, and `b` is no column of the output."""
    found, touched = Columns.of({"passes": "*", "gives": ["c"]}), cells(a=[1], b=[2], c=[3])
    told = {name: ids.tolist() for name, ids in found.passed(touched, output=["a", "c"]).items()}
    assert (told, sorted(found.passed(touched, output=None))) == ({"a": [1]}, ["a", "b"])


def test_what_is_given_is_what_does_not_pass() -> None:
    """Where all passes, what the input has not got; where the columns are not known, nobody can tell."""
    assert Columns.of({"gives": ["z"]}).given(output=None, input=None) == ("z",)
    assert Columns.of({}).given(output=None, input=["a"]) is None
    assert Columns.of({"passes": ["a"]}).given(output=["a", "b"], input=None) == ["b"]
    assert Columns.of({"passes": "*"}).given(output=["a", "b"], input=["a"]) == ["b"]
    assert Columns.of({"passes": "*"}).given(output=["a", "b"], input=None) is None

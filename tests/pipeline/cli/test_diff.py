"""`headwater diff`."""

import pytest


@pytest.fixture
def edited(new_town):
    """The town of five people, run, then run again: ann is 31, eve is gone, and fay has come."""
    assert new_town.process("run", "town").code == 0
    (new_town.folder / "people.csv").write_text("name,age\nann,31\nbob,17\ncid,45\ndee,18\nfay,\n")
    assert new_town.process("run", "town").code == 0
    return new_town


def test_tells_what_came_went_and_changed(headwater, edited):
    """Counts, whole rows that came and went, and changed cells by key, before and after."""
    told = headwater(edited, "diff", "people~1", "people", "--json").json
    assert told["rows"] == {"before": 5, "after": 5}
    assert [told[what]["count"] for what in ("added", "removed", "changed")] == [1, 1, 1]
    assert told["added"]["examples"][0]["values"] == {"name": "fay", "age": None}
    assert told["removed"]["examples"][0]["values"] == {"name": "eve", "age": 3}
    assert told["changed"]["columns"] == {"age": 1}
    [example] = told["changed"]["examples"]
    assert (example["key"], example["cells"]) == ({"name": "ann"}, {"age": {"before": 30, "after": 31}})


def test_for_people_it_is_tables(headwater, edited):
    """The same, with the versions named first."""
    out = headwater(edited, "diff", "people~1", "people").out
    assert out.splitlines()[0].startswith("dataset/people@") and "5 rows" in out.splitlines()[0]
    assert "1 row added" in out and "fay" in out and "name=ann" in out


def test_lists_every_id_when_asked(headwater, edited):
    """Examples are five at most; --rows lists all ids, as strings."""
    (edited.folder / "people.csv").write_text("name,age\n" + "".join(f"p{n},{n}\n" for n in range(20)))
    assert edited.process("run", "town").code == 0
    told = headwater(edited, "diff", "people~1", "people", "--rows", "--json").json
    assert (told["added"]["count"], len(told["added"]["rows"]), len(told["added"]["examples"])) == (20, 20, 5)
    assert all(isinstance(row, str) for row in told["added"]["rows"])
    out = headwater(edited, "diff", "people~1", "people", "--rows").out
    assert all(row in out for row in told["added"]["rows"]) and "20 rows added, 5 of them" in out


def test_a_version_is_named_by_its_digest_too(headwater, edited):
    """By the beginning of it; any dataset can be compared, and a version with itself."""
    digest = headwater(edited, "diff", "people~1", "people", "--json").json["before"].partition("@")[2]
    assert "No row differs." in headwater(edited, "diff", f"people@{digest[:8]}", "people~1").out
    told = headwater(edited, "diff", "town.adults~1", "town.adults", "--json").json
    assert (told["changed"]["columns"], told["added"]["count"]) == ({"age": 1}, 0)


def test_an_unknown_version_is_refused(headwater, edited):
    """Exit code 1, and the near name."""
    answer = headwater(edited, "diff", "people", "poeple")
    assert answer.code == 1 and "Did you mean people" in answer.err

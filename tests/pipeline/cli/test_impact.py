"""`headwater impact`."""

import shutil

import pytest


@pytest.fixture
def project(lending, tmp_path):
    """A copy of the project `lending`, whose model stands on loans of which id 7 is one."""
    shutil.copytree(lending.folder, tmp_path / "copy")
    return type(lending)(tmp_path / "copy")


def test_rows_are_followed_to_the_live_release_and_nothing_is_recorded(headwater, project):
    """The release that answers comes first, then tables in the data's order; no recall is opened."""
    answer = headwater(project, "impact", "loans", "--where", "income > 45")
    assert answer.code == 0, answer.err
    told = ("16 rows of", "live releases that are reached", "in the data's order", "dataset/lending.split.train@")
    places = [answer.out.index(part) for part in told]
    assert places == sorted(places)
    assert headwater(project, "recalls", "--json").json == []


def test_a_corrected_file_says_what_would_change(headwater, project):
    """Two labels are others: two rows would change in the source, and no row comes or goes in any table."""
    text = (project.folder / "loans.csv").read_text()
    (project.folder / "right.csv").write_text(text.replace("7,7.0,b,0\n8,8.0,a,0", "7,7.0,b,1\n8,8.0,a,1"))
    told = headwater(project, "impact", "loans", "--corrected", "right.csv", "--json").json
    assert told["rows"] == 2 and told["impact"]["complete"]
    changes = told["would"]["tables"]
    assert changes[told["version"]] == {"added": 0, "removed": 0, "changed": 2}
    assert all(one["added"] == one["removed"] == 0 for one in changes.values())


def test_of_rows_that_were_chosen_only_those_there_are_told(headwater, project):
    """A loan comes: which part of the split it would be in is not known, so that no part is said to stay as it is."""
    (project.folder / "more.csv").write_text("id,income,race,repaid\n900,50.0,a,0\n")
    answer = headwater(project, "impact", "loans", "--corrected", "more.csv", "--patch")
    assert answer.code == 0, answer.err
    lines = {line.split("@")[0]: line for line in answer.out.splitlines() if line.startswith("dataset/")}
    assert "+1 " in lines["dataset/loans"]
    parts = [lines[f"dataset/lending.split.{part}"] for part in ("train", "test")]
    assert all("no row it has" in line and "nothing" not in line for line in parts)


def test_two_versions_are_compared(headwater, project):
    """What `--against` names is right: the same two rows as by the file that made it."""
    text = (project.folder / "loans.csv").read_text()
    (project.folder / "right.csv").write_text(text.replace("\n7,7.0,b,0\n", "\n7,7.0,b,1\n"))
    first = headwater(project, "impact", "loans", "--corrected", "right.csv", "--json").json
    again = headwater(
        project, "impact", first["version"].removeprefix("dataset/"), "--against", first["corrected"], "--json"
    ).json
    assert (again["rows"], again["impact"]) == (1, first["impact"])


def test_a_recall_is_asked_by_its_id(headwater, project):
    """What was recorded is followed again."""
    opened = headwater(project, "recall", "loans", "--rows", "id=7", "--reason", "typed", "--by", "ann", "--json").json
    told = headwater(project, "impact", opened["recall"]["id"], "--json").json
    assert told["impact"] == opened["impact"]


def test_no_rows_are_no_question(headwater, project):
    """Neither a recall nor rows: the answer names the ways to name them."""
    answer = headwater(project, "impact", "loans")
    assert answer.code == 2 and "--where, --rows, --corrected or --against" in answer.err

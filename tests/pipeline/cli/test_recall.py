"""`headwater recall`."""

import shutil

import pytest

WHY = ("--reason", "typed wrongly", "--by", "ann")


@pytest.fixture
def project(lending, tmp_path):
    """A copy of the project `lending`, whose model stands on loans of which id 7 is one."""
    shutil.copytree(lending.folder, tmp_path / "copy")
    return type(lending)(tmp_path / "copy")


def test_rows_by_a_condition_are_recalled_and_followed_to_the_release(headwater, project, caplog):
    """Sixteen rows have an income over 45; the live release is told first, then every artifact on the way."""
    answer = headwater(project, "recall", "loans", "--where", "income > 45", *WHY, "--since", "2026-03-01")
    assert answer.code == 0, answer.err
    lines = [line.split() for line in answer.out.splitlines()]
    assert ["recall", "r1:", "16", "rows", "of"] == lines[1][:5]
    told = ("live releases that are reached", "lending          1", "dataset/lending.split.train@")
    places = [answer.out.index(part) for part in told]
    assert places == sorted(places)
    assert "no untouched release" in answer.out and answer.out.rstrip().endswith("Next: headwater rebuild r1")
    assert "lending@bank.example: recall r1 of loans by ann: typed wrongly" in caplog.text


def test_json_has_the_statement_and_all_that_it_reached(headwater, project):
    """Ids as text, times with their zone, live releases with where to go back to, the whole impact."""
    told = headwater(project, "recall", "loans", "--rows", "id=7", *WHY, "--since", "2026-03-01", "--json").json
    recall, [live] = told["recall"], told["live"]
    assert (recall["state"], recall["by"], len(recall["rows"]), recall["since"]) == (
        "open",
        "ann",
        1,
        "2026-03-01T00:00:00+00:00",
    )
    assert recall["version"].startswith("dataset/loans@") and recall["corrected"] == ""
    assert (live["endpoint"], live["number"], live["instead"]) == ("lending", 1, None)
    assert recall["rows"][0] in told["impact"]["lines"][0]["ids"] and told["impact"]["complete"]
    assert (told["alerted"], told["trouble"]) == (["lending@bank.example"], "")


def test_a_corrected_file_says_which_rows_and_columns_are_wrong(headwater, project):
    """Two labels are others in it: two rows, one column, and the version in which they are right."""
    text = (project.folder / "loans.csv").read_text()
    (project.folder / "right.csv").write_text(text.replace("7,7.0,b,0\n8,8.0,a,0", "7,7.0,b,1\n8,8.0,a,1"))
    told = headwater(project, "recall", "loans", "--corrected", "right.csv", *WHY, "--json").json
    assert (len(told["recall"]["rows"]), told["recall"]["columns"]) == (2, ["repaid"])
    assert told["recall"]["corrected"].startswith("dataset/loans@") != told["recall"]["version"]
    assert told["impact"]["lines"][0]["columns"] == ["repaid"]


def test_every_version_can_be_meant(headwater, project):
    """Then none is named."""
    told = headwater(project, "recall", "loans", "--rows", "id=7", "--every-version", *WHY, "--json").json
    assert told["recall"]["version"] == "" and told["live"]


def test_said_again_it_is_the_same_recall(headwater, project):
    """Owners are alerted once."""
    said = ("recall", "loans", "--rows", "id=7", *WHY, "--json")
    first, again = headwater(project, *said).json, headwater(project, *said).json
    assert (again["recall"]["id"], again["alerted"]) == (first["recall"]["id"], [])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("loans", *WHY), 2, "names its rows in one way"),
        (("loans", "--rows", "id=7", "--where", "income > 45", *WHY), 2, "in one way"),
        (("loans", "--rows", "id=7", "--by", "ann"), 2, "--reason"),
        (("loans", "--rows", "id=7", "--by", " ", "--reason", "x"), 1, "found no name"),
        (("loans", "--where", "income > 1000", *WHY), 2, "holds for none of 200 rows"),
        (("nothing", "--rows", "1", *WHY), 1, "nothing"),
        (("loans", "--rows", "@nowhere", *WHY), 2, "cannot be read"),
    ],
)
def test_what_says_nothing_is_refused(headwater, project, arguments, code, said):
    """Nothing is recorded."""
    answer = headwater(project, "recall", *arguments)
    assert answer.code == code and said in answer.err
    assert headwater(project, "recalls", "--json").json == []

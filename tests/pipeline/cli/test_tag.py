"""`headwater tag`."""

import csv

import pytest


@pytest.fixture
def sheet(headwater, new_farms):
    """Write a sheet of the errors in which the first so many say yes and the rest no; give its name."""
    assert headwater(new_farms, "errors", "farms", "--export", "blank.csv").code == 0
    with open(new_farms.folder / "blank.csv", encoding="utf-8-sig", newline="") as file:
        header, *lines = csv.reader(file)

    def filled(name, *, yes, note="", column="tag: bad harvest"):
        with open(new_farms.folder / name, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([column if cell == "tag: bad harvest" else cell for cell in header])
            writer.writerows([*line[:-3], "yes" if place < yes else "no", "", note] for place, line in enumerate(lines))
        return name

    return filled


def line(headwater, project, tag="bad harvest"):
    """A tag's line of the newest table."""
    return next(one for one in headwater(project, "errors", "farms", "--json").json["tags"] if one["tag"] == tag)


def test_a_sheet_becomes_a_dataset_and_counts(headwater, new_farms, sheet):
    """Ten of 21 errors are of bad harvests, as ann says; who, when and what she wrote is kept, to the letter."""
    answer = headwater(new_farms, "tag", "farms", sheet("ann.csv", yes=10, note='=1\n"wet", very'), "--by", "ann")
    assert answer.code == 0, answer.err
    assert "21 judgements of 21 errors by ann: dataset/farms_tags@" in answer.out
    rows = headwater(new_farms, "show", "farms_tags", "--head", "1000", "--json").json
    assert len(rows) == 21 and {row["tagged_by"] for row in rows} == {"ann"}
    assert {row["note"] for row in rows} == {'=1\n"wet", very'} and all(row["tagged_at"] for row in rows)
    found = line(headwater, new_farms)
    assert (found["of_errors"]["count"], found["of_errors"]["of"], found["unread"]) == (10, 21, 0)


def test_two_people_who_differ_are_both_kept(headwater, new_farms, sheet):
    """They agree on 19 of 21; two errors are undecided and named."""
    for by, yes in (("ann", 10), ("bob", 8)):
        assert headwater(new_farms, "tag", "farms", sheet(f"{by}.csv", yes=yes), "--by", by).code == 0
    found = line(headwater, new_farms)
    assert (found["of_errors"]["count"], found["of_errors"]["of"], found["undecided"]) == (8, 19, 2)
    assert (found["agreement"]["same"]["count"], found["agreement"]["n_split"]) == (19, 2)
    told = headwater(new_farms, "errors", "farms").out
    assert "people say the same of 19 of 21 errors, and differ on 2, such as row" in told


def test_a_sheet_taken_in_again_changes_nothing(headwater, new_farms, sheet):
    """The same judgements are the same version, a new tag is a new one, and both stay."""
    first = headwater(new_farms, "tag", "farms", sheet("ann.csv", yes=10), "--by", "ann", "--json").json
    assert headwater(new_farms, "tag", "farms", "ann.csv", "--by", "ann", "--json").json == first
    hail = sheet("hail.csv", yes=3, column="tag: hail")
    more = headwater(new_farms, "tag", "farms", hail, "--by", "ann", "--json").json
    assert more["judgements"] != first["judgements"] and more["tags"] == ["hail"]
    assert line(headwater, new_farms)["of_errors"]["count"] == 10
    assert line(headwater, new_farms, tag="hail")["of_errors"]["count"] == 3


def test_two_sheets_at_once_lose_nothing(headwater, new_farms, sheet):
    """Two processes take in two people's sheets side by side."""
    runs = [new_farms.start("tag", "farms", sheet(f"{by}.csv", yes=9), "--by", by) for by in ("ann", "bob")]
    outcomes = [(run.communicate(timeout=120), run.returncode) for run in runs]
    assert [code for _, code in outcomes] == [0, 0], outcomes
    rows = headwater(new_farms, "show", "farms_tags", "--head", "1000", "--json").json
    assert sorted({row["tagged_by"] for row in rows}) == ["ann", "bob"] and len(rows) == 42


def test_what_people_said_can_be_looked_at_and_changed(headwater, new_farms, sheet):
    """A sheet with what was said has a line for each person; taken in again, it says the same."""
    for by in ("ann", "bob"):
        headwater(new_farms, "tag", "farms", sheet(f"{by}.csv", yes=5, note="=1"), "--by", by)
    before = headwater(new_farms, "show", "farms_tags", "--json").json["reference"]
    assert headwater(new_farms, "errors", "farms", "--export", "all.csv", "--with-tags").code == 0
    again = headwater(new_farms, "tag", "farms", "all.csv", "--by", "cid", "--json").json
    assert (again["judgements"], again["taken_in"], again["by"]) == (before, 42, ["ann", "bob"])


def test_what_somebody_said_wrongly_is_recalled_and_rebuilt(headwater, new_farms, sheet):
    """Judgements are rows of a source: a recall names what stands on them, a rebuild counts without them."""
    for by in ("ann", "bob"):
        headwater(new_farms, "tag", "farms", sheet(f"{by}.csv", yes=5), "--by", by)
    assert headwater(new_farms, "run", "farms", "--dag-run", "second").code == 0
    told = headwater(new_farms, "recall", "farms_tags", "--where", 'tagged_by == "bob"', "--reason", "not asked",
                     "--by", "ann", "--json")
    assert told.code == 0, told.err
    reached = {one["reference"].partition("@")[0] for one in told.json["impact"]["lines"]}
    assert len(told.json["recall"]["rows"]) == 21
    assert {"errors/farms.audit.tags", "worklist/farms.audit.worklist"} <= reached
    assert headwater(new_farms, "rebuild", told.json["recall"]["id"], "--here").code == 0
    assert headwater(new_farms, "errors", "farms", "--json").json["people"] == ["ann"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("row,tag: hail\n#12,yes\n", "names rows that are not in this audit"),
        ("row,hail\n#12,yes\n", "the sheet lacks columns"),
        ("", "the sheet is empty"),
        ("row,tag: hail\n", "the sheet has no lines"),
    ],
)
def test_a_sheet_that_cannot_be_taken_in_leaves_nothing(headwater, new_farms, text, told):
    """It is refused with what is wrong, and no version is made."""
    (new_farms.folder / "bad.csv").write_text(text)
    answer = headwater(new_farms, "tag", "farms", "bad.csv", "--by", "ann")
    assert answer.code == 1 and told in answer.err
    assert headwater(new_farms, "show", "farms_tags").code == 1


def test_a_tag_that_a_rule_gives_is_not_for_people(headwater, new_farms, sheet):
    """The column that says which are farms decides that."""
    answer = headwater(new_farms, "tag", "farms", sheet("ann.csv", yes=3, column="tag: farm"), "--by", "ann")
    assert answer.code == 1 and "tags that a rule gives" in answer.err


def test_somebody_has_to_have_tagged(headwater, new_farms, sheet):
    """A blank name is none; bytes that are no text are no sheet."""
    assert headwater(new_farms, "tag", "farms", sheet("ann.csv", yes=3), "--by", " ").code == 2
    (new_farms.folder / "bad.csv").write_bytes(b"row,tag: caf\xe9\n")
    answer = headwater(new_farms, "tag", "farms", "bad.csv", "--by", "ann")
    assert answer.code == 1 and "bad.csv is not UTF-8" in answer.err

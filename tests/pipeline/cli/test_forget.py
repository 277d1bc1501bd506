"""`headwater forget`, and how the other commands answer afterwards."""

import csv
import json
import re

import pytest

WORDS = ("--reason", "asked to", "--by", "fay")


@pytest.fixture
def run_town(new_town):
    """The town after a run."""
    assert new_town.process("run", "town", "--dag-run", "first").code == 0
    return new_town


def erased(headwater, project):
    """The reference of the people as they were, after dee was erased."""
    before = headwater(project, "show", "people", "--json").json["reference"]
    assert headwater(project, "forget", "people", "--rows", "name=dee", *WORDS, "--yes").code == 0
    return before


def test_the_statement_is_text(headwater, run_town):
    """What held the row, what became of it and what stands in its place, the files that are not ours, the search."""
    answer = headwater(run_town, "forget", "people", "--rows", "name=dee", *WORDS, "--yes")
    assert answer.code == 0, answer.err
    assert "Erasure r1: 1 row of people, asked for by fay" in answer.out
    assert "2 artifacts held the rows, 2 deleted:" in answer.out and "rebuilt as dataset/town.adults@" in answer.out
    assert "(people.csv)" in answer.out and ": found nowhere" in answer.out
    assert answer.out.rstrip().endswith("The erasure is finished.") and not re.search(r"\bdee\b", answer.out)


def test_the_statement_as_json_and_in_a_file(headwater, run_town):
    """Both are the same; asked again, the command gives it again."""
    words = ("forget", "people", "--rows", "name=dee", *WORDS, "--yes", "--json")
    told = headwater(run_town, *words, "--out", "statement.json").json
    assert (told["finished"], told["rows"], told["unfinished"], told["files"]) == (True, 1, [], ["people.csv"])
    assert json.loads((run_town.folder / "statement.json").read_text()) == told
    assert headwater(run_town, *words).json == told
    assert headwater(run_town, "show", "erasure/r1", "--content").json["rows"] == 1


def test_nothing_is_erased_unasked(headwater, run_town):
    """Where nobody can be asked, --yes is needed; rows that are not there, or none at all, are refused."""
    answer = headwater(run_town, "forget", "people", "--rows", "name=dee", *WORDS)
    assert answer.code == 2 and "1 row of people would be erased for good; expected --yes" in answer.err
    assert headwater(run_town, "forget", "people", *WORDS, "--yes").code == 2
    assert headwater(run_town, "forget", "people", "--rows", "name=zoe", *WORDS, "--yes").code == 1
    assert headwater(run_town, "recalls", "--json").json == []


def test_what_was_erased_is_not_missing(headwater, run_town):
    """Verifying it, reproducing it or showing its rows answers with the request; its record can be shown."""
    before = erased(headwater, run_town)
    for words in (("verify", before), ("reproduce", before), ("show", before, "--head", "1")):
        answer = headwater(run_town, *words)
        assert answer.code == 1 and "erased by request, recall r1" in answer.err, words
    assert headwater(run_town, "show", before, "--json").json["gone"] == "erased by request, recall r1"
    assert headwater(run_town, "verify").code == 0


def test_what_is_left_to_do_exits_with_1(headwater, run_town):
    """A file under Headwater's home that holds the value keeps the erasure open; the statement says which."""
    (run_town.folder / ".headwater" / "notes.txt").write_text('{"name": "dee"}')
    answer = headwater(run_town, "forget", "people", "--rows", "name=dee", *WORDS, "--yes")
    assert answer.code == 1 and "notes.txt holds values of the rows" in answer.out
    assert "erasure r1 is not finished" in answer.err


def judged(headwater, project, *, rows, by="ann"):
    """Have the errors that stand first in the sheet judged, with a note that names each; what was taken in."""
    assert headwater(project, "errors", "farms", "--export", f"{by}.csv").code == 0
    with open(project.folder / f"{by}.csv", encoding="utf-8-sig", newline="") as file:
        header, *lines = csv.reader(file)
    place = header.index("id")
    with open(project.folder / f"{by}.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([*line[:-3], "yes", by, f"look at id {line[place]}"] for line in lines[:rows])
    assert headwater(project, "tag", "farms", f"{by}.csv", "--by", by).code == 0
    return [line[place] for line in lines[:rows]]


@pytest.mark.parametrize(("rows", "left"), [(3, 2), (1, 0)])
def test_what_people_said_of_an_erased_error_goes_with_it(headwater, new_farms, rows, left):
    """No chain has taken the judgements yet: those of the row are erased, by an erasure of their own; others stay."""
    first, *others = judged(headwater, new_farms, rows=rows)
    answer = headwater(new_farms, "forget", "loans", "--rows", f"id={first}", *WORDS, "--yes")
    assert answer.code == 0, answer.err
    notes = [row["note"] for row in headwater(new_farms, "show", "farms_tags", "--head", "9", "--json").json]
    assert sorted(notes) == sorted(f"look at id {one}" for one in others) and len(notes) == left
    recalls = {one["source"]: one for one in headwater(new_farms, "recalls", "--json").json}
    assert {name: one["state"] for name, one in recalls.items()} == {"loans": "closed", "farms_tags": "closed"}
    assert f"said of the rows in farms_tags was erased with them: recall {recalls['farms_tags']['id']}." in answer.out
    assert recalls["farms_tags"]["reason"] == f"they are judgements of rows of recall {recalls['loans']['id']}"
    assert headwater(new_farms, "errors", "farms").code == 0 and headwater(new_farms, "verify").code == 0


def test_judgements_that_a_chain_took_are_erased_from_it_too(headwater, new_farms):
    """The second run counted them; its table is gone, and the one in its place counts those of the other row."""
    first, _ = judged(headwater, new_farms, rows=2)
    assert headwater(new_farms, "run", "farms", "--dag-run", "second").code == 0
    before = headwater(new_farms, "show", "farms.audit", "--json").json["reference"]
    answer = headwater(new_farms, "forget", "loans", "--rows", f"id={first}", *WORDS, "--yes")
    assert answer.code == 0, answer.err
    tags = headwater(new_farms, "errors", "farms", "--json").json["tags"]
    assert next(one["of_errors"]["of"] for one in tags if one["made_by"] == "people") == 1
    assert "erased by request" in headwater(new_farms, "errors", before).err

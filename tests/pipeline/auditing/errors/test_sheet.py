"""Sheets: out, filled in, and back; and what cannot be taken in."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.auditing.errors.sheet import read, written
from pipeline.errors import AuditRefused
from tests.pipeline.auditing.errors.made import AT, judged

SAMPLE = pd.DataFrame(
    {
        "truth": [1, 0], "answer": [0, 1], "probability of 1": [0.25, 0.75], "level": [-3.5, 2.0],
        "text": pd.array(["=cmd|'/c calc'!A1", 'two\nlines, "quoted"'], dtype="str"), "tag: short": [True, False],
        "row": ["a", "b"],
    },
    index=pd.Index([-8234567890123456789, 1234567890123456789], name="row"),
)
HEAD, TAIL = "#-8234567890123456789", "#1234567890123456789"


def cells(text):
    """The cells of a sheet, as a spreadsheet program reads them."""
    return list(csv.reader(io.StringIO(text, newline="")))


def back(text, **how):
    """What a sheet says, as (row, tag, person, yes or no, note)."""
    found = read(text, **{"by": "ann", "at": AT, "known": SAMPLE.index.tolist(), **how})
    notes = [None if pd.isna(note) else note for note in found["note"]]
    return list(zip(found["error_row"], found["tag"], found["tagged_by"], found["carries"], notes, strict=True))


def filled(*lines, header="row,tag: glare,tag: dark,tagged_by,note"):
    """A sheet by hand."""
    return "\r\n".join([header, *lines])


def test_a_sheet_has_what_is_needed_to_judge():
    """Ids no program rounds, answers, metadata, rules' tags as told, and blank columns to fill in."""
    header, first, second = cells(written(SAMPLE, tags=["glare", "dark"]))
    assert header == [
        "row", "truth", "answer", "probability of 1", "level", "text", "rule: short", "row of the row", "tag: glare",
        "tag: dark", "tagged_by", "note",
    ]
    assert first[0] == HEAD and second[0] == TAIL and first[-4:] == [""] * 4
    assert second[5] == 'two\nlines, "quoted"' and second[6] == "False"


def test_no_cell_is_a_formula():
    """Text that begins like one gets an apostrophe; a negative number stays a number."""
    first = cells(written(SAMPLE, tags=["glare"]))[1]
    assert first[5] == "'=cmd|'/c calc'!A1" and first[4] == "-3.5"


def test_only_the_columns_that_are_asked_for():
    """Answers are always shown; a column that is not stored is refused."""
    assert cells(written(SAMPLE, tags=["glare"], show=["level"]))[0] == [
        "row", "truth", "answer", "probability of 1", "level", "tag: glare", "tagged_by", "note"
    ]
    with pytest.raises(AuditRefused, match="not stored.*: volume"):
        written(SAMPLE, tags=["glare"], show=["volume"])


def test_a_filled_in_sheet_is_read():
    """Yes and no in any usual form; a blank says nothing, unless it says no; a person in the line stands."""
    text = filled(f"{HEAD},yes,NO,,seen twice", f"{TAIL}, X ,,bob,")
    assert back(text) == [
        (SAMPLE.index[0], "glare", "ann", True, "seen twice"), (SAMPLE.index[0], "dark", "ann", False, "seen twice"),
        (SAMPLE.index[1], "glare", "bob", True, None),
    ]
    assert back(text, blank_is_no=True)[3:] == [(SAMPLE.index[1], "dark", "bob", False, None)]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_sheets_of_other_countries(mark):
    """A program may put another mark in the place of the comma, and a byte order mark before all."""
    text = "\ufeff" + filled(f"{HEAD},yes,no,,").replace(",", mark)
    assert len(back(text)) == 2


TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), min_size=1)


@settings(max_examples=200)
@given(TEXTS, TEXTS.map(str.strip).filter(lambda name: name), st.booleans())
def test_text_survives_the_round_trip(note, person, yes):
    """Whatever people write comes back as it was: newlines, commas, quotes, formulas, apostrophes."""
    said = judged([(int(SAMPLE.index[0]), "glare", person, yes)]).assign(note=pd.array([note], dtype="str"))
    text = written(SAMPLE, tags=["glare"], judgements=said)
    assert all(not cell.startswith(("=", "+", "@")) for line in cells(text) for cell in line)
    assert back(text) == [(SAMPLE.index[0], "glare", person, yes, note)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the sheet is empty"),
        ("\ufeff \n", "the sheet is empty"),
        ("row,tag: glare", "has no lines"),
        ("row,glare\n#1,yes", "lacks columns; expected row, and one or more named 'tag: …'; found row, glare"),
        ("id,tag: glare\n#1,yes", "lacks columns"),
        (filled(f"{HEAD},maybe,,,", f"{TAIL},2,,,"), "neither yes nor no.*'maybe' of glare at line 2, '2' of glare"),
        (filled("#99,yes,,,", f"{HEAD},yes,,,"), "rows that are not in this audit.*'#99' at line 2"),
        (filled("1.23457E+18,yes,,,"), "'1.23457E\\+18' at line 2.*rounds long numbers"),
        (filled(",yes,,,"), "'' at line 2"),
        (filled(f"{HEAD},yes"), "another length; expected 5 cells: line 2 has 2"),
        (filled(f"{HEAD},yes,,,", f"{HEAD},no,,,"), "judges a row twice.*for glare by ann"),
        (filled(f"{HEAD},,,,why?"), "beside no judgement.*line 2"),
        (filled(f"{HEAD},,,,"), "judges nothing"),
        (filled(f'{HEAD},"yes,,,'), "no CSV"),
        ("row,tag: a,tag: a\n#1,yes,no", "columns of one name: 'tag: a'"),
        ("row,tag: \n#1,yes", "lacks columns"),
    ],
)
def test_what_cannot_be_taken_in(text, told):
    """Each with what is wrong, where, and at most five examples."""
    with pytest.raises(AuditRefused, match=told):
        back(text)


def test_no_errors_make_no_sheet():
    """There is nothing to read."""
    with pytest.raises(AuditRefused, match="no errors to read"):
        written(SAMPLE.iloc[:0], tags=["glare"])


def test_a_line_for_each_person():
    """Two people who judged one error have a line each; an error nobody judged has a blank one."""
    row = int(SAMPLE.index[1])
    said = judged([(row, "glare", "ann", True), (row, "glare", "bob", False), (row, "dark", "bob", True)])
    lines = cells(written(SAMPLE, tags=["glare", "dark"], show=["truth"], judgements=said))[1:]
    assert [line[-4:] for line in lines] == [["", "", "", ""], ["yes", "", "ann", ""], ["no", "yes", "bob", ""]]

"""Text with one row a line becomes columns of text, or a letter that names file and line."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceRejected
from pipeline.ingestion.formats import raw_of
from pipeline.ingestion.readers import CSV

CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters='\n",;'), max_size=4)


def read(content, reader=None, name="people.csv"):
    """Read bytes as the file `people.csv` of the source `people`."""
    return raw_of(reader or CSV("x"), content, name=f"people: {name}")


def test_every_cell_is_text_and_blanks_are_null():
    """Types are not guessed while reading; a blank is null, quoted or not."""
    frame = read(b'a,b\n1.0,""\n,x\n').frame
    assert frame.dtypes.astype(str).tolist() == ["str", "str"]
    assert frame.astype(object).where(frame.notna(), None).to_numpy().tolist() == [["1.0", None], [None, "x"]]


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6), st.sampled_from([",", ";", "\t"]))
@settings(max_examples=80, deadline=None)
def test_what_pandas_writes_is_read_back(rows, separator):
    """Quotes, separators and line breaks within cells survive, and every row knows its line."""
    frame = pd.DataFrame(rows, columns=["a", "b"], dtype="str")
    content = frame.to_csv(index=False, sep=separator).encode()
    raw = read(content, CSV("x", separator=separator))
    assert raw.frame.fillna("").to_numpy().tolist() == [list(row) for row in rows]
    breaks = [sum(cell.count("\n") for cell in row) for row in rows]
    assert raw.label(len(rows) - 1) == f"people: people.csv line {len(rows) + 1 + sum(breaks[:-1])}"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "people.csv is empty"),
        (b"\n \n", "people.csv is empty"),
        (b"\xef\xbb\xbf", "people.csv is empty"),
        (b"id,age\n1,2\n3\n4,5\n", "line 3 has 1"),
        (b"id,age\n1,2,3\n", "line 2 has 3"),
        (b"id,age\n1,2\n3", "truncated: its last line is cut off"),
        (b'id,age\n1,"a\n2,b\n', "truncated.*line 2"),
        (b"id,name\n1,a\n2,M\xfcller\n", "line 3 is not UTF-8; found byte 0xfc at byte 4"),
        ("id\n1\n".encode("utf-16"), "line 1 is not UTF-8"),
        (b"id,age,age\n1,2,3\n", "columns of one name: 'age'"),
        (b",id\n0,1\n", "column 1 is named ''"),
        (b"id,row\n0,1\n", "column 2 is named 'row'"),
    ],
)
def test_a_broken_csv_is_refused_with_file_and_line(content, what):
    """Each fault is told as what it is."""
    with pytest.raises(SourceRejected, match=what):
        read(content)


def test_a_long_row_is_named_however_long_the_file():
    """The line of a fault in a large file is counted, with quoted line breaks before it."""
    content = b"id,name\n" + b'1,"a\nb"\n' * 50_000 + b"2\n" + b"3,c\n" * 10
    with pytest.raises(SourceRejected, match="line 100002 has 1"):
        read(content)


def test_names_may_be_declared_where_the_file_has_none():
    """Without a line of names the first line is a row, and its line is 1."""
    raw = read(b"1,a\n2,b\n", CSV("x", columns=("id", "n")))
    assert raw.frame["id"].tolist() == ["1", "2"] and raw.label(0) == "people: people.csv line 1"


def test_a_blank_line_is_a_row_only_where_there_is_one_column():
    """Blank lines between rows of several columns are skipped and lines still counted."""
    raw = read(b"a,b\n1,2\n\n3,4\n")
    assert len(raw.frame) == 2 and raw.label(1).endswith("line 4")


def test_a_lone_quote_within_a_cell_is_no_fault():
    """5" is five inches."""
    assert read(b'id,size\n1,5"\n2,6\n').frame["size"].tolist() == ['5"', "6"]


def test_a_cell_longer_than_a_block_is_read():
    """Ten million letters in one cell are a row like any other."""
    content = b'id,text\n1,"' + b"long " * 2_000_000 + b'"\n2,b\n'
    assert read(content).frame["text"].str.len().tolist() == [10_000_000, 1]

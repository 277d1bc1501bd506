"""Bytes become raw columns or a letter that names file and line."""

import bz2
import gzip
import io
import json
import lzma
import zipfile

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceRejected
from pipeline.ingestion.formats import raw_of
from pipeline.ingestion.readers import CSV, JSONLines, Parquet

PEOPLE = b"id,age,name\n1,30,ann\n2,,bob\n3,25,\n"
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters='\n",;'), max_size=4)


def read(content, reader=None, name="people.csv"):
    """Read bytes as the file `people.csv` of the source `people`."""
    return raw_of(reader or CSV("x"), content, name=f"people: {name}")


def zipped(*contents):
    """A zip archive of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"{number}.csv", content)
    return buffer.getvalue()


PACKED = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zip": zipped}


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


@pytest.mark.parametrize("suffix", PACKED)
def test_compressed_files_are_read_and_truncated_ones_named(suffix):
    """The suffix tells how a file is packed; a cut one is never read in part."""
    packed, name = PACKED[suffix](PEOPLE), f"people.csv.{suffix}"
    assert len(read(packed, name=name).frame) == 3
    with pytest.raises(SourceRejected, match=f"{name} is truncated or damaged"):
        read(packed[:-9], name=name)


def test_an_archive_of_two_files_is_refused():
    """Which of them is meant nobody knows."""
    with pytest.raises(SourceRejected, match="2 files"):
        read(zipped(PEOPLE, PEOPLE), name="people.zip")


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


def test_other_encodings_marks_and_ends_of_lines_are_read():
    """Latin-1 where it is declared, a byte order mark, and carriage returns."""
    assert read(b"n\nM\xfcller\n", CSV("x", encoding="latin-1")).frame["n"].tolist() == ["Müller"]
    assert read(b"\xef\xbb\xbfid,n\r\n1,a\r\n").frame.to_dict("list") == {"id": ["1"], "n": ["a"]}
    with pytest.raises(SourceRejected, match="nobody knows"):
        read(PEOPLE, CSV("x", encoding="klingon"))


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


def test_json_lines_have_the_names_of_all_objects():
    """A name an object lacks is null there; a blank line is no row but counts as a line."""
    raw = read(b'{"a":1}\n\n{"b":"x","a":2.5}\n', JSONLines("x"))
    assert raw.frame.to_dict("list") == {"a": [1, 2.5], "b": [None, "x"]}
    assert raw.label(1) == "people: people.csv line 3"


@pytest.mark.parametrize("line", [b'{"a":', b"[1]", b"5", b'{"a":1,"a":2}'])
def test_a_line_that_is_no_object_is_named(line):
    """Broken JSON, other values and a name twice are refused with the line."""
    with pytest.raises(SourceRejected, match="line 2 is no JSON object"):
        read(json.dumps({"a": 1}).encode() + b"\n" + line + b"\n", JSONLines("x"))


def test_parquet_keeps_its_dtypes_and_a_cut_one_is_named(tmp_path):
    """A Parquet file brings its own types; without its end it is none."""
    frame = pd.DataFrame({"a": [1, 2], "t": pd.to_datetime(["2020", "2021"])})
    frame.to_parquet(tmp_path / "a.parquet")
    content = (tmp_path / "a.parquet").read_bytes()
    assert read(content, Parquet("x")).frame.dtypes.astype(str).to_dict() == {"a": "Int64", "t": "datetime64[us]"}
    for cut in (content[:-20], content[:100], content[:50] + content[60:]):
        with pytest.raises(SourceRejected, match="truncated, damaged or no Parquet"):
            read(cut, Parquet("x"))

"""Bytes become raw columns or a letter that names file and line."""

import bz2
import gzip
import io
import json
import lzma
import zipfile

import pytest

from pipeline.errors import SourceRejected
from pipeline.ingestion.formats import raw_of
from pipeline.ingestion.readers import CSV, JSONLines

PEOPLE = b"id,age,name\n1,30,ann\n2,,bob\n3,25,\n"


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


def test_other_encodings_marks_and_ends_of_lines_are_read():
    """Latin-1 where it is declared, a byte order mark, and carriage returns."""
    assert read(b"n\nM\xfcller\n", CSV("x", encoding="latin-1")).frame["n"].tolist() == ["Müller"]
    assert read(b"\xef\xbb\xbfid,n\r\n1,a\r\n").frame.to_dict("list") == {"id": ["1"], "n": ["a"]}
    with pytest.raises(SourceRejected, match="nobody knows"):
        read(PEOPLE, CSV("x", encoding="klingon"))


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

"""Row ids that nothing needs are found by the names of files alone."""

import os

from pipeline.storage.files import LocalFiles
from pipeline.storage.unneeded import needing, unneeded

A, B, C = (letter * 32 for letter in "abc")


def test_what_a_dataset_names_is_needed(tmp_path):
    """The ids a dataset has, and those from which they are told, stay; others are listed."""
    files = LocalFiles(str(tmp_path))
    for place in (f"dataset/9f/9f-1a.{B}.{A}.parquet", "dataset/9f/9f-2b.parquet"):
        files.write(place, b"")
    for name in (A, f"{B}.{A}", C, f"{C}.{A}"):
        files.write(f"row-ids/{name[:2]}/{name}.ids", b"")
    assert unneeded(files, older_than_s=-1) == [f"row-ids/cc/{C}.{A}.ids", f"row-ids/cc/{C}.ids"]


def test_what_is_young_is_left_alone_and_so_is_its_base(tmp_path):
    """The dataset that needs it may be about to be written."""
    files = LocalFiles(str(tmp_path))
    files.write(f"row-ids/aa/{A}.ids", b"")
    files.write(f"row-ids/bb/{B}.{A}.ids", b"")
    old = tmp_path / "row-ids" / "aa" / f"{A}.ids"
    os.utime(old, (0, 0))
    assert unneeded(files, older_than_s=3600) == []
    (tmp_path / "row-ids" / "bb" / f"{B}.{A}.ids").unlink()
    assert unneeded(files, older_than_s=3600) == [f"row-ids/aa/{A}.ids"]


def test_derived_ids_that_were_written_down_are_needed_by_their_parts(tmp_path):
    """They stay while the name of a dataset, or of fresh ids, says that it is told from them."""
    files, name = LocalFiles(str(tmp_path)), "e1f0-50ce-9f2c-1a2b3c4d"
    files.write(f"row-ids/e1/{name}.ids", b"")
    files.write(f"dataset/77/77-1a.{A}.{name}.parquet", b"")
    assert unneeded(files, older_than_s=-1) == []
    assert needing(files, name) == [f"dataset/77/77-1a.{A}.{name}.parquet"]
    files.delete(f"dataset/77/77-1a.{A}.{name}.parquet")
    assert unneeded(files, older_than_s=-1) == [f"row-ids/e1/{name}.ids"]

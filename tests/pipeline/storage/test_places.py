"""An artifact's own name says which files it needs."""

from pipeline.storage.places import base_of, ids_of, ids_places, place_of, places

ONE, TWO = "77ab" + "0" * 28, "c0de" + "0" * 28


def test_a_place_names_what_it_needs():
    """No row ids apart; ids of their own; ids told from others."""
    plain = place_of("page", "9f2c", checksum="1a2b3c4d5e", ids="", suffix="html")
    assert (plain, places(plain)) == ("page/9f/9f2c-1a2b3c4d.html", ["page/9f/9f2c-1a2b3c4d.html"])
    whole = place_of("dataset", "9f2c", checksum="1a2b3c4d5e", ids=ONE, suffix="parquet")
    assert whole == f"dataset/9f/9f2c-1a2b3c4d.{ONE}.parquet"
    assert places(whole) == [whole, f"row-ids/77/{ONE}.ids"]
    part = place_of("dataset", "9f2c", checksum="1a2b3c4d5e", ids=f"{ONE}.{TWO}", suffix="parquet")
    assert places(part) == [part, f"row-ids/77/{ONE}.{TWO}.ids", f"row-ids/c0/{TWO}.ids"]


def test_names_are_read_back():
    """From the place of a dataset, or of ids, comes the name of the ids they need."""
    assert ids_of(f"dataset/9f/9f2c-1a2b3c4d.{ONE}.{TWO}.parquet") == f"{ONE}.{TWO}"
    assert ids_of(f"row-ids/77/{ONE}.{TWO}.ids") == TWO
    assert ids_of("dataset/9f/9f2c-1a2b3c4d.parquet") == ids_of("") == ""
    assert (base_of(f"{ONE}.{TWO}"), base_of(ONE)) == (TWO, "")
    assert ids_places("") == []

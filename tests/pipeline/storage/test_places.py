"""An artifact's own name says which files it needs."""

from pipeline.storage.places import base_of, derived_name, ids_of, ids_places, names, origins, place_of, places

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


def test_the_name_of_derived_ids_tells_the_table_that_gives_them():
    """They have no file while it is there; those of some of its rows have one, and need the table too."""
    name = derived_name("e1f0", "50ce", digest="9f2c", checksum="1a2b3c4d5e")
    table = place_of("dataset", "9f2c", checksum="1a2b3c4d5e", ids=name, suffix="parquet")
    assert (name, table) == ("e1f0-50ce-9f2c-1a2b3c4d", f"dataset/9f/9f2c-1a2b3c4d.{name}.parquet")
    assert (places(table), origins(ids_of(table))) == ([table], [table, f"row-ids/e1/{name}.ids"])
    part = place_of("dataset", "77ab", checksum="c0dec0de", ids=f"{ONE}.{name}", suffix="parquet")
    assert places(part) == [part, f"row-ids/77/{ONE}.{name}.ids"]
    assert origins(ids_of(part)) == origins(name) and names(ids_of(part)) == [f"{ONE}.{name}", name]
    assert origins("") == origins(ONE) == origins(f"{ONE}.{TWO}") == []

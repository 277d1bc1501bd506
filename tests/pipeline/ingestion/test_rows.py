"""What was read becomes a dataset with ids, and partitions one dataset."""

import pandas as pd
import pytest

from pipeline.artifacts.source import Source
from pipeline.errors import SourceRejected
from pipeline.ingestion.readers import CSV, WHOLE, JSONLines
from pipeline.ingestion.reading import fingerprints
from pipeline.ingestion.rows import combine_partitions, first_look, read_rows
from pipeline.rows import row_id

SECRET = bytes(16)


def made(source, partition=WHOLE):
    """Read a partition as the step does."""
    types = dict(source.schema) or first_look(source)
    known_by = {name: types[name] for name in source.keys or types}
    files = fingerprints(source, partition)
    return read_rows(source=source, partition=partition, files=files, types=types, known_by=known_by, secret=SECRET)[
        "data"
    ]


def part(*cells, name="part"):
    """A partition with ids 1, 2, … of these words."""
    return pd.DataFrame({"c": pd.Categorical([c for _, c in cells])}, index=pd.Index([n for n, _ in cells], name="row"))


def test_rows_carry_the_ids_of_their_keys_in_order(put):
    """The dataset is in order of id, and an id is that of the key."""
    people = Source(name="people", reader=CSV(put("a.csv", "id,name\n1,ann\n2,bob\n")), keys=("id",))
    one = made(people)
    known = {"source": "people", "secret": SECRET, "key": ("id",), "types": {"id": "integer"}}
    assert one.value.index.is_monotonic_increasing and one.name == "people"
    assert one.value.loc[row_id({"id": "2"}, **known), "name"] == "bob"


def test_facts_say_where_rows_came_from(put):
    """Provenance, files, types, keys, what was dropped and the values of categories are kept."""
    path = put("a.csv", "id,kind,x\n1,b,0\n2,a,0\n")
    people = Source(
        name="people",
        reader=CSV(path),
        keys=("id",),
        schema={"id": "integer", "kind": "category"},
        supplier="town",
        licence="CC0",
    )
    facts = made(people).facts
    assert facts["provenance"] == {"supplier": "town", "licence": "CC0"} and facts["dropped_columns"] == ["x"]
    assert facts["types"] == {"id": "integer", "kind": "category"} and facts["categories"] == {"kind": ["a", "b"]}
    assert (facts["source"], facts["keys"], [entry["name"] for entry in facts["files"]]) == (
        "people",
        ["id"],
        ["a.csv"],
    )


def test_equal_rows_without_keys_are_counted_over_all_files(put):
    """The same row in two files is two rows with two ids."""
    put("part-1.csv", "a,b\n1,x\n1,x\n")
    people = Source(name="people", reader=CSV(put("part-2.csv", "a,b\n1,x\n2,y\n").replace("2.csv", "*.csv")))
    assert len(made(people).value) == 4 and made(people).value.index.is_unique


def test_a_repeated_key_is_named_with_file_and_line(put):
    """Also where the two are in different files."""
    put("part-1.csv", "id,b\n1,x\n2,x\n")
    people = Source(
        name="people", reader=CSV(put("part-2.csv", "id,b\n3,y\n2,y\n").replace("2.csv", "*.csv")), keys=("id",)
    )
    with pytest.raises(SourceRejected, match="id=2 in part-1.csv line 3, part-2.csv line 3"):
        first_look(people)


def test_columns_that_cannot_name_a_row_need_keys(put):
    """Where rows are known by content, all of the content has to count."""
    lines = '{"id": 1, "tags": ["a"]}\n{"id": 2, "tags": ["b"]}\n'
    reader = JSONLines(put("a.jsonl", lines))
    with pytest.raises(SourceRejected, match="no keys.*tags"):
        first_look(Source(name="people", reader=reader))
    assert made(Source(name="people", reader=reader, keys=("id",))).value["tags"].tolist()[0] in (["a"], ["b"])


def test_partitions_are_put_together_with_all_values_of_a_category():
    """Every row keeps its id; files and dropped columns of all partitions are in the facts."""
    facts = [{"files": [{"name": name}], "dropped_columns": [name], "source": "s"} for name in ("a", "b")]
    whole = combine_partitions(
        partitions=[part((3, "x"), (1, "z")), part((2, "y"))], source="s", keys=["c"], names="ab", facts=facts
    )["data"]
    assert whole.value["c"].to_dict() == {1: "z", 2: "y", 3: "x"} and whole.value["c"].cat.categories.tolist() == [
        "x",
        "y",
        "z",
    ]
    assert whole.facts["dropped_columns"] == ["a", "b"] and whole.facts["files"] == [{"name": "a"}, {"name": "b"}]


def test_a_key_in_two_partitions_is_refused():
    """The letter names the key and both partitions."""
    with pytest.raises(SourceRejected, match="c=x in first and second"):
        combine_partitions(
            partitions=[part((3, "x")), part((3, "x"), (4, "y"))],
            source="s",
            keys=["c"],
            names=["first", "second"],
            facts=[{}, {}],
        )


def test_erased_rows_are_left_out_with_their_categories(put):
    """They are read, counted and not kept; a value that only they had is none of the category's."""
    source = Source(name="people", reader=CSV(put("a.csv", "id,kind\n1,b\n2,a\n")), keys=("id",))
    types = {"id": "integer", "kind": "category"}
    known = {"source": "people", "secret": SECRET, "key": ("id",), "types": types}
    erased = (row_id({"id": "1"}, **known), 99)
    given = {"partition": WHOLE, "files": fingerprints(source, WHOLE), "types": types, "known_by": {"id": "integer"}}
    one = read_rows(source=source, **given, secret=SECRET, erased=erased)["data"]
    assert one.value["id"].tolist() == [2] and list(one.value["kind"].cat.categories) == ["a"]
    assert (one.facts["erased_rows"], one.facts["categories"]) == (1, {"kind": ["a"]})


def test_partitions_together_count_all_erased_rows():
    """Of two parts with one and two rows left out, the whole has three."""
    facts = [{"files": [], "dropped_columns": [], "erased_rows": count} for count in (1, 2)]
    parts, asked = [part((1, "a")), part((2, "b"))], {"source": "people", "keys": ["c"], "names": ["x", "y"]}
    assert combine_partitions(partitions=parts, facts=facts, **asked)["data"].facts["erased_rows"] == 3

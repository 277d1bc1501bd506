"""A corrected file is read as its source is, and every row in it has the id of the row that it corrects."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.artifacts.source import Source
from pipeline.errors import Misuse, SourceRejected
from pipeline.ingestion.corrected import corrected_source, read_corrected
from pipeline.ingestion.readers import CSV, WHOLE, JSONLines, Parquet, Table
from pipeline.ingestion.reading import fingerprints
from pipeline.rows import row_ids

TYPES = {"name": "text", "age": "integer"}
SECRET = b"of this source"


def ids_of(*people, key=()):
    """The ids that the source gives to people, each a name and an age, in this order."""
    frame = pd.DataFrame(people, columns=list(TYPES)).astype({"age": "Int64"})
    return row_ids(frame, source="people", secret=SECRET, key=key, types=TYPES).tolist()


ANN, BOB, TWIN = ids_of(("ann", 30), ("bob", 17), ("bob", 17))


@pytest.fixture
def corrected(put, people):
    """Read a corrected file of the source of ann and two bobs; rows by content unless there are keys."""

    def take(text, keys=(), known=(ANN, BOB, TWIN)):
        source = corrected_source(people(CSV("none.csv"), keys=keys, schema=TYPES), Path(put("right.csv", text)))
        known_by = {name: TYPES[name] for name in keys or TYPES}
        given = {"files": fingerprints(source, WHOLE), "types": TYPES, "known_by": known_by}
        return read_corrected(source, **given, secret=SECRET, known=np.array(known, "int64"))

    return take


def told(found):
    """The people in a corrected file, by id, in its order."""
    return {row: tuple(cells) for row, *cells in found.frame.itertuples(name=None)}


def test_a_row_that_states_its_id_keeps_it(corrected):
    """Bob is 71: his row keeps its id, and the id of the new content is told beside it."""
    found = corrected(f"row,name,age\n{BOB},bob,71\n{ANN},ann,30\n")
    assert told(found) == {BOB: ("bob", 71), ANN: ("ann", 30)}
    assert found.succession == {BOB: ids_of(("bob", 71))[0]}


@pytest.mark.parametrize("blank", ["", ","])
def test_rows_without_a_stated_id_have_that_of_their_content(corrected, blank):
    """Whether there is no column of ids or a blank one; equal rows are told apart, and cid is a new row."""
    lines = ["name,age", "bob,17", "cid,5", "bob,17"]
    found = corrected("".join(f"{'row,' if blank and n == 0 else blank}{line}\n" for n, line in enumerate(lines)))
    [new] = ids_of(("cid", 5))
    assert told(found) == {BOB: ("bob", 17), TWIN: ("bob", 17), new: ("cid", 5)} and found.succession == {}


def test_rows_are_in_order_of_their_ids(corrected):
    """Whatever their order in the file, columns are as typed, and the index is the ids."""
    frame = corrected("age,name\n" + "".join(f"{n},p{n}\n" for n in range(40))).frame
    assert frame.index.is_monotonic_increasing and frame.index.name == "row"
    assert frame.dtypes.astype(str).to_dict() == {"name": "str", "age": "Int64"}


def test_columns_that_the_schema_lacks_are_dropped_and_named(corrected):
    """They do not come into the table, and it is told which they were."""
    found = corrected("name,age,shoe\nann,30,38\n")
    assert (list(found.dropped), list(found.frame)) == (["shoe"], ["name", "age"])


def test_a_row_known_by_key_is_found_by_it(corrected):
    """An age is corrected without any id stated; stated, it has to be the key's."""
    [bob] = ids_of(("bob", 0), key=("name",))
    for text in ("name,age\nbob,71\n", f"row,name,age\n{bob},bob,71\n"):
        found = corrected(text, keys=("name",), known=(bob,))
        assert told(found) == {bob: ("bob", 71)} and found.succession == {}
    with pytest.raises(SourceRejected, match=f"right.csv line 2: {bob}, but its key is that of"):
        corrected(f"row,name,age\n{bob},ann,71\n", keys=("name",), known=(bob,))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("row,name,age\n7,bob,71\n", "no rows of some of the ids.*7 in right.csv line 2"),
        ("row,name,age\n,ann,30\n1.5,bob,71\n", "column row holds no ids.*right.csv line 3"),
        ("row,name,age\nbob,bob,71\n", "column row holds no ids"),
        (f"row,name,age\n{BOB},bob,71\n{BOB},bob,72\n", "one id is that of several rows.*line 2.*line 3"),
        (f"row,name,age\n{ANN},ann,31\n,ann,30\n", "one id is that of several rows"),
        ("row,name,age\n,ann,old\n", "wrong type.*age at right.csv line 2"),
    ],
)
def test_ids_that_cannot_be_are_refused(corrected, text, said):
    """Unknown ones, what is none, one stated twice, a content whose id another row keeps; and wrong types as ever."""
    with pytest.raises(SourceRejected, match=said):
        corrected(text)


@pytest.mark.parametrize(
    "reader",
    [CSV("a.csv", separator=";"), CSV(partitions={"n": "n.csv", "s": "s.csv"}, separator=";"),
     CSV("*.csv", package="pipeline", separator=";")],
)  # fmt: skip
def test_the_file_is_read_by_the_sources_own_reader(reader, people, put):
    """With its separator, and alone: no partitions, no package, nothing that a star could stand for."""
    path = Path(put("right[1]*.txt", "name;age\nann;30\n"))
    put("right1.txt", "name;age\nbob;17\n")
    source = corrected_source(people(reader, keys=()), path)
    assert [entry["name"] for entry in fingerprints(source, WHOLE)] == ["right[1]*.txt"]
    assert (source.name, source.reader.separator, source.reader.ids) == ("people", ";", True)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.csv", CSV), ("a.CSV", CSV), ("a.csv.gz", CSV), ("a.jsonl", JSONLines), ("a.ndjson", JSONLines),
     ("a.parquet", Parquet), ("2026.01.csv", CSV)],
)  # fmt: skip
def test_a_source_that_is_no_file_is_read_by_the_files_name(name, kind, people):
    """A function's rows are corrected by a file that says itself what it is."""
    source = corrected_source(people(Table(people)), Path(name))
    assert isinstance(source.reader, kind) and source.reader.ids and isinstance(source, Source)
    with pytest.raises(Misuse, match="rows.txt does not say how it is to be read"):
        corrected_source(people(Table(people)), Path("rows.txt"))


def test_an_equal_row_keeps_its_id_and_succeeds_nobody(corrected):
    """Of two bobs the second alone is stated, unchanged: no row is to be known by the first one's content."""
    found = corrected(f"row,name,age\n{TWIN},bob,17\n")
    assert told(found) == {TWIN: ("bob", 17)} and found.succession == {}

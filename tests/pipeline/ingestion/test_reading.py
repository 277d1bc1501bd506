"""Files, queries and functions are read, and what was promised about files is checked."""

import sqlite3

import pandas as pd
import pytest

from pipeline.artifacts.source import Source
from pipeline.errors import Misuse, ServiceUnavailable, SourceRejected
from pipeline.ingestion.readers import CSV, SQL, WHOLE, Table
from pipeline.ingestion.reading import fingerprints, partition_names, read


def sales(part="all"):
    """A table with an index that is left out."""
    return pd.DataFrame({"id": [1, 2], "part": part}, index=[7, 7])


@pytest.fixture
def database(tmp_path):
    """The URL of a database with a table of two people."""
    with sqlite3.connect(tmp_path / "people.db") as connection:
        connection.execute("create table people (id integer, pay real, name text)")
        connection.executemany("insert into people values (?, ?, ?)", [(1, 1.5, "ann"), (2, None, None)])
    connection.close()
    return f"sqlite:///{tmp_path}/people.db"


def source(reader):
    """The source `people`."""
    return Source(name="people", reader=reader)


def test_a_file_is_known_by_name_checksum_and_size(put):
    """The checksum is that of its bytes: two files of one content share it, another content does not."""
    a, b, c = put("a.csv", "id\n1\n"), put("b.csv", "id\n1\n"), put("c.csv", "id\n2\n")
    prints = [fingerprints(source(CSV(path)), WHOLE)[0] for path in (a, b, c)]
    assert [entry["name"] for entry in prints] == ["a.csv", "b.csv", "c.csv"] and prints[0]["bytes"] == 5
    assert prints[0]["checksum"] == prints[1]["checksum"] != prints[2]["checksum"]


def test_a_file_changed_while_it_is_read_is_refused(put):
    """What was promised to be read is what is read."""
    people = source(CSV(put("a.csv", "id\n1\n")))
    files = fingerprints(people, WHOLE)
    put("a.csv", "id\n2\n")
    with pytest.raises(SourceRejected, match="a.csv was changed"):
        read(people, WHOLE, files=files)


def test_a_partition_that_is_gone_is_named(put):
    """A file of a glob that was there when the run began is missed by name."""
    put("part-1.csv", "id\n1\n")
    people = source(CSV(put("part-2.csv", "id\n1\n").replace("2.csv", "*.csv")))
    assert partition_names(people) == ["part-1.csv", "part-2.csv"]
    with pytest.raises(SourceRejected, match="part-3.csv"):
        fingerprints(people, "part-3.csv")


def test_a_query_gives_its_rows(database, monkeypatch):
    """Rows come as the database gives them, the URL perhaps from the environment."""
    monkeypatch.setenv("PEOPLE_URL", database)
    for reader in (SQL(database, "select * from people"), SQL(query="select * from people", url_env="PEOPLE_URL")):
        [raw] = read(source(reader), WHOLE, files=[])
        assert raw.frame.to_dict("list") == {"id": [1, 2], "pay": [1.5, None], "name": ["ann", None]}


def test_a_query_without_rows_still_has_columns(database):
    """No rows are told from no columns."""
    [raw] = read(source(SQL(database, "select id from people where id > 5")), WHOLE, files=[])
    assert list(raw.frame.columns) == ["id"] and not len(raw.frame)


def test_queries_are_partitions(database):
    """Each named query is read by itself, all of them for the whole."""
    people = source(SQL(database, partitions={"one": "select 1 as id", "two": "select 2 as id"}))
    assert partition_names(people) == ["one", "two"]
    assert [raw.frame["id"].tolist() for raw in read(people, "two", files=[])] == [[2]]
    assert len(read(people, WHOLE, files=[])) == 2


@pytest.mark.parametrize(
    ("url", "query", "error"),
    [
        (None, "select * from nothing", SourceRejected),
        (None, "update people set id = 1", SourceRejected),
        (None, "select id, id from people", SourceRejected),
        ("nosuch://me:sekrit@h/d", "select 1", Misuse),
        ("no url", "select 1", Misuse),
        ("sqlite:////nosuch/folder/x.db", "select 1", ServiceUnavailable),
    ],
)
def test_a_query_that_fails_says_whose_fault_it_is(database, url, query, error):
    """A wrong query, a wrong URL and a database that does not answer are told apart; no password is shown."""
    with pytest.raises(error) as caught:
        read(source(SQL(url or database, query)), WHOLE, files=[])
    assert "sekrit" not in str(caught.value)


def test_an_environment_variable_that_is_not_set_is_named():
    """The name of the variable is what helps."""
    with pytest.raises(Misuse, match="NO_SUCH_URL"):
        read(source(SQL(query="select 1", url_env="NO_SUCH_URL")), WHOLE, files=[])


def test_a_function_is_called_by_itself_or_for_each_partition():
    """The index of what it gives is left out."""
    [raw] = read(source(Table(sales)), WHOLE, files=[])
    assert raw.frame.index.tolist() == [0, 1] and raw.label(1) == "people: sales() row 2"
    parts = read(source(Table(sales, partitions=("a", "b"))), WHOLE, files=[])
    assert [raw.frame["part"].iloc[0] for raw in parts] == ["a", "b"]


def test_a_function_that_gives_no_table_is_refused():
    """Only a DataFrame is a table."""
    with pytest.raises(SourceRejected, match="expected a DataFrame; found dict"):
        read(source(Table(dict)), WHOLE, files=[])

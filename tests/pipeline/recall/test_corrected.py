"""A correction makes a version of the source, or names rows; what cannot be taken in leaves no version behind."""

import json
from pathlib import Path

import pandas as pd
import pytest

from pipeline.artifacts.source import Source
from pipeline.errors import Misuse, SourceRejected
from pipeline.ingestion.ingest import ingest
from pipeline.ingestion.readers import CSV, SQL, JSONLines, Parquet, Table
from pipeline.recall.corrected import statement
from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings

PEOPLE = "name,age,town\nann,30,ulm\nbob,17,bonn\ncid,45,ulm\n"


def people():
    """The same three people as a function gives them."""
    return pd.DataFrame({"name": ["ann", "bob", "cid"], "age": [30, 17, 45], "town": ["ulm", "bonn", "ulm"]})


class Desk:
    """A source, its versions, and corrected files of it."""

    def __init__(self, folder: Path, **changes):
        folder.mkdir(exist_ok=True)
        (folder / "people.csv").write_text(PEOPLE)
        reader = CSV(str(folder / "people.csv"))
        types = {"name": "text", "age": "integer", "town": "category"}
        self.folder = folder
        self.source = Source(**{"name": "people", "reader": reader, "keys": ("name",), "schema": types, **changes})
        settings = Settings.from_environment({"HEADWATER_HOME": str(folder / "home")})
        self.runner = Runner.open(settings, Occasion(dag="", dag_run="", task="recall"))
        self.first = self.read("r1")

    def read(self, dag_run):
        """Ingest the source as a DAG run does."""
        return ingest(self.runner.at(Occasion(dag="town", dag_run=dag_run)), source=self.source)

    def put(self, text, name="corrected.csv"):
        """A corrected file of this text."""
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def state(self, corrected=None, **asked):
        """A statement about the source."""
        return statement(self.runner, "people", declared=self.source, corrected=corrected, **asked)

    def told(self, reference):
        """The names, ages and towns of a version."""
        frame = self.runner.value(reference)
        return sorted(frame[["name", "age", "town"]].astype(object).itertuples(index=False, name=None))

    def row(self, name):
        """The id of a person in the first version."""
        frame = self.runner.value(self.first)
        return int(frame.index[frame["name"] == name][0])

    def versions(self):
        """How many versions of the source there are."""
        return len(self.runner.store.versions("dataset", "people"))


@pytest.fixture
def desk(tmp_path):
    """A source of three people, known by name, read once."""
    return Desk(tmp_path)


def test_a_whole_file_is_a_version_of_the_source(desk):
    """Rows keep their ids; the statement names what differs: a cell here."""
    said = desk.state(desk.put(PEOPLE.replace("bob,17", "bob,71")))
    assert (said.source, said.version, said.columns) == ("people", desk.first, ("age",))
    assert said.rows.tolist() == [desk.row("bob")]
    assert desk.told(said.corrected) == [("ann", 30, "ulm"), ("bob", 71, "bonn"), ("cid", 45, "ulm")]
    assert desk.runner.store.producer(said.corrected).stage == "ingestion"


def test_rows_that_came_and_went_are_wrong_as_a_whole(desk):
    """A row left out and a row added are both among the wrong ones, and no column is singled out."""
    said = desk.state(desk.put("name,age,town\nann,30,ulm\ncid,45,ulm\ndee,5,jena\n"))
    assert desk.row("bob") in said.rows and len(said.rows) == 2 and said.columns == ()


def test_a_patch_holds_the_corrected_rows_alone(desk):
    """The others stay as in the version, a new one is added, and new values of a category are taken in."""
    said = desk.state(desk.put("town,age,name\njena,71,bob\njena,5,dee\n"), patch=True)
    assert desk.told(said.corrected) == [
        ("ann", 30, "ulm"),
        ("bob", 71, "jena"),
        ("cid", 45, "ulm"),
        ("dee", 5, "jena"),
    ]
    whole = desk.put("name,age,town\ndee,5,jena\nann,30,ulm\nbob,71,jena\ncid,45,ulm\n", "whole.csv")
    assert desk.state(whole, version=desk.first).corrected == said.corrected


def test_a_correction_rests_on_no_earlier_version(desk):
    """What is made of the corrected version is not taken for something that stands on the wrong rows."""
    said = desk.state(desk.put("name,age,town\nbob,71,bonn\n"), patch=True)
    assert desk.runner.store.descendants(desk.first) == []
    assert desk.runner.describe(said.corrected).facts["corrects"] == desk.first


def test_the_next_dag_run_reads_the_source_as_before(desk):
    """A corrected version is no input of ordinary runs: the file says what it said."""
    desk.state(desk.put(PEOPLE.replace("17", "71")))
    assert desk.read("r2") == desk.first


def test_a_version_can_be_named(desk):
    """A patch is applied to the version it is said of, not to the latest."""
    desk.folder.joinpath("people.csv").write_text(PEOPLE.replace("ann,30", "ann,31"))
    second = desk.read("r2")
    patch = desk.put("name,age,town\nbob,71,bonn\n")
    early, late = (desk.state(patch, patch=True, version=version) for version in (desk.first, None))
    assert (early.version, late.version) == (desk.first, second)
    assert [desk.told(said.corrected)[0] for said in (early, late)] == [("ann", 30, "ulm"), ("ann", 31, "ulm")]


def test_the_same_file_again_is_the_same_version(desk):
    """A correction stated twice is made once."""
    path = desk.put(PEOPLE.replace("17", "71"))
    first, again = desk.state(path, version=desk.first), desk.state(path, version=desk.first)
    assert first.corrected == again.corrected and desk.runner.ran[-1].reused


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (PEOPLE, "says what dataset/people@.* says already"),
        ("town,age,name\nulm,30,ann\nulm,45,cid\nbonn,17,bob\n", "says already"),
        ("name,years,town\nbob,71,bonn\n", "lacks columns"),
        ("name,age,town\nbob,old,bonn\n", "wrong type"),
        ("name,age,town\n,71,bonn\n", "key column name is blank"),
        ("name,age,town\nbob,71,bonn\nbob,72,bonn\n", "more than once"),
        ("row,name,age,town\n7,bob,71,bonn\n", "no rows of some of the ids.*7 in corrected.csv line 2"),
        ("row,name,age,town\nseven,bob,71,bonn\n", "column row holds no ids"),
        ("", "is empty"),
    ],
)
def test_a_file_that_cannot_be_taken_in_leaves_no_version(desk, content, said):
    """It is refused with what is wrong in it, and no version is made."""
    with pytest.raises(SourceRejected, match=said):
        desk.state(desk.put(content), patch=len(content) < 60)
    assert desk.versions() == 1


def test_what_is_no_file_is_refused(desk):
    """A path that leads nowhere, or to a folder."""
    for path in (desk.folder / "none.csv", desk.folder):
        with pytest.raises(SourceRejected, match="is no file"):
            desk.state(path)


def test_rows_are_named_in_one_way(desk):
    """A file, a condition or rows; not two of them, and a patch is a file."""
    path = desk.put(PEOPLE)
    for asked in ({}, {"where": "age > 1", "rows": ["1"]}, {"corrected": path, "where": "age > 1"}, {"patch": True}):
        with pytest.raises(Misuse, match="names its rows in one way"):
            desk.state(**asked)


def test_rows_can_be_withdrawn(desk):
    """A condition or a key names rows that are wrong; nobody says how they are right, and no version is made."""
    by_where, by_key = desk.state(where="age < 40"), desk.state(rows=["name=bob", str(desk.row("ann"))])
    assert by_where.rows.tolist() == by_key.rows.tolist() == sorted([desk.row("ann"), desk.row("bob")])
    assert (by_where.corrected, by_where.where, desk.versions()) == (None, "age < 40", 1)


def test_rows_known_by_content_keep_their_ids_by_the_column_row(tmp_path):
    """A row that states its id keeps it although its content is another, and its two ids are recorded."""
    desk = Desk(tmp_path, keys=())
    said = desk.state(desk.put(f"row,name,age,town\n{desk.row('bob')},bob,71,bonn\n,dee,5,jena\n"), patch=True)
    frame = desk.runner.value(said.corrected)
    assert frame.loc[desk.row("bob"), "age"] == 71 and len(frame) == 4
    assert len(said.rows) == 2 and desk.row("bob") in said.rows
    [kept] = [use.artifact for use in desk.runner.store.producer(said.corrected).outputs if use.role == "succession"]
    succession = desk.runner.value(kept.reference)
    later = Desk(tmp_path / "later", keys=(), name="people")
    assert list(succession.index) == [desk.row("bob")] and succession["content"].notna().all()
    assert later.versions() == 1


def test_the_id_in_a_succession_is_the_one_the_corrected_source_gives(tmp_path):
    """Once the source itself is put right, the row arrives under the id that the succession names."""
    desk = Desk(tmp_path, keys=())
    said = desk.state(desk.put(f"row,name,age,town\n{desk.row('bob')},bob,71,bonn\n"), patch=True)
    [kept] = [use.artifact for use in desk.runner.store.producer(said.corrected).outputs if use.role == "succession"]
    (desk.folder / "people.csv").write_text(PEOPLE.replace("17", "71"))
    fresh = desk.runner.value(desk.read("r2"))
    assert fresh.loc[desk.runner.value(kept.reference).loc[desk.row("bob"), "content"], "age"] == 71


def test_without_ids_a_changed_row_known_by_content_is_another_row(tmp_path):
    """The old row goes and a new one comes."""
    desk = Desk(tmp_path, keys=())
    said = desk.state(desk.put(PEOPLE.replace("17", "71")))
    assert len(said.rows) == 2 and said.columns == ()


def test_an_id_is_that_of_one_row(tmp_path):
    """An id stated twice, and a row without one whose content is another's, are refused."""
    desk = Desk(tmp_path, keys=())
    twice = f"row,name,age,town\n{desk.row('bob')},bob,71,bonn\n{desk.row('bob')},bob,72,bonn\n"
    taken = f"row,name,age,town\n{desk.row('bob')},bob,71,bonn\n,bob,17,bonn\n"
    for text in (twice, taken):
        with pytest.raises(SourceRejected, match="one id is that of several rows"):
            desk.state(desk.put(text), patch=True)


def test_a_keyed_row_has_the_id_of_its_key(desk):
    """A stated id beside a key is held against it."""
    right = desk.put(f"row,name,age,town\n{desk.row('bob')},bob,71,bonn\n", "right.csv")
    assert desk.state(right, patch=True).rows.tolist() == [desk.row("bob")]
    with pytest.raises(SourceRejected, match="another id than that of their name"):
        desk.state(desk.put(f"row,name,age,town\n{desk.row('ann')},bob,71,bonn\n"), patch=True)


def test_json_and_parquet_are_read_as_their_sources_are(tmp_path):
    """A corrected file has the format of its source, ids in `row` included."""
    frame, place = people(), tmp_path / "x"
    place.mkdir()
    frame.to_json(place / "people.jsonl", orient="records", lines=True)
    frame.to_parquet(place / "people.parquet")
    for number, reader in enumerate((JSONLines(str(place / "people.jsonl")), Parquet(str(place / "people.parquet")))):
        desk = Desk(tmp_path / str(number), reader=reader, keys=())
        rows = pd.DataFrame({"row": [desk.row("bob")], "name": ["bob"], "age": [71], "town": ["bonn"]})
        rows.to_parquet(desk.folder / "corrected")
        text = json.dumps(rows.iloc[0].to_dict()) if number == 0 else (desk.folder / "corrected").read_bytes()
        said = desk.state(desk.put(text, "corrected"), patch=True)
        assert desk.told(said.corrected)[1] == ("bob", 71, "bonn")


@pytest.mark.parametrize("reader", [Table(people), SQL("sqlite:///{folder}/p.db", "select * from people")])
def test_a_source_that_is_no_file_is_corrected_by_one(tmp_path, reader):
    """A query's or a function's rows are corrected by CSV, JSON lines or Parquet, told by the file's name."""
    import sqlite3

    with sqlite3.connect(tmp_path / "p.db") as database:
        people().to_sql("people", database, index=False)
    database.close()
    if isinstance(reader, SQL):
        reader = SQL(reader.url.format(folder=tmp_path), reader.query)
    desk = Desk(tmp_path, reader=reader)
    assert desk.state(desk.put("name,age,town\nbob,71,bonn\n"), patch=True).rows.tolist() == [desk.row("bob")]
    with pytest.raises(Misuse, match="corrected.txt does not say how it is to be read"):
        desk.state(desk.put("name,age,town\n", "corrected.txt"))


def test_a_source_no_longer_declared_is_not_read(desk):
    """Without its declaration nobody knows how its file is to be read; rows can still be named."""
    with pytest.raises(Misuse, match="no DAG file declares a source people"):
        statement(desk.runner, "people", corrected=desk.put(PEOPLE))
    assert len(statement(desk.runner, "people", where="age < 18").rows) == 1


def test_a_file_whose_name_looks_like_a_pattern_is_itself(desk):
    """Brackets in a file's name stand for themselves."""
    assert desk.state(desk.put(PEOPLE.replace("17", "71"), "corrected[1].csv")).columns == ("age",)

"""Opening what a command reads."""

from pathlib import Path


def test_reading_makes_no_store(headwater, new_town):
    """Where nothing was recorded, a reading command says so, exits with 1, and makes nothing."""
    answer = headwater(new_town, "runs")
    assert answer.code == 1 and "nothing is recorded here yet" in answer.err and "headwater run DAG" in answer.err
    assert not (new_town.folder / ".headwater").exists()


def test_a_killed_run_is_not_shown_as_running(new_town):
    """A run whose process was killed is listed as interrupted."""
    path = new_town.folder / "dags" / "town.py"
    path.write_text(path.read_text().replace("return people[", "import os; os.kill(os.getpid(), 9); people["))
    assert new_town.process("run", "town").code == -9
    newest = new_town.process("runs", "--json").json[0]
    assert (newest["step"], newest["outcome"]) == ("adults", "interrupted")


def test_a_store_of_ones_own_is_found_by_its_url(town, tmp_path):
    """HEADWATER_STORE names another store; one that is not there is told by its URL."""
    here = Path(town.folder) / ".headwater" / "lineage.db"
    assert len(town.process("runs", "--json", HEADWATER_STORE=f"sqlite:///{here}").json) == 3
    assert f"{tmp_path}/none.db" in town.process("runs", HEADWATER_STORE=f"sqlite:///{tmp_path}/none.db").err


def test_every_command_reads_a_source_whose_ids_are_written_nowhere(headwater, new_town):
    """Whoever opens the storage derives those of six thousand people from their names; an erasure leaves no name."""
    (new_town.folder / "people.csv").write_text("\n".join(["name,age", *(f"p{n},{n % 100}" for n in range(6_000))]))
    assert new_town.process("run", "town").code == 0
    artifacts = new_town.folder / ".headwater" / "artifacts"
    assert sum(path.stat().st_size for path in artifacts.glob("row-ids/*/*")) < 6_000 / 8 + 100
    asked = ("--rows", "name=p42", "--reason", "asked to", "--by", "ann", "--yes", "--here")
    for command in (
        ("verify",),
        ("show", "town.adults", "--head", "3"),
        ("diff", "people", "people"),
        ("rows", "town.adults"),
        ("summary",),
        ("forget", "people", *asked),
        ("verify",),
    ):
        answer = headwater(new_town, *command)
        assert answer.code == 0, answer.err
    assert '"p42"' not in headwater(new_town, "show", "people", "--json", "--head", "6000").out

"""`headwater demo` before it starts anything. Its journey is tests/journeys/test_demo.py."""


def test_a_dag_that_is_not_there_is_misuse(headwater, new_town):
    """A name no DAG has ends with 2, says what is near, and makes nothing."""
    done = headwater(new_town, "demo", "twon")
    assert (done.code, done.out) == (2, "")
    assert "Did you mean town?" in done.err
    assert not (new_town.folder / ".headwater").exists()


def test_a_dag_file_that_cannot_be_read_is_told(headwater, new_town):
    """A broken DAG file is refused with its file and line, before Airflow is started."""
    (new_town.folder / "dags" / "town.py").write_text("import pipeline\n\n\ndef town(:\n    pass\n")
    done = headwater(new_town, "demo", "town")
    assert done.code == 1
    assert "town.py:4" in done.err

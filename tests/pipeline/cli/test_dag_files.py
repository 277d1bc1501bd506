"""Finding DAGs in files."""

import pytest

from pipeline.cli.dag_files import all_dags, chained, declared_source, find_dag
from pipeline.errors import DagBroken, Misuse

FILE = "from pipeline.airflow import dag\n\n@dag\ndef {name}():\n    pass\n"
DECLARES = (
    "from pipeline import CSV, Source\nfrom pipeline.airflow import dag, ingest\n"
    "{name} = Source(name='{name}', reader=CSV('{name}.csv'))\n\n@dag\ndef take_{name}():\n    ingest({name})\n"
)


@pytest.fixture
def write(tmp_path):
    """Write a DAG file."""

    def one(path, text):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
        return tmp_path

    return one


def test_finds_a_dag_by_name_in_a_folder_of_folders(write):
    """The file may lie deeper; the name is the function's."""
    assert find_dag(write("loans/one.py", FILE.format(name="one")), "one").name == "one"


def test_another_file_that_is_broken_does_not_matter(write):
    """A DAG is found though a file that only mentions it cannot be read."""
    write("bad.py", "# one, from pipeline\nimport nothing_like_it\n")
    assert find_dag(write("one.py", FILE.format(name="one")), "one").name == "one"


def test_names_the_line_of_a_file_that_cannot_be_imported(write):
    """A failing import is told with file and line."""
    folder = write("one.py", "import nothing_like_it\n" + FILE.format(name="one"))
    with pytest.raises(DagBroken, match=r"ModuleNotFoundError at .*one\.py:1: No module named 'nothing_like_it'"):
        find_dag(folder, "one")


def test_names_the_line_of_a_file_that_is_no_python(write):
    """A syntax error is told with file and line."""
    folder = write("one.py", FILE.format(name="one").replace("def one()", "def one(("))
    with pytest.raises(DagBroken, match=r"SyntaxError at .*one\.py:4"):
        find_dag(folder, "one")


def test_a_file_that_ends_the_process_is_broken_too(write):
    """sys.exit in a DAG file does not end the command in silence."""
    folder = write("one.py", "import sys\nsys.exit(3)\n" + FILE.format(name="one"))
    with pytest.raises(DagBroken, match=r"SystemExit at .*one\.py:2: 3"):
        find_dag(folder, "one")


def test_two_dags_of_one_name_are_misuse(write):
    """Which of two files is meant is not guessed."""
    write("one.py", FILE.format(name="one"))
    with pytest.raises(Misuse, match="two DAGs are called one"):
        find_dag(write("copy.py", FILE.format(name="one")), "one")


def test_an_unknown_name_lists_what_there_is(write):
    """The letter lists the DAGs and the near one."""
    write("one.py", FILE.format(name="loans"))
    with pytest.raises(Misuse, match="one of houses, loans. Did you mean loans?"):
        find_dag(write("two.py", FILE.format(name="houses")), "lones")


def test_no_folder_is_misuse(tmp_path):
    """A folder that is not there is named."""
    with pytest.raises(Misuse, match="HEADWATER_DAGS"):
        all_dags(tmp_path / "none")


def test_lists_broken_files_last_and_leaves_hidden_folders_out(write):
    """All DAGs by name, then what cannot be read; nothing from hidden folders."""
    write("a.py", "from pipeline import Nothing\n")
    write(".venv/pipeline.py", FILE.format(name="hidden"))
    found = all_dags(write("z.py", FILE.format(name="zoo")))
    assert [one.dag and one.dag.name for one in found] == ["zoo", None]
    assert "cannot import name" in str(found[1].trouble) or "no attribute 'Nothing'" in str(found[1].trouble)


def test_a_module_beside_the_file_can_be_imported(write):
    """As under Airflow, a DAG file may take what it needs from a file beside it."""
    write("deeper/nearby_rates.py", "RATE = 3\n")
    folder = write("deeper/one.py", "from nearby_rates import RATE\n" + FILE.format(name="one"))
    assert find_dag(folder, "one").function.__globals__["RATE"] == 3


def test_a_dag_named_by_its_maker_is_found(write):
    """A function that got its name otherwise than by `def` is found too."""
    folder = write("made.py", "from pipeline.airflow import dag\n\ndef body():\n    pass\n\n"
                              "body.__name__ = 'loans_' + 'fr'\nfrench = dag(body)\n")
    assert find_dag(folder, "loans_fr").name == "loans_fr"


def test_a_source_is_found_as_a_dag_takes_it_in(write):
    """Among all DAGs that can be read."""
    folder = write("one.py", DECLARES.format(name="one"))
    write("two.py", DECLARES.format(name="two"))
    assert declared_source(folder, "two").reader.path == "two.csv"
    assert declared_source(folder, "three") is None


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("bad.py", "# from pipeline\nimport nothing_like_it\n", r"bad\.py cannot be read.*bad\.py:2: No module"),
        ("fails.py", FILE.format(name="oops").replace("pass", "raise ValueError('3')"),
         r"the body of DAG oops, in fails\.py, fails; found ValueError at .*fails\.py:5: 3"),
        ("ends.py", FILE.format(name="ends").replace("pass", "raise SystemExit(3)"), "DAG ends, in ends.py, fails"),
    ],
)
def test_a_file_that_fails_is_told_where_sources_are_looked_for(write, file, text, words):
    """What it takes in is not known; it hinders nothing else."""
    write(file, text)
    folder = write("one.py", DECLARES.format(name="one"))
    with pytest.warns(UserWarning, match=words):
        assert declared_source(folder, "one").name == "one"
    with pytest.warns(UserWarning, match=words):
        assert declared_source(folder, "oops") is None


def test_what_a_dag_chains_is_listed_or_its_line_that_fails_is_named(write):
    """By name of task; nothing is run."""
    assert list(chained(find_dag(write("one.py", DECLARES.format(name="one")), "take_one"))) == ["ingest"]
    folder = write("fails.py", FILE.format(name="oops").replace("pass", "return 1 / 0"))
    with pytest.raises(DagBroken, match=r"ZeroDivisionError at .*fails\.py:5"):
        chained(find_dag(folder, "oops"))

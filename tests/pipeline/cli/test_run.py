"""`headwater run`."""

import subprocess
import sys


def test_says_what_each_task_did_and_reuses_all_the_second_time(new_town):
    """A second run of an unchanged chain reuses every step and says so."""
    first, second = new_town.process("run", "town"), new_town.process("run", "town")
    assert (first.code, second.code) == (0, 0)
    assert "none of 2 steps" in first.out and first.out.split()[:2] == ["ingest", "ran"]
    assert "all 2 steps: nothing had changed" in second.out and second.out.split()[:2] == ["ingest", "reused"]


def test_json_is_the_summary_alone(new_town):
    """With --json, a program reads the summary and nothing else."""
    told = new_town.process("run", "town", "--dag-run", "r7", "--json").json
    assert (told["dag"], told["dag_run"], told["outcome"]) == ("town", "r7", "succeeded")
    assert [(one["name"], one["rows"]) for one in told["datasets"]] == [("people", 5), ("town.adults", 3)]


def test_an_unchanged_file_costs_no_data_library_and_no_airflow(new_town):
    """Running a chain again imports neither Airflow nor MLflow nor Great Expectations."""
    new_town.process("run", "town")
    code = (
        "import sys; from pipeline.cli.entry import outcome; assert outcome(['run', 'town']) == 0; "
        "print([name for name in ('airflow', 'mlflow', 'great_expectations', 'sklearn') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=new_town.folder, capture_output=True, text=True,
                         env={**__import__("os").environ, "PYTHONPATH": ":".join(sys.path)}, check=True)
    assert ran.stdout.strip().endswith("[]")


def test_a_function_that_raises_is_told_with_its_line_and_recorded(new_town):
    """A user's error is one paragraph with file and line, exit 1, and the failed run is in the store."""
    path = new_town.folder / "dags" / "town.py"
    path.write_text(path.read_text().replace('return people[people["age"] >= 18]', 'raise ValueError("no people")'))
    ran = new_town.process("run", "town")
    assert ran.code == 1 and "Traceback" not in ran.err
    assert "adults raised ValueError at town.py:14: no people" in ran.err
    failed = new_town.process("runs", "--outcome", "failed", "--json").json
    assert [(run["step"], run["outcome"]) for run in failed] == [("adults", "failed")]


def test_a_body_that_raises_is_the_files_fault(new_town):
    """An error in the DAG's own body names the DAG file and its line, and is no fault of Headwater."""
    text = "from pipeline.airflow import dag\n@dag\ndef odd():\n    {}['x']\n"
    (new_town.folder / "dags" / "odd.py").write_text(text)
    ran = new_town.process("run", "odd")
    assert ran.code == 1 and "odd.py:4" in ran.err and "KeyError" in ran.err


def test_an_unknown_dag_is_misuse_and_makes_nothing(new_town):
    """A mistyped DAG exits with 2, names the near one, and leaves no store behind."""
    ran = new_town.process("run", "twon")
    assert ran.code == 2 and "Did you mean town?" in ran.err
    assert not (new_town.folder / ".headwater").exists()


def test_a_claim_that_does_not_hold_is_a_warning_of_one_line(new_town):
    """In a proof of concept, a widened rule is told on stderr, and the run goes on."""
    path = new_town.folder / "dags" / "town.py"
    path.write_text(path.read_text().replace('people[people["age"] >= 18]', 'people.assign(age=len(people))'))
    ran = new_town.process("run", "town")
    assert ran.code == 0 and ran.err.startswith("headwater: warning (RuleWidened): step adults claims")

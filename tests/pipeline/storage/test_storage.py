"""Artifacts are saved whole or not at all and verified when read, on any filesystem."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from lineage.tables import digest_frame
from pipeline.errors import ArtifactCorrupt, ArtifactMissing, Misuse, StepRefused, StorageUnavailable
from pipeline.storage import Storage

VALUES = {"verdict": {"passed": True, "checks": [1, 2.5, None]}, "page": "<p>é</p>"}


def test_a_dataset_comes_back_equal(storage, record, frame):
    """What is loaded equals what was saved, and its digest is the frame's own."""
    saved = storage.save("dataset", frame)
    pd.testing.assert_frame_equal(storage.load(record("dataset", saved)), frame)
    assert (saved.digest, saved.rows) == (digest_frame(frame), 3)


@pytest.mark.parametrize("kind", VALUES)
def test_documents_and_pages_come_back_equal(storage, record, kind):
    """JSON and HTML survive."""
    artifact = record(kind, storage.save(kind, VALUES[kind]))
    storage.verify(artifact)
    assert storage.load(artifact) == VALUES[kind]


def test_the_same_content_lands_in_the_same_place(storage, frame):
    """Saving twice keeps one file, named by digest and checksum."""
    first, second = storage.save("dataset", frame), storage.save("dataset", frame.copy())
    assert first == second
    assert first.place == f"dataset/{first.digest[:2]}/{first.digest}-{first.checksum[:8]}.parquet"


def test_a_flipped_byte_anywhere_is_found_and_named(tmp_path, record, frame):
    """Whichever byte of a file is flipped, loading it says which artifact is corrupt."""
    storage = Storage(str(tmp_path))
    saved = storage.save("dataset", frame)
    path = tmp_path / saved.place
    whole = path.read_bytes()
    for position in range(0, len(whole), 7):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        with pytest.raises(ArtifactCorrupt, match=f"dataset/trial@{saved.digest}"):
            storage.load(record("dataset", saved))


def test_bytes_that_are_gone_are_named(storage, record, frame):
    """A missing file, and a record without a place, are told from other trouble."""
    saved = storage.save("dataset", frame)
    for place in ("dataset/00/nothing.parquet", ""):
        with pytest.raises(ArtifactMissing, match="dataset/trial"):
            storage.load(record("dataset", saved, place=place))


def test_verify_compares_the_content_too(storage, record, frame):
    """Intact bytes that mean something else than the record says are found."""
    saved = storage.save("dataset", frame)
    storage.verify(record("dataset", saved))
    with pytest.raises(ArtifactCorrupt, match="does not hold"):
        storage.verify(record("dataset", saved, digest="0" * 32))
    with pytest.raises(ArtifactCorrupt, match="4 rows"):
        storage.verify(record("dataset", saved, rows=4))


def test_bytes_without_checksum_that_are_no_table_are_corrupt(tmp_path, record, frame):
    """Where no checksum was recorded, a broken file is still no dataset."""
    storage = Storage(str(tmp_path))
    saved = storage.save("dataset", frame)
    (tmp_path / saved.place).write_bytes(b"PAR1 is not enough")
    with pytest.raises(ArtifactCorrupt, match="cannot be read"):
        storage.load(record("dataset", replace(saved, checksum="")))


def test_saving_again_heals_a_damaged_file(tmp_path, record, frame):
    """A re-run replaces a file that was damaged."""
    storage = Storage(str(tmp_path))
    saved = storage.save("dataset", frame)
    (tmp_path / saved.place).write_bytes(b"")
    storage.save("dataset", frame)
    storage.verify(record("dataset", saved))


@pytest.mark.parametrize(
    ("kind", "value"),
    [("dataset", [1]), ("verdict", {1: 2}), ("page", b"<p>"), ("page", "\udcff"), ("transform", lambda: 0)],
)
def test_a_value_of_another_kind_is_refused(tmp_path, kind, value):
    """What is no value of its kind is not saved, and nothing is left behind."""
    with pytest.raises(StepRefused):
        Storage(str(tmp_path)).save(kind, value)
    assert list(tmp_path.iterdir()) == []


def test_a_kind_is_a_word(tmp_path):
    """A kind is part of a path and may not lead out of the storage."""
    with pytest.raises(Misuse):
        Storage(str(tmp_path)).save("../page", "x")


def test_a_password_is_never_shown():
    """Neither repr nor error shows the password of a storage URL."""
    with pytest.raises(StorageUnavailable) as caught:
        Storage("nosuch://me:sekrit@host/bucket")
    assert "sekrit" not in str(caught.value) + repr(caught.value)


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path, frame):
    """Storage below a file cannot be written."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageUnavailable, match="retry"):
        Storage(str(tmp_path / "file")).save("dataset", frame)


FULL = """
import resource, signal, sys
import numpy, pandas
from pipeline.errors import StorageUnavailable
from pipeline.storage import Storage
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
noise = pandas.DataFrame({"a": numpy.random.default_rng(0).random(5000)}, index=pandas.Index(range(5000), name="row"))
try:
    Storage(sys.argv[1]).save("dataset", noise)
except StorageUnavailable as error:
    print(error)
"""


def test_a_full_disk_leaves_nothing_behind(tmp_path):
    """When a file cannot be written to its end, the error says so and no part of it stays."""
    done = subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "was not saved" in done.stdout
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


KILLED = """
import sys
import numpy, pandas
from pipeline.storage import Storage
noise = pandas.DataFrame({"a": numpy.random.default_rng(0).random(200000)})
noise.index.name = "row"
print("ready", flush=True)
while True:
    Storage(sys.argv[1]).save("dataset", noise)
"""


def test_a_killed_process_leaves_no_half_written_artifact(tmp_path, record):
    """Whenever the writer is killed, a file that has an artifact's name is whole."""
    for delay in (0.3, 0.31, 0.37):
        with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE) as writer:
            writer.stdout.readline()
            with pytest.raises(subprocess.TimeoutExpired):
                writer.wait(delay)
            writer.kill()
        sizes = {path.stat().st_size for path in tmp_path.rglob("*.parquet")}
        assert len(sizes) == 1 and sizes.pop() > 1_000_000


def test_opening_makes_nothing(tmp_path):
    """A storage that nobody saved to has no folder."""
    Storage(str(tmp_path / "artifacts"))
    assert not Path(tmp_path / "artifacts").exists()

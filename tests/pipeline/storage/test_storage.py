"""Artifacts are saved whole or not at all and verified when read, on any filesystem."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from lineage.records import Artifact
from lineage.tables import digest_frame, table_of
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
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".ids"] == []


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


def many(rows, kept=slice(None)):
    """A dataset long enough for its row ids to have a file of their own, or some of its rows."""
    ids = np.sort(np.random.default_rng(5).integers(-(2**63), 2**63 - 1, rows))
    return pd.DataFrame({"a": np.arange(rows) * 1.0}, index=pd.Index(ids, name="row"))[kept]


def files_below(path, pattern):
    """The paths of files."""
    return sorted(path.rglob(pattern))


def test_datasets_of_the_same_rows_share_their_ids(storage, record):
    """Both come back equal, here and in a process that has never seen them, and their ids are there once."""
    one = many(8000)
    other = one.assign(b=2.5)
    saved = [storage.save("dataset", frame) for frame in (one, other)]
    assert len({"".join(each.place.split(".")[1:]) for each in saved}) == 1
    for reader in (storage, Storage(storage.root)):
        for frame, each in zip((one, other), saved, strict=True):
            reader.verify(record("dataset", each))
            pd.testing.assert_frame_equal(reader.load(record("dataset", each)), frame)


def test_the_ids_of_some_rows_are_told_from_all(tmp_path, record):
    """Half of 80,000 rows take 10,000 bytes of bits; of the ids themselves each takes 49.1 bits at least."""
    storage, frame = Storage(str(tmp_path)), many(80_000)
    half = frame[np.random.default_rng(6).random(80_000) < 0.5]
    storage.save("dataset", frame)
    saved = storage.save("dataset", half)
    small, large = sorted(path.stat().st_size for path in files_below(tmp_path, "*.ids"))
    assert 10_000 <= small < 10_200 and 491_000 <= large < 510_000
    pd.testing.assert_frame_equal(Storage(str(tmp_path)).load(record("dataset", saved)), half)


def test_a_reader_tells_parts_from_what_it_loaded(tmp_path, record):
    """A process that loaded a dataset and saves some of its rows keeps them as bits, as the one that saved it would."""
    frame = many(20_000)
    first = Storage(str(tmp_path))
    whole = record("dataset", first.save("dataset", frame))
    second = Storage(str(tmp_path))
    loaded = second.load(whole)
    assert second.save("dataset", loaded[::2]) == first.save("dataset", frame[::2])
    assert len(files_below(tmp_path, "*.ids")) == 2


@pytest.mark.parametrize("which", [0, 1])
def test_a_flipped_byte_in_row_ids_is_found_and_named(tmp_path, record, which):
    """Whichever of the files of ids it is in, loading and verifying say which artifact is corrupt, and where."""
    storage, frame = Storage(str(tmp_path)), many(12_000)
    storage.save("dataset", frame)
    artifact = record("dataset", storage.save("dataset", frame[::2]))
    path = files_below(tmp_path, "*.ids")[which]
    whole = path.read_bytes()
    for position in [0, 5, *range(30, len(whole), 997), len(whole) - 1]:
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        assert storage.exists(artifact)
        with pytest.raises(ArtifactCorrupt, match=f"dataset/trial@{artifact.digest}.*{path.name}"):
            Storage(str(tmp_path)).load(artifact)
    with pytest.raises(ArtifactCorrupt, match=path.name):
        storage.verify(artifact)


@pytest.mark.parametrize("which", [0, 1])
def test_row_ids_that_are_gone_are_missed_and_made_again(tmp_path, record, which):
    """Without them the artifact is not there, not even for who has them in memory; saving it again heals it."""
    storage, frame = Storage(str(tmp_path)), many(12_000)
    storage.save("dataset", frame)
    artifact = record("dataset", storage.save("dataset", frame[::2]))
    files_below(tmp_path, "*.ids")[which].unlink()
    assert not storage.exists(artifact)
    for reader in (storage, Storage(str(tmp_path))):
        with pytest.raises(ArtifactMissing, match=f"dataset/trial@{artifact.digest}"):
            reader.load(artifact)
    again = record("dataset", storage.save("dataset", frame[::2]))
    assert storage.exists(again)
    storage.verify(again)


def test_saving_again_heals_row_ids_found_broken(tmp_path, record):
    """Who found them broken writes them anew."""
    storage, frame = Storage(str(tmp_path)), many(12_000)
    artifact = record("dataset", storage.save("dataset", frame))
    path = files_below(tmp_path, "*.ids")[0]
    path.write_bytes(bytes(path.stat().st_size))
    with pytest.raises(ArtifactCorrupt):
        storage.verify(artifact)
    assert record("dataset", storage.save("dataset", frame)) == artifact
    storage.verify(artifact)


def test_size_is_that_of_all_files(tmp_path):
    """The bytes of a dataset are those of its file and of all row ids it needs."""
    storage, frame = Storage(str(tmp_path)), many(12_000)
    storage.save("dataset", frame)
    saved = storage.save("dataset", frame[::2])
    ids = sum(path.stat().st_size for path in files_below(tmp_path, "*.ids"))
    assert saved.size_bytes == (tmp_path / saved.place).stat().st_size + ids


def test_a_dataset_with_its_ids_inside_still_loads(tmp_path, record):
    """A long Parquet file with a column `row`, as earlier versions wrote it, is a dataset too."""
    frame, storage = many(12_000), Storage(str(tmp_path))
    pq.write_table(table_of(frame), tmp_path / "old.parquet")
    size = (tmp_path / "old.parquet").stat().st_size
    old = Artifact(
        kind="dataset", name="trial", digest=digest_frame(frame), place="old.parquet", size_bytes=size, rows=12_000
    )
    assert storage.exists(old)
    storage.verify(old)
    pd.testing.assert_frame_equal(storage.columns(old, ["a"]), frame)


def test_some_columns_of_a_dataset(storage, record):
    """Columns, or none and so the ids alone, come as loading gives them, and are checked as well."""
    frame = many(12_000).assign(b="x", c=1.5)
    artifact = record("dataset", storage.save("dataset", frame))
    for names in (["c", "a"], []):
        pd.testing.assert_frame_equal(storage.columns(artifact, names), frame[names], check_column_type=False)
    with pytest.raises(ArtifactCorrupt, match="cannot be read"):
        storage.columns(artifact, ["nothing"])
    with pytest.raises(ArtifactCorrupt, match="checksum"):
        storage.columns(record("dataset", storage.save("dataset", frame), checksum="0" * 32), ["a"])


def test_row_ids_in_memory_cannot_be_changed(tmp_path, record):
    """Who changes the ids of a frame in place changes nothing that is saved later."""
    storage, frame = Storage(str(tmp_path)), many(12_000)
    ids = frame.index.to_numpy().copy()
    mine = frame.set_axis(pd.Index(ids, name="row", copy=False))
    saved = storage.save("dataset", mine)
    ids[0] = -(2**63)
    part = storage.save("dataset", frame[::2])
    for whole, each in ((frame, saved), (frame[::2], part)):
        pd.testing.assert_frame_equal(Storage(str(tmp_path)).load(record("dataset", each)), whole)


def test_deleting_leaves_nothing_but_shared_ids(storage, record):
    """Bytes are gone for good, a second time is no error, and what shared the ids is as it was."""
    frame = many(12_000)
    one, other = (record("dataset", storage.save("dataset", each)) for each in (frame, frame.assign(b=1.5)))
    for _ in range(2):
        storage.delete(one)
    assert not storage.exists(one) and storage.exists(other)
    with pytest.raises(ArtifactMissing):
        storage.load(one)
    storage.verify(other)


def test_sweeping_removes_the_ids_that_nothing_needs(storage, record):
    """Ids go with the last dataset that needs them, not before; fresh ones stay, for a dataset may follow."""
    frame = many(12_000)
    one, half = (record("dataset", storage.save("dataset", each)) for each in (frame, frame[::2]))
    storage.delete(one)
    assert storage.sweep(older_than_s=0) == []
    storage.verify(half)
    storage.delete(half)
    assert storage.sweep() == []
    assert len(storage.sweep(older_than_s=0)) == 2
    assert storage.sweep(older_than_s=0) == []
    again = record("dataset", storage.save("dataset", frame))
    storage.verify(again)


def test_opening_makes_nothing(tmp_path):
    """A storage that nobody saved to has no folder."""
    Storage(str(tmp_path / "artifacts"))
    assert not Path(tmp_path / "artifacts").exists()

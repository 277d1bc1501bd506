"""Row ids that the key columns of a source's table give are not written, and come back all the same."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage.store import Store
from pipeline.errors import ArtifactCorrupt, ArtifactMissing, Misuse
from pipeline.rows import row_ids
from pipeline.storage import Storage
from pipeline.storage.derived import is_derivable

ROWS = 12_000
TYPES = {"i": "integer", "x": "number", "b": "boolean", "s": "text", "t": "datetime", "c": "category"}
KEYS = [("i",), ("x",), ("s",), ("t",), ("c", "i"), ("s", "b", "x")]


@pytest.fixture
def store(tmp_path):
    """A store that knows a source by each of several keys."""
    made = Store(f"sqlite:///{tmp_path}/lineage.db")
    for key in KEYS:
        made.register_source("by " + " ".join(key), schema=TYPES, key=key)
    made.register_source("by nothing", schema=TYPES)
    return made


def table(store, source="by i", rows=ROWS, **changes):
    """A source's table: each column tells one row from another but for `b` and `c`, in the order of row ids."""
    number = np.arange(rows)
    frame = pd.DataFrame(
        {
            "i": pd.array(number * 7 - 3, dtype="Int64"),
            "x": number / 8 - 0.0,
            "b": pd.array(number % 2 == 0, dtype="boolean"),
            "s": pd.array([f"é{one}" for one in number], dtype="str"),
            "t": pd.Timestamp("2024-01-01", tz="UTC").as_unit("us") + pd.to_timedelta(number, unit="s").as_unit("us"),
            "c": pd.Categorical(np.where(number % 3 == 0, " NA", ""), ["", " NA", "unused"]),
        }
    ).assign(**changes)
    record = store.source(source)
    named = {"source": record.name, "secret": record.secret, "key": record.key, "types": record.schema}
    return frame.set_axis(pd.Index(row_ids(frame, **named), name="row")).sort_index()


def ids_files(root):
    """The files of row ids under a folder."""
    return sorted(path for path in (root / "row-ids").rglob("*") if path.is_file())


@pytest.fixture
def root(tmp_path):
    """The folder of a storage."""
    return tmp_path / "artifacts"


@pytest.fixture
def kept(store, root, record):
    """A source's table and the half of it without its key, as they were saved, and their records."""
    storage, frame = Storage(str(root), store), table(store)
    half = frame[::2][["x", "s"]]
    whole = record("dataset", storage.save("dataset", frame, named_by="by i"))
    return frame, half, whole, record("dataset", storage.save("dataset", half))


@pytest.mark.parametrize("key", KEYS, ids=" ".join)
def test_whatever_the_key_is_no_id_is_written(store, root, record, key):
    """A process that has never seen the table loads it, all of it or columns beside the key, and finds it as it was."""
    source = "by " + " ".join(key)
    frame = table(store, source)
    artifact = record("dataset", Storage(str(root), store).save("dataset", frame, named_by=source))
    assert ids_files(root) == [] and artifact.size_bytes == (root / artifact.place).stat().st_size
    reader = Storage(str(root), store)
    pd.testing.assert_frame_equal(reader.load(artifact), frame)
    pd.testing.assert_frame_equal(Storage(str(root), store).columns(artifact, ["b", "t"]), frame[["b", "t"]])
    assert reader.exists(artifact)
    reader.verify(artifact)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=30))
def test_any_texts_name_rows(tmp_path_factory, record, texts):
    """Texts with line ends, nulls or letters of any script give the ids they gave."""
    folder = tmp_path_factory.mktemp("texts")
    store = Store(f"sqlite:///{folder}/lineage.db")
    store.register_source("by s", schema=TYPES, key=("s",))
    names = [*sorted(texts), *(f"and {number}" for number in range(5_000))]
    frame = table(store, "by s", rows=len(names), s=pd.array(names, dtype="str"))
    saved = Storage(f"{folder}/artifacts", store).save("dataset", frame, named_by="by s")
    assert ids_files(folder / "artifacts") == []
    pd.testing.assert_frame_equal(Storage(f"{folder}/artifacts", store).load(record("dataset", saved)), frame)


def test_tables_made_of_it_keep_bits(store, root, record, kept):
    """Half of 12,000 rows take 1,500 bytes at most, the same rows with other columns none; both load anywhere."""
    frame, half, _, part = kept
    assert sum(path.stat().st_size for path in ids_files(root)) < 12_000 / 8 + 100
    wider = frame.assign(more=1.5)
    same = record("dataset", Storage(str(root), store).save("dataset", wider))
    assert len(ids_files(root)) == 2, "a process that has not seen the table writes ids"
    known = Storage(str(root), store)
    known.load(kept[2])
    same = record("dataset", known.save("dataset", wider))
    assert len(ids_files(root)) == 2
    for artifact, expected in ((part, half), (same, wider)):
        reader = Storage(str(root), store)
        assert reader.exists(artifact)
        pd.testing.assert_frame_equal(reader.load(artifact), expected)
        reader.verify(artifact)


def test_the_same_on_any_filesystem(storage, store, record):
    """A whole and a part, on storages of every kind."""
    writer, reader = Storage(storage.root, store), Storage(storage.root, store)
    frame = table(store)
    saved = [writer.save("dataset", frame, named_by="by i"), writer.save("dataset", frame[::2][["x"]])]
    for expected, each in zip((frame, frame[::2][["x"]]), saved, strict=True):
        pd.testing.assert_frame_equal(Storage(storage.root, store).load(record("dataset", each)), expected)
    whole, part = (record("dataset", each) for each in saved)
    reader.delete(whole)
    assert not reader.exists(whole) and reader.exists(part)
    pd.testing.assert_frame_equal(Storage(storage.root, store).load(part), frame[::2][["x"]])


@pytest.mark.parametrize("position", [*range(4, 64, 7), 0.2, 0.5, 0.9, -200, -20, -3])
def test_a_flipped_byte_in_the_table_is_found(store, root, kept, position):
    """The table is corrupt wherever it is; a part of it, where its ids cannot be told any more, and is never wrong."""
    _, half, whole, part = kept
    path = root / whole.place
    content = bytearray(path.read_bytes())
    content[int(position * len(content)) if isinstance(position, float) else position] ^= 1
    path.write_bytes(content)
    reader = Storage(str(root), store)
    for ask in (reader.load, reader.verify):
        with pytest.raises(ArtifactCorrupt, match=whole.digest):
            ask(whole)
    try:
        pd.testing.assert_frame_equal(reader.load(part), half)
    except ArtifactCorrupt as error:
        assert part.digest in str(error) and whole.digest in str(error)


def test_another_secret_is_told(root, tmp_path, kept):
    """With the store of another installation the ids are others, or of a source it has not; none are given."""
    other = Store(f"sqlite:///{tmp_path}/other.db")
    for artifact in kept[2:]:
        with pytest.raises(ArtifactCorrupt, match=f"{artifact.digest}.*a source that the store does not have"):
            Storage(str(root), other).load(artifact)
    other.register_source("by i", schema=TYPES, key=("i",))
    for artifact in kept[2:]:
        with pytest.raises(ArtifactCorrupt, match=f"{artifact.digest}.*the secret of by i"):
            Storage(str(root), other).load(artifact)
        with pytest.raises(Misuse, match="opened with its store"):
            Storage(str(root)).load(artifact)
    with pytest.raises(Misuse, match="opened with its store"):
        Storage(str(root)).delete(kept[2])
    assert (root / kept[2].place).exists()


def test_neither_secret_nor_name_is_in_storage(store, root, kept):
    """No file holds the secret or says what the source is called, by content or by name."""
    secret = store.source("by i").secret
    for path in root.rglob("*"):
        content = str(path).encode() + (path.read_bytes() if path.is_file() else b"")
        assert not any(one in content for one in (secret, secret.hex().encode(), b"by i"))


def test_a_table_that_nothing_was_made_of_leaves_nothing(store, root, kept):
    """Deleted when all else and its bits are gone, it writes no ids down."""
    storage = Storage(str(root), store)
    storage.delete(kept[3])
    assert len(storage.sweep(older_than_s=0)) == 1
    storage.delete(kept[2])
    assert not [path for path in root.rglob("*") if path.is_file()]


@pytest.mark.parametrize("seen", [True, False])
def test_deleting_the_table_leaves_what_was_made_of_it(store, root, kept, seen):
    """Its ids are written down first; they go by sweeping once nothing needs them."""
    _, half, whole, part = kept
    storage = Storage(str(root), store)
    if seen:
        storage.load(whole)
    for _ in range(2):
        storage.delete(whole)
    assert not storage.exists(whole) and len(ids_files(root)) == 2 and storage.sweep(older_than_s=0) == []
    for reader in (storage, Storage(str(root), store)):
        assert reader.exists(part)
        pd.testing.assert_frame_equal(reader.load(part), half)
        reader.verify(part)
    storage.delete(part)
    assert len(storage.sweep(older_than_s=0)) == 2 and ids_files(root) == []


def test_a_flipped_byte_in_ids_written_down_is_found(store, root, kept):
    """Each of them, from the first to the last."""
    _, _, whole, part = kept
    Storage(str(root), store).delete(whole)
    path = max(ids_files(root), key=lambda one: one.stat().st_size)
    content = path.read_bytes()
    for position in [0, 31, 32, 40, *range(60, len(content), 4_999), len(content) - 1]:
        path.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        with pytest.raises(ArtifactCorrupt, match=f"{part.digest}.*row-ids/.*changed"):
            Storage(str(root), store).verify(part)


def test_a_table_that_is_gone_is_missed_and_made_again(store, root, kept):
    """Taken away by hand, it takes with it what was made of it, until the same is saved again."""
    frame, _, whole, part = kept
    knowing = Storage(str(root), store)
    knowing.load(part)
    (root / whole.place).unlink()
    for reader in (knowing, Storage(str(root), store)):
        assert not reader.exists(part)
        with pytest.raises(ArtifactMissing, match=f"{part.digest}.*{whole.place} is gone"):
            reader.load(part)
    Storage(str(root), store).delete(whole)
    assert len(ids_files(root)) == 1, "nobody could write its ids down"
    assert knowing.save("dataset", frame, named_by="by i").place == whole.place
    knowing.verify(part)


def test_a_broken_table_can_be_deleted(store, root, kept):
    """What cannot give any ids any more goes without leaving them."""
    (root / kept[2].place).write_bytes(b"PAR1 is not enough")
    Storage(str(root), store).delete(kept[2])
    assert not (root / kept[2].place).exists() and len(ids_files(root)) == 1


LOADING = """
import sys
from lineage.records import Artifact
from lineage.store import Store
from pipeline.storage import Storage
root, url, place, checksum, size = sys.argv[1:]
part = Artifact(kind="dataset", name="part", digest="0", place=place, checksum=checksum, size_bytes=int(size))
store, loaded = Store(url), 0
while loaded < 80:
    assert len(Storage(root, store).load(part)) > 2000
    loaded += 1
    print(loaded, flush=True)
"""


def test_a_reader_is_not_disturbed_by_a_deletion(store, root, tmp_path, kept):
    """Another process that loads a part all the time finds its ids before, during and after the table goes."""
    _, _, whole, part = kept
    told = [str(root), f"sqlite:///{tmp_path}/lineage.db", part.place, part.checksum, str(part.size_bytes)]
    with subprocess.Popen([sys.executable, "-c", LOADING, *told], stdout=subprocess.PIPE, text=True) as reader:
        reader.stdout.readline()
        Storage(str(root), store).delete(whole)
        reader.communicate()
    assert reader.returncode == 0


def test_ids_that_the_key_does_not_give_are_written(store, root, record):
    """Of a source without a key, one that nobody knows, and a table whose ids are others: as of any other dataset."""
    storage, frame = Storage(str(root), store), table(store)
    for number, (named_by, each) in enumerate(
        [("by nothing", frame), ("nobody", frame.iloc[1:]), ("by s", frame.iloc[2:]), ("by i", frame[["x"]].iloc[3:])]
    ):
        artifact = record("dataset", storage.save("dataset", each, named_by=named_by))
        assert len(ids_files(root)) == number + 1
        pd.testing.assert_frame_equal(Storage(str(root)).load(artifact), each)


def test_a_key_of_other_values_is_no_key(store):
    """Texts where numbers name the rows, a column that is gone, and a table without rows give no ids."""
    frame, source = table(store), store.source("by i")
    assert is_derivable(frame, source)
    for other in (frame.assign(i="x"), frame.drop(columns="i"), frame[:0], frame.assign(i=frame["i"] + 1)):
        assert not is_derivable(other, source)
    assert not is_derivable(frame, None)

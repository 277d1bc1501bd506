"""A table that differs little from an earlier one is kept as what differs, and read as if it were kept whole."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage.records import Artifact
from pipeline.errors import ArtifactCorrupt, ArtifactMissing
from pipeline.storage import Storage, deltas
from pipeline.storage.deltas import Since
from pipeline.storage.places import base_at, checksum_of, full_of
from tests.pipeline.storage.test_splice import IDS, tables

ROWS = 24_000


@pytest.fixture
def root(tmp_path):
    """The folder of a storage."""
    return tmp_path / "artifacts"


@pytest.fixture
def first():
    """A long table, every third id, with a number, a text and a category."""
    number = np.arange(ROWS)
    cells = {
        "n": pd.array(number, "Int64"),
        "t": pd.array([f"é{one}" for one in number], "str"),
        "c": pd.Categorical(np.where(number % 2, "odd", "even"), ["even", "odd", "unused"]),
    }
    return pd.DataFrame(cells, index=pd.Index(number * 3, name="row"))


def changed(table, *, gone=(), other=(), new=()):
    """A table without some ids, with 7 as the number of others, and with new ids; and the ids of all those."""
    after = table.drop(index=list(gone))
    after.loc[list(other), "n"] = 7
    fresh = table.iloc[: len(new)].set_axis(pd.Index(new, dtype="int64", name="row"))
    touched = np.array(sorted({*gone, *other, *new}), dtype="int64")
    return pd.concat([after, fresh]).sort_index(), touched


@pytest.fixture
def kept(root, first, record):
    """The storage, a table, a changed one that was told from it, and the records of both."""
    storage = Storage(str(root))
    whole = record("dataset", storage.save("dataset", first))
    second, touched = changed(first, gone=[0, 300], other=[3, 9], new=[1, 100_000])
    since = Since.of(whole.reference, first, second, touched=touched)
    delta = record("dataset", storage.save("dataset", second, since=since, earlier=whole))
    return storage, first, second, whole, delta


def test_a_changed_table_is_what_it_would_be_if_it_were_kept_whole(kept, root, record, tmp_path):
    """Its file is short and names the other; its digest, its rows and some of its columns are those of the table."""
    _, _, second, whole, delta = kept
    plain = record("dataset", Storage(str(tmp_path / "other")).save("dataset", second))
    assert (delta.digest, delta.rows) == (plain.digest, plain.rows)
    assert base_at(delta.place) == whole.place and base_at(plain.place) == ""
    assert delta.size_bytes == (root / delta.place).stat().st_size < plain.size_bytes / 20
    reader = Storage(str(root))
    pd.testing.assert_frame_equal(reader.load(delta), second)
    pd.testing.assert_frame_equal(reader.columns(delta, ["c", "n"]), second[["c", "n"]])
    assert reader.columns(delta, []).index.equals(second.index)
    reader.verify(delta)
    assert reader.exists(delta)


def test_a_change_of_a_changed_table_is_told_from_the_same_base(kept, record):
    """A row that went comes back, one that came goes, one that changed changes again: all in one step from the base."""
    storage, first, second, whole, delta = kept
    third = second.drop(index=[1, 6]).copy()
    third.loc[[3, 100_000], "n"] = 8
    third = pd.concat([third, first.loc[[0]]]).sort_index()
    since = Since.of(delta.reference, second, third, touched=np.array([0, 1, 3, 6, 100_000]))
    again = record("dataset", storage.save("dataset", third, since=since, earlier=delta))
    assert base_at(again.place) == whole.place
    pd.testing.assert_frame_equal(storage.load(again), third)
    assert storage.may_differ(delta, again).tolist() == [0, 1, 3, 6, 9, 300, 100_000]
    assert storage.may_differ(whole, again).tolist() == [0, 1, 3, 6, 9, 300, 100_000]


def test_tables_of_different_bases_can_differ_anywhere(kept, record):
    """Nothing is known of two tables that are kept whole."""
    storage, _, second, whole, delta = kept
    other = record("dataset", storage.save("dataset", second.iloc[1:]))
    assert storage.may_differ(whole, other) is None and storage.may_differ(delta, other) is None


def test_what_is_the_same_is_kept_where_it_is(kept, record):
    """A change that changes nothing makes no file."""
    storage, first, _, whole, _ = kept
    since = Since.of(whole.reference, first, first, touched=np.array([3]))
    assert record("dataset", storage.save("dataset", first, since=since, earlier=whole)) == whole


@pytest.mark.parametrize("share", [0.09, 0.11])
def test_a_table_that_differs_much_is_kept_whole(kept, record, share):
    """More than a tenth of its rows is much."""
    storage, first, _, whole, _ = kept
    after, touched = changed(first, other=first.index[: int(share * ROWS)])
    since = Since.of(whole.reference, first, after, touched=touched)
    saved = record("dataset", storage.save("dataset", after, since=since, earlier=whole))
    assert (base_at(saved.place) == "") is (share > 0.1)


def test_a_short_table_is_kept_whole(root, first, record):
    """It is written in no time."""
    storage, few = Storage(str(root)), first.iloc[:19_999]
    whole = record("dataset", storage.save("dataset", few))
    after, touched = changed(few, other=[3])
    since = Since.of(whole.reference, few, after, touched=touched)
    assert base_at(storage.save("dataset", after, since=since, earlier=whole).place) == ""


@pytest.mark.parametrize(
    "other",
    [
        lambda table: table.assign(n=table["n"].astype("float64")),
        lambda table: table.assign(c=table["c"].cat.reorder_categories(["odd", "even", "unused"])),
        lambda table: table[["t", "n", "c", "z"]],
        lambda table: table.iloc[::-1],
        lambda table: table.assign(z=table["z"].cat.rename_categories([-0.0, 1.0])),
    ],
    ids=["dtype", "order of categories", "order of columns", "order of rows", "sign of a category"],
)
def test_tables_that_are_not_alike_are_not_told_from_one_another(first, other):
    """Their cells could not be put side by side."""
    first = first.assign(z=pd.Categorical(np.arange(ROWS) % 2, [0, 1]).rename_categories([0.0, 1.0]))
    assert Since.of("dataset/a@1", first, other(first), touched=np.array([3])) is None


def test_a_change_of_the_base_is_found(kept, root):
    """A flipped byte in the file of the base spoils what is told from it, and the error names the file."""
    storage, _, _, whole, delta = kept
    path = root / whole.place
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArtifactCorrupt, match=whole.place):
        storage.load(delta)
    with pytest.raises(ArtifactCorrupt, match=whole.place):
        storage.verify(delta)


@pytest.mark.parametrize("content", [b"", b"PAR1", None])
def test_what_is_no_delta_is_refused(kept, root, content):
    """An empty file, one that is cut short, and a Parquet file that names no base."""
    storage, first, _, whole, delta = kept
    (root / delta.place).write_bytes(_parquet(root, first) if content is None else content)
    with pytest.raises(ArtifactCorrupt, match=delta.place):
        storage.load(_without_checksum(delta))


def _parquet(root, table):
    saved = Storage(str(root / "other")).save("dataset", table.iloc[:3])
    return (root / "other" / saved.place).read_bytes()


def _without_checksum(artifact):
    return Artifact(kind=artifact.kind, name=artifact.name, digest=artifact.digest, place=artifact.place)


def test_without_its_base_it_is_missing(kept, root):
    """Whoever takes the file of the base away takes both."""
    storage, _, _, whole, delta = kept
    (root / whole.place).unlink()
    assert not storage.exists(delta)
    with pytest.raises(ArtifactMissing, match="told from a dataset that is gone"):
        storage.load(delta)


def test_from_a_spoilt_delta_nothing_is_told(kept, root, record):
    """The next version is kept whole, and nobody says in which rows it may differ."""
    storage, _, second, whole, delta = kept
    (root / delta.place).write_bytes(b"nothing")
    third, touched = changed(second, other=[6])
    since = Since.of(delta.reference, second, third, touched=touched)
    saved = record("dataset", storage.save("dataset", third, since=since, earlier=delta))
    assert base_at(saved.place) == "" and storage.may_differ(whole, delta) is None


def test_it_outlives_its_base(kept, root, record):
    """When the base is deleted, all rows are written; a later change of it is kept whole."""
    storage, first, second, whole, delta = kept
    storage.delete(whole)
    assert not (root / whole.place).exists() and storage.exists(delta)
    reader = Storage(str(root))
    pd.testing.assert_frame_equal(reader.load(delta), second)
    pd.testing.assert_frame_equal(reader.columns(delta, ["t"]), second[["t"]])
    reader.verify(delta)
    third, touched = changed(second, other=[6])
    since = Since.of(delta.reference, second, third, touched=touched)
    assert base_at(reader.save("dataset", third, since=since, earlier=delta).place) == ""
    reader.delete(delta)
    assert not [path for path in Path(root, "dataset-deltas").rglob("*") if path.is_file()]


def test_a_base_that_is_deleted_twice_leaves_the_same(kept, root):
    """Whoever was stopped deletes again."""
    storage, _, second, whole, delta = kept
    storage._loading.leave(whole.place)
    storage.delete(whole)
    storage.delete(whole)
    pd.testing.assert_frame_equal(Storage(str(root)).load(delta), second)


def test_what_was_written_when_the_base_went_is_checked(kept, root):
    """A bit flipped anywhere, in it or in its checksum, and another table in its place, are found when it is read."""
    storage, first, _, whole, delta = kept
    storage.delete(whole)
    for place in (full_of(delta.place), checksum_of(delta.place)):
        content = (root / place).read_bytes()
        for at in (0, len(content) // 2, len(content) - 10, len(content) - 1):
            (root / place).write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
            with pytest.raises(ArtifactCorrupt, match="changed since"):
                storage.load(delta)
        (root / place).write_bytes(b"")
        with pytest.raises(ArtifactCorrupt, match="changed since"):
            storage.load(delta)
        (root / place).write_bytes(content)
    storage.verify(delta)
    (root / full_of(delta.place)).write_bytes(_parquet(root, first))
    with pytest.raises(ArtifactCorrupt, match="changed since"):
        storage.load(delta)


def test_a_delta_that_cannot_be_read_stops_no_deletion(kept, root):
    """It is as lost as it was; the base goes."""
    storage, _, _, whole, delta = kept
    (root / delta.place).write_bytes(b"nothing")
    storage.delete(whole)
    assert not (root / whole.place).exists() and not (root / full_of(delta.place)).exists()


def test_row_ids_of_a_base_stay(kept, root):
    """Deltas name the base, and the base its ids."""
    storage, _, second, whole, delta = kept
    assert storage.sweep(older_than_s=-1) == []
    pd.testing.assert_frame_equal(Storage(str(root)).load(delta), second)


def test_a_base_that_is_loaded_is_not_read(kept, root):
    """A value given by reference is taken; one that is not is added, for the next."""
    storage, first, second, whole, delta = kept
    loaded = {}
    pd.testing.assert_frame_equal(storage.load(delta, loaded=loaded), second)
    pd.testing.assert_frame_equal(loaded[whole.reference], first)
    (root / whole.place).unlink()
    pd.testing.assert_frame_equal(storage.load(delta, loaded=loaded), second)


def test_filesystems_of_other_kinds_keep_deltas_too(storage, first, record):
    """Written, read and left behind as on this machine."""
    whole = record("dataset", storage.save("dataset", first))
    second, touched = changed(first, gone=[0], other=[3])
    since = Since.of(whole.reference, first, second, touched=touched)
    delta = record("dataset", storage.save("dataset", second, since=since, earlier=whole))
    assert base_at(delta.place) == whole.place
    storage.delete(whole)
    pd.testing.assert_frame_equal(storage.load(delta), second)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_series_of_changes_reads_as_it_was_made(tmp_path_factory, monkeypatch, data):
    """Over tables of every kind of column, each told from the one before: every one comes back, under its digest."""
    monkeypatch.setattr(deltas, "FEWEST_ROWS", 0)
    monkeypatch.setattr(deltas, "LARGEST_SHARE", 1e9)
    storage, earlier, before = Storage(str(tmp_path_factory.mktemp("any"))), None, None
    for _ in range(4):
        table = data.draw(tables(data.draw(IDS)))
        touched = np.array(sorted({*table.index, *(before.index if before is not None else ())}), dtype="int64")
        since = Since.of(earlier.reference, before, table, touched=touched) if earlier else None
        saved = storage.save("dataset", table, since=since, earlier=earlier)
        assert storage.digest("dataset", table) == saved.digest
        assert since is None or base_at(saved.place) or saved.digest == earlier.digest or not len(table)
        earlier, before = _recorded(saved), table
        pd.testing.assert_frame_equal(storage.load(earlier), table)


def _recorded(saved):
    facts = {name: getattr(saved, name) for name in ("digest", "place", "checksum", "size_bytes", "rows")}
    return Artifact(kind="dataset", name="trial", **facts)

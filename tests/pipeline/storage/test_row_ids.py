"""Sets of row ids are known again, told from one another, and forgotten in time."""

import numpy as np
import pytest

from pipeline.storage import row_ids
from pipeline.storage.files import LocalFiles
from pipeline.storage.row_ids import RowIds


def random_ids(count, seed=0):
    """Ascending random ids."""
    return np.sort(np.random.default_rng(seed).integers(-(2**63), 2**63 - 1, count))


@pytest.fixture
def files(tmp_path):
    """A folder."""
    return LocalFiles(str(tmp_path))


def keep(kept, ids):
    """Keep ids and give their name."""
    filed = kept.filed(ids)
    kept.write(filed, ids)
    return filed.name


def test_the_same_ids_have_one_name(files):
    """However often they come, and in another process too; their file is written once by each."""
    kept, ids = RowIds(files), random_ids(1000)
    name = keep(kept, ids)
    assert kept.filed(ids.copy()).content is None
    assert keep(kept, ids.copy()) == name == keep(RowIds(files), ids)
    assert len(name) == 32


def test_more_and_fewer_rows_are_told_from_those_known(files):
    """A next version with rows added and others gone is a part of the one before; a part has a whole for its base."""
    kept, ids = RowIds(files), random_ids(10_000)
    whole = keep(kept, ids)
    fewer = keep(kept, ids[::2])
    fewest = keep(kept, ids[::4])
    more = np.union1d(ids[5:], random_ids(100, seed=1))
    assert [keep(kept, each).partition(".")[2] for each in (ids[1:], ids[::4], more)] == [whole] * 3
    other = RowIds(files)
    for name, expected in ((whole, ids), (fewer, ids[::2]), (fewest, ids[::4])):
        assert other.read(name, files.read).tolist() == expected.tolist()
    assert RowIds(files).read(keep(kept, more), files.read).tolist() == more.tolist()


def test_strange_ids_and_a_few_have_a_file_of_their_own(files):
    """Nothing is told from a set that holds few of them, nor from one more than sixteen times as long."""
    kept, ids = RowIds(files), random_ids(10_000)
    keep(kept, ids)
    for each in (random_ids(9000, seed=1), np.union1d(ids[:2500], random_ids(7500, seed=2)), ids[::17]):
        assert "." not in keep(kept, each)


def test_what_changed_on_disk_is_not_believed(files, tmp_path):
    """A file whose bytes are not those of its name is an error; one that was cut short is written again."""
    kept, ids = RowIds(files), random_ids(1000)
    name = keep(kept, ids)
    path = tmp_path / "row-ids" / name[:2] / f"{name}.ids"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(ValueError, match=f"row-ids/.*{name}.ids changed"):
        kept.read(name, files.read, again=True)
    assert keep(kept, ids) == name
    assert path.read_bytes() == whole


def test_a_part_whose_base_is_gone_is_kept_whole(files, tmp_path):
    """Nothing new is told from row ids that are no longer there."""
    kept, ids = RowIds(files), random_ids(1000)
    base, part = keep(kept, ids), keep(kept, ids[::2])
    assert part.endswith(base)
    (tmp_path / "row-ids" / base[:2] / f"{base}.ids").unlink()
    assert "." not in keep(kept, ids[::2])


def test_the_oldest_are_forgotten(files):
    """Memory does not grow with the number of sets; those used lately stay."""
    kept, first = RowIds(files), random_ids(100)
    name = keep(kept, first)
    for seed in range(1, row_ids.MOST_SETS):
        keep(kept, random_ids(100, seed))
    assert kept.filed(first).content is None
    keep(kept, random_ids(100, seed=1000))
    assert kept.filed(first).content is None
    assert kept.filed(random_ids(100, seed=1)).content is not None
    kept.forget(name)
    assert kept.filed(first).content is not None


def test_ids_given_out_cannot_be_changed(files):
    """They are those that others will be told from."""
    kept, ids = RowIds(files), random_ids(1000)
    name = keep(kept, ids)
    for given in (kept.read(name, files.read), kept.read(name, files.read, again=True)):
        with pytest.raises(ValueError, match="read-only"):
            given[0] = 1

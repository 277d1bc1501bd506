"""Bytes are written whole or not at all, on this machine and elsewhere."""

import pytest

from pipeline.storage.files import LocalFiles, RemoteFiles, files_at, size_of


@pytest.fixture(params=["local", "file", "memory", "moved"])
def files(request, tmp_path):
    """Every adapter of the port."""
    root = {
        "local": f"{tmp_path}/r",
        "file": f"file://{tmp_path}/r",
        "memory": f"memory://{tmp_path}",
        "moved": f"local://{tmp_path}/r",
    }
    return files_at(root[request.param])


def test_what_is_written_is_read(files):
    """Bytes come back, also after they were replaced."""
    for content in (b"one", memoryview(b"another"), b""):
        files.write("a/b/c.txt", content)
        assert files.read("a/b/c.txt") == content


def test_what_is_not_there_is_not_found(files):
    """Reading nothing is FileNotFoundError on every filesystem."""
    for ask in (files.read, files.open):
        with pytest.raises(FileNotFoundError):
            ask("a/nothing.txt")


def test_some_of_a_file_can_be_read(files):
    """From anywhere in it."""
    files.write("a/b.txt", b"one two")
    with files.open("a/b.txt") as file:
        file.seek(4)
        assert file.read(2) == b"tw"


def test_nothing_else_lies_beside_what_was_written(tmp_path):
    """No unfinished file stays after a write, however it ended."""
    for root in (LocalFiles(str(tmp_path / "a")), RemoteFiles(f"local://{tmp_path}/b")):
        root.write("x/y.txt", b"content")
        with pytest.raises(TypeError):
            root.write("x/z.txt", "no bytes")
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["y.txt", "y.txt"]


def test_what_is_deleted_is_gone(files):
    """It is neither there nor listed, and deleting it again is no error."""
    files.write("a/b/c.txt", b"one")
    for _ in range(2):
        files.delete("a/b/c.txt")
    assert files.size("a/b/c.txt") is None
    assert files.ages_s("a") == {}


def test_files_are_listed_with_their_age(files):
    """All files below a folder, by place, with the seconds since they were written; an absent folder has none."""
    files.write("a/b/c.txt", b"one")
    files.write("a/d.txt", b"two")
    files.write("e/f.txt", b"three")
    ages = files.ages_s("a")
    assert sorted(ages) == ["a/b/c.txt", "a/d.txt"]
    assert all(-1 < age < 60 for age in ages.values())
    assert files.ages_s("nothing") == {}


def test_sizes_add_up(files):
    """Of several files, their bytes together, or None where one is not there."""
    files.write("a/b.txt", b"one")
    files.write("a/c.txt", b"")
    assert size_of(files, ["a/b.txt", "a/c.txt"]) == 3
    assert size_of(files, ["a/b.txt", "a/d.txt"]) is None
    assert size_of(files, []) == 0


def test_one_of_several_is_enough(files):
    """Where one of some files has to be there besides, any will do, and its bytes do not count."""
    files.write("a/b.txt", b"one")
    files.write("a/c.txt", b"two")
    assert size_of(files, ["a/b.txt"], one_of=["a/d.txt", "a/c.txt"]) == 3
    assert size_of(files, ["a/b.txt"], one_of=["a/d.txt", "a/e.txt"]) is None

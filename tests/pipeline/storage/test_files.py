"""Bytes are written whole or not at all, on this machine and elsewhere."""

import pytest

from pipeline.storage.files import LocalFiles, RemoteFiles, files_at


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
    with pytest.raises(FileNotFoundError):
        files.read("a/nothing.txt")


def test_nothing_else_lies_beside_what_was_written(tmp_path):
    """No unfinished file stays after a write, however it ended."""
    for root in (LocalFiles(str(tmp_path / "a")), RemoteFiles(f"local://{tmp_path}/b")):
        root.write("x/y.txt", b"content")
        with pytest.raises(TypeError):
            root.write("x/z.txt", "no bytes")
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["y.txt", "y.txt"]

"""Where bytes lie: a folder of this machine, or any filesystem fsspec knows."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import uuid4

_WHOLE_OR_NOT_AT_ALL = {"memory", "s3", "s3a", "gs", "gcs", "az", "abfs", "abfss"}


class Files(Protocol):
    """Bytes under a root, by a place relative to it: `dataset/9f/9f2c….parquet`."""

    def write(self, place: str, content: bytes | memoryview) -> None:
        """Write all of `content`, or leave nothing; what was there before is replaced.

        Raises:
            OSError: it could not be written.
        """

    def read(self, place: str) -> bytes:
        """Read all bytes.

        Raises:
            FileNotFoundError: there is nothing.
            OSError: it could not be read.
        """

    def open(self, place: str) -> BinaryIO:
        """Open what is there, to read some of it.

        Raises:
            FileNotFoundError: there is nothing.
            OSError: it could not be opened.
        """

    def size(self, place: str) -> int | None:
        """The number of bytes there, or None if there is nothing."""

    def delete(self, place: str) -> None:
        """Remove what is there; nothing is no error.

        Raises:
            OSError: it could not be removed.
        """

    def ages_s(self, folder: str) -> dict[str, float]:
        """Find all files under a folder, by place, with the seconds since each was written.

        Raises:
            OSError: they could not be listed.
        """


class LocalFiles:
    """A folder of this machine."""

    def __init__(self, root: str) -> None:
        self._root = Path(root).absolute()

    def write(self, place: str, content: bytes | memoryview) -> None:
        """Write to a name of its own first, then rename: a reader sees all of it or nothing."""
        goal = self._root / place
        unfinished = goal.with_name(f".{uuid4().hex}.part")
        try:
            self._put(unfinished, content)
            os.replace(unfinished, goal)
        except BaseException:
            with suppress(FileNotFoundError):
                unfinished.unlink()
            raise

    @staticmethod
    def _put(path: Path, content: bytes | memoryview) -> None:
        try:
            file = open(path, "xb", buffering=0)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = open(path, "xb", buffering=0)
        with file:
            rest = memoryview(content)
            while rest:
                rest = rest[file.write(rest) :]

    def read(self, place: str) -> bytes:
        """Read all bytes of a file under the root."""
        return (self._root / place).read_bytes()

    def open(self, place: str) -> BinaryIO:
        """Open a file under the root."""
        return open(self._root / place, "rb")

    def size(self, place: str) -> int | None:
        """The size of a file under the root, or None."""
        try:
            return os.stat(self._root / place).st_size
        except OSError:
            return None

    def delete(self, place: str) -> None:
        """Remove a file under the root, if there is one."""
        (self._root / place).unlink(missing_ok=True)

    def ages_s(self, folder: str) -> dict[str, float]:
        """Find all files under a folder of the root, unfinished ones left out."""
        files = [path for path in (self._root / folder).rglob("[!.]*") if path.is_file()]
        return {path.relative_to(self._root).as_posix(): time.time() - path.stat().st_mtime for path in files}


class RemoteFiles:
    """A root on a filesystem that fsspec knows: `s3://bucket/folder`, `memory://here`."""

    def __init__(self, root: str) -> None:
        from fsspec.core import url_to_fs

        self._filesystem, self._root = url_to_fs(root)
        protocol = self._filesystem.protocol
        names = {protocol} if isinstance(protocol, str) else set(protocol)
        self._puts_whole = bool(names & _WHOLE_OR_NOT_AT_ALL)

    def write(self, place: str, content: bytes | memoryview) -> None:
        """Put the bytes; by way of a name of their own where the filesystem does not put files whole."""
        goal = f"{self._root}/{place}"
        self._filesystem.makedirs(goal.rsplit("/", 1)[0], exist_ok=True)
        if self._puts_whole:
            self._filesystem.pipe_file(goal, bytes(content))
            return
        unfinished = f"{goal}.{uuid4().hex}.part"
        try:
            self._filesystem.pipe_file(unfinished, bytes(content))
            self._filesystem.mv(unfinished, goal)
        except BaseException:
            with suppress(FileNotFoundError):
                self._filesystem.rm(unfinished)
            raise

    def read(self, place: str) -> bytes:
        """Get all bytes of a file under the root."""
        return self._filesystem.cat_file(f"{self._root}/{place}")

    def open(self, place: str) -> BinaryIO:
        """Open a file under the root; of its bytes, only those that are read are got, and some beside them."""
        return self._filesystem.open(f"{self._root}/{place}", "rb")

    def size(self, place: str) -> int | None:
        """The size of a file under the root, or None."""
        try:
            return int(self._filesystem.size(f"{self._root}/{place}"))
        except (OSError, TypeError):
            return None

    def delete(self, place: str) -> None:
        """Remove a file under the root, if there is one."""
        with suppress(FileNotFoundError):
            self._filesystem.rm_file(f"{self._root}/{place}")

    def ages_s(self, folder: str) -> dict[str, float]:
        """Find all files under a folder of the root, unfinished ones left out."""
        found = [path for path in self._filesystem.find(f"{self._root}/{folder}") if not path.endswith(".part")]
        root = self._filesystem._strip_protocol(self._root)
        return {path.removeprefix(root).lstrip("/"): self._age_s(path) for path in found}

    def _age_s(self, path: str) -> float:
        return time.time() - self._filesystem.modified(path).timestamp()


def size_of(files: Files, places: Iterable[str], *, one_of: Sequence[str] = ()) -> int | None:
    """The number of bytes of several files, or None if one of them is not there.

    Of the places `one_of`, if there are any, one has to be there too; its bytes do not count.
    """
    sizes = [files.size(place) for place in places]
    if None in sizes or one_of and all(files.size(place) is None for place in one_of):
        return None
    return sum(size for size in sizes if size)


def files_at(root: str) -> Files:
    """Open a root: a path or `file://` URL on this machine, else whatever fsspec knows.

    Raises:
        ValueError: fsspec knows no filesystem of that protocol.
        ImportError: the protocol's own package is not installed.
    """
    if root.startswith("file://"):
        return LocalFiles(root.removeprefix("file://"))
    return RemoteFiles(root) if "://" in root else LocalFiles(root)

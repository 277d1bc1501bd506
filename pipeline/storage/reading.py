"""Reads the bytes of artifacts back, checked against what was recorded of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING

from xxhash import xxh3_128_hexdigest

from lineage.errors import Letter
from lineage.records import Artifact
from pipeline.errors import ArtifactCorrupt, ArtifactMissing, StorageUnavailable
from pipeline.settings import masked
from pipeline.storage.files import Files, size_of
from pipeline.storage.places import base_at, full_of, ids_of, origins, places
from pipeline.storage.unneeded import needing

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from pipeline.storage.derived import Sources
    from pipeline.storage.row_ids import RowIds

_RESTORE = "Restore the file, or run the step that made it again."


class Reading:
    """Gives bytes and row ids under one root, and says of an artifact's what is wrong with them."""

    def __init__(self, files: Files, root: str, sources: Sources | None) -> None:
        self._files, self._root, self._sources = files, root, sources

    @cached_property
    def row_ids(self) -> RowIds:
        """The sets of row ids under the root; NumPy is loaded by the first use."""
        from pipeline.storage.row_ids import RowIds

        return RowIds(self._files, self._sources)

    def is_derivable(self, frame: pd.DataFrame, source: str) -> bool:
        """Whether the row ids of a table can be derived from its columns, by what is known of a source.

        Raises:
            StoreUnreachable: the store cannot be read.
        """
        from pipeline.storage.derived import is_derivable

        return self._sources is not None and is_derivable(frame, self._sources.source(source))

    def is_whole(self, artifact: Artifact) -> bool:
        """Whether all files of an artifact are there and as long as recorded together; nothing is read."""
        place = artifact.place
        found = self._size(place) if place else None
        base = base_at(place)
        is_there = not base or self._size(base) is not None or self._files.size(full_of(place)) is not None
        return is_there and found is not None and found == artifact.size_bytes

    def content(self, artifact: Artifact) -> bytes:
        """Read the bytes of an artifact's own file.

        Raises:
            ArtifactMissing: they are gone, or never had a place.
            ArtifactCorrupt: they are not what was recorded.
            StorageUnavailable: the storage cannot be read.
        """
        if not artifact.place:
            raise ArtifactMissing(f"{artifact.reference} has no place in storage")
        content = self._bytes(artifact, artifact.place)
        if artifact.checksum and (found := xxh3_128_hexdigest(content)) != artifact.checksum:
            raise ArtifactCorrupt(
                f"{artifact.reference}: bytes of {artifact.place} changed since they were recorded",
                expected=f"checksum {artifact.checksum}",
                found=f"{len(content)} bytes with checksum {found}",
                next_step=_RESTORE,
            )
        return content

    def ids(self, artifact: Artifact, content: bytes, *, again: bool) -> np.ndarray | None:
        """Read the row ids that the `content` of an artifact does not hold, shape (n,); else None.

        Those seen lately are read again only if `again` is true, or their files are not as they were.

        Raises:
            ArtifactMissing: they are gone.
            ArtifactCorrupt: they are not what was recorded.
            StorageUnavailable: the storage cannot be read.
            Misuse: they are derived from keys, and the storage was opened without a store.
            StoreUnreachable: they are derived from keys, and the store cannot be read.
        """
        name = ids_of(artifact.place)
        if not name:
            return None
        again = again or not self.is_whole(artifact)
        own = content if artifact.place in origins(name) else None
        try:
            with self.reaching(f"row ids of {artifact.reference} were not read"):
                return self.row_ids.read(name, lambda place: self._bytes(artifact, place), table=own, again=again)
        except ValueError as error:
            self.row_ids.forget(name)
            raise ArtifactCorrupt(
                f"{artifact.reference}: its row ids cannot be read", found=str(error), next_step=_RESTORE
            ) from error

    def leave(self, place: str) -> None:
        """Write down the row ids that the dataset at a place gives others, if there are any, since it is going.

        Where it does not give them any more, nobody could have read them.

        Raises:
            StorageUnavailable: it could not be read, or they could not be written.
            Misuse: the storage was opened without a store.
            StoreUnreachable: the store cannot be read.
        """
        name = ids_of(place)
        if place not in origins(name):
            return
        with suppress(ValueError, FileNotFoundError), self.reaching(f"row ids of {place} were not kept"):
            if any(one != place for one in needing(self._files, name)):
                self.row_ids.write_derived(name)

    def unavailable(self, what: str, error: OSError) -> StorageUnavailable:
        """Say that the storage could not do something."""
        return StorageUnavailable(
            f"storage {masked(self._root)}: {what}",
            found=error.strerror or str(error),
            next_step="Make room or access, then retry the task.",
        )

    @contextmanager
    def reaching(self, what: str) -> Iterator[None]:
        """Say of an error that `what` was not done, but for those that say it themselves.

        Raises:
            StorageUnavailable: the storage could not be used.
        """
        try:
            yield
        except (Letter, FileNotFoundError):
            raise
        except OSError as error:
            raise self.unavailable(what, error) from error

    def _size(self, place: str) -> int | None:
        """The bytes of all files that belong to what lies at a place; None where one is missing."""
        return size_of(self._files, places(place), one_of=origins(ids_of(place)))

    def _bytes(self, artifact: Artifact, place: str) -> bytes:
        try:
            return self._files.read(place)
        except FileNotFoundError as error:
            raise ArtifactMissing(
                f"{artifact.reference}: {place} is gone from {masked(self._root)}", next_step=_RESTORE
            ) from error
        except OSError as error:
            raise self.unavailable(f"{artifact.reference} was not read", error) from error

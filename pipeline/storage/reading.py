"""Reads the bytes of artifacts back, checked against what was recorded of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from xxhash import xxh3_128_hexdigest

from lineage.records import Artifact
from pipeline.errors import ArtifactCorrupt, ArtifactMissing, StorageUnavailable
from pipeline.settings import masked
from pipeline.storage.files import Files, size_of
from pipeline.storage.places import ids_of, places

if TYPE_CHECKING:
    import numpy as np

    from pipeline.storage.row_ids import RowIds

_RESTORE = "Restore the file, or run the step that made it again."


class Reading:
    """Gives bytes and row ids under one root, and says of an artifact's what is wrong with them."""

    def __init__(self, files: Files, root: str) -> None:
        self._files, self._root = files, root

    @cached_property
    def row_ids(self) -> RowIds:
        """The sets of row ids under the root; NumPy is loaded by the first use."""
        from pipeline.storage.row_ids import RowIds

        return RowIds(self._files)

    def is_whole(self, artifact: Artifact) -> bool:
        """Whether all files of an artifact are there and as long as recorded together; nothing is read."""
        return bool(artifact.place) and size_of(self._files, places(artifact.place)) == artifact.size_bytes

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

    def ids(self, artifact: Artifact, *, again: bool) -> np.ndarray | None:
        """Read the row ids of an artifact that has them in a file of their own, shape (n,); else None.

        Those seen lately are read again only if `again` is true, or their files are not as they were.

        Raises:
            ArtifactMissing: they are gone.
            ArtifactCorrupt: they are not what was recorded.
            StorageUnavailable: the storage cannot be read.
        """
        name = ids_of(artifact.place)
        if not name:
            return None
        again = again or not self.is_whole(artifact)
        try:
            return self.row_ids.read(name, lambda place: self._bytes(artifact, place), again=again)
        except ValueError as error:
            self.row_ids.forget(name)
            raise ArtifactCorrupt(
                f"{artifact.reference}: its row ids cannot be read", found=str(error), next_step=_RESTORE
            ) from error

    def unavailable(self, what: str, error: OSError) -> StorageUnavailable:
        """Say that the storage could not do something."""
        return StorageUnavailable(
            f"storage {masked(self._root)}: {what}",
            found=error.strerror or str(error),
            next_step="Make room or access, then retry the task.",
        )

    def _bytes(self, artifact: Artifact, place: str) -> bytes:
        try:
            return self._files.read(place)
        except FileNotFoundError as error:
            raise ArtifactMissing(
                f"{artifact.reference}: {place} is gone from {masked(self._root)}", next_step=_RESTORE
            ) from error
        except OSError as error:
            raise self.unavailable(f"{artifact.reference} was not read", error) from error

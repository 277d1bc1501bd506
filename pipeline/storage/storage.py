"""Saves what steps make and gives it back verified."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from xxhash import xxh3_128_hexdigest

from lineage.records import Artifact
from pipeline.errors import ArtifactCorrupt, ArtifactMissing, Misuse, StorageUnavailable
from pipeline.settings import masked
from pipeline.storage.codec import Codec
from pipeline.storage.files import Files, files_at
from pipeline.storage.kinds import codec_of

_KIND = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What was saved, and where: the digest of the content, the place and checksum of the bytes.

    `place` is relative to the storage root; `checksum` is the 128-bit XXH3 of the file; `rows`
    counts the rows of a dataset and is None for anything else.
    """

    digest: str
    place: str
    checksum: str
    size_bytes: int
    rows: int | None = None


class Storage:
    """Artifact bytes under one root: a local path, or any URL fsspec knows.

    Opening makes nothing; folders appear with the first artifact.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        try:
            self._files: Files = files_at(root)
        except (ValueError, ImportError, OSError) as error:
            raise StorageUnavailable(
                f"storage {masked(root)} cannot be opened", found=str(error), next_step="See HEADWATER_STORAGE."
            ) from error

    def __repr__(self) -> str:
        return f"Storage({masked(self.root)!r})"

    def save(self, kind: str, value: Any, digest: str | None = None) -> Saved:
        """Save a value of a kind; the same content saved again lands in the same place.

        `digest` is given where the caller knows the content's digest already.

        Raises:
            Misuse: `kind` is no lower-case word.
            StepRefused: a value of this kind cannot be kept.
            StorageUnavailable: the bytes could not be written; nothing is left behind.
        """
        if not _KIND.fullmatch(kind):
            raise Misuse(f"artifact kind {kind!r}", expected="a lower-case word")
        codec = codec_of(kind)
        encoded = codec.encode(value)
        digest = digest or encoded.digest()
        checksum = xxh3_128_hexdigest(encoded.content)
        place = f"{kind}/{digest[:2]}/{digest}-{checksum[:8]}.{codec.suffix}"
        try:
            self._files.write(place, encoded.content)
        except OSError as error:
            raise self._unavailable(f"{kind} {digest} was not saved", error) from error
        return Saved(
            digest=digest, place=place, checksum=checksum, size_bytes=len(encoded.content), rows=encoded.rows
        )

    def exists(self, artifact: Artifact) -> bool:
        """Whether an artifact's bytes are there, all of them by number; their content is not read."""
        return bool(artifact.place) and self._files.size(artifact.place) == artifact.size_bytes

    def digest(self, kind: str, value: Any) -> str:
        """The digest that `value` would have if it were saved as `kind`."""
        return codec_of(kind).digest(value)

    def load(self, artifact: Artifact) -> Any:
        """Read an artifact's value, checking its bytes against the recorded checksum.

        Raises:
            ArtifactMissing: its bytes are gone, or never had a place.
            ArtifactCorrupt: its bytes are not what was recorded.
            StorageUnavailable: the storage cannot be read.
        """
        return self._decoded(artifact, codec_of(artifact.kind))

    def verify(self, artifact: Artifact) -> None:
        """Read an artifact's bytes again, decode them and compare checksum, row count and digest.

        Raises:
            ArtifactMissing: its bytes are gone, or never had a place.
            ArtifactCorrupt: its bytes or its content are not what was recorded.
            StorageUnavailable: the storage cannot be read.
        """
        codec = codec_of(artifact.kind)
        value = self._decoded(artifact, codec)
        if (found := codec.digest(value)) != artifact.digest:
            raise ArtifactCorrupt(
                f"{artifact.reference} does not hold what it is named for", expected=artifact.digest, found=found
            )
        if artifact.rows is not None and artifact.rows != len(value):
            raise ArtifactCorrupt(
                f"{artifact.reference}", expected=f"{artifact.rows} rows", found=f"{len(value)} rows"
            )

    def _decoded(self, artifact: Artifact, codec: Codec) -> Any:
        content = self._content(artifact)
        if artifact.checksum and (found := xxh3_128_hexdigest(content)) != artifact.checksum:
            raise ArtifactCorrupt(
                f"{artifact.reference}: bytes of {artifact.place} changed since they were recorded",
                expected=f"{artifact.size_bytes} bytes with checksum {artifact.checksum}",
                found=f"{len(content)} bytes with checksum {found}",
                next_step="Restore the file, or run the step that made it again.",
            )
        try:
            return codec.decode(content)
        except codec.undecodable as error:
            raise ArtifactCorrupt(f"{artifact.reference}: {artifact.place} cannot be read", found=str(error)) from error

    def _content(self, artifact: Artifact) -> bytes:
        if not artifact.place:
            raise ArtifactMissing(f"{artifact.reference} has no place in storage")
        try:
            return self._files.read(artifact.place)
        except FileNotFoundError as error:
            raise ArtifactMissing(
                f"{artifact.reference}: {artifact.place} is gone from {masked(self.root)}",
                next_step="Restore the file, or run the step that made it again.",
            ) from error
        except OSError as error:
            raise self._unavailable(f"{artifact.reference} was not read", error) from error

    def _unavailable(self, what: str, error: OSError) -> StorageUnavailable:
        return StorageUnavailable(
            f"storage {masked(self.root)}: {what}",
            found=error.strerror or str(error),
            next_step="Make room or access, then retry the task.",
        )

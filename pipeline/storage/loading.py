"""Turns the bytes of artifacts into values: those of one file, or of a delta and its base."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xxhash import xxh3_128_hexdigest

from lineage.records import Artifact
from pipeline.errors import ArtifactCorrupt, ArtifactMissing
from pipeline.storage.codec import Codec
from pipeline.storage.files import Files
from pipeline.storage.kinds import codec_of
from pipeline.storage.places import DATASETS, base_at, checksum_of, deltas_of, full_of, is_delta
from pipeline.storage.reading import Reading

if TYPE_CHECKING:
    from pipeline.storage.deltas import Delta


class Loading:
    """Loads artifacts that lie under one root, and tells deltas from what they stand on."""

    def __init__(self, files: Files, reading: Reading) -> None:
        self._files, self._reading = files, reading

    def value(
        self,
        artifact: Artifact,
        *,
        columns: Sequence[str] | None = None,
        again: bool = False,
        loaded: dict[str, Any] | None = None,
    ) -> Any:
        """Load an artifact's value; of a dataset, these columns or all. Row ids seen lately are read `again` if asked.

        A base is not read if it is among the values `loaded`, by reference, to which it is added otherwise.

        Raises:
            ArtifactMissing: its bytes are gone, or never had a place.
            ArtifactCorrupt: its bytes are not what was recorded, or hold no such column.
            StorageUnavailable: the storage cannot be read.
        """
        content = self._reading.content(artifact)
        if base_at(artifact.place):
            delta = self._delta(artifact, content, columns)
            return self._changed(artifact, delta, columns=columns, again=again, loaded={} if loaded is None else loaded)
        ids = self._reading.ids(artifact, content, again=again)
        given = {name: one for name, one in {"ids": ids, "columns": columns}.items() if one is not None}
        return self._decoded(artifact, content, **given)

    def delta(self, artifact: Artifact) -> Delta | None:
        """How a dataset differs from its base, which is itself if it is kept whole; None if one of both is spoilt.

        Raises:
            StorageUnavailable: the storage cannot be read.
        """
        from pipeline.storage.deltas import nothing_since

        try:
            is_delta = bool(base_at(artifact.place))
            found = self._delta(artifact, self._reading.content(artifact)) if is_delta else nothing_since(artifact)
        except (ArtifactMissing, ArtifactCorrupt):
            return None
        return found if self._reading.is_whole(found.base) else None

    def leave(self, place: str) -> None:
        """Write every dataset that is kept as a delta from the one at a place in full, since that is going.

        One that cannot be read any more is left as it is.

        Raises:
            StorageUnavailable: they could not be read or written.
        """
        if not place.startswith(f"{DATASETS}/"):
            return
        with self._reading.reaching(f"what is told from {place} was not written in full"):
            for delta in sorted(self._files.ages_s(deltas_of(place))):
                if is_delta(delta) and self._files.size(full_of(delta)) is None:
                    self._write_in_full(delta)

    def _write_in_full(self, delta: str) -> None:
        from lineage.tables import digest_table, table_of
        from pipeline.storage.datasets import parquet

        digest = delta.rpartition("/")[2].partition("-")[0]
        try:
            table = table_of(self.value(Artifact(kind=DATASETS, name=delta, digest=digest, place=delta)))
        except (ArtifactCorrupt, ArtifactMissing):
            return
        if digest_table(table) == digest:
            content = parquet(table)
            self._files.write(checksum_of(delta), xxh3_128_hexdigest(content).encode())
            self._files.write(full_of(delta), content)

    def _changed(
        self,
        artifact: Artifact,
        delta: Delta,
        *,
        columns: Sequence[str] | None,
        again: bool,
        loaded: dict[str, Any],
    ) -> Any:
        base = delta.base.reference
        if base not in loaded:
            try:
                loaded[base] = self.value(delta.base, columns=columns, again=again)
            except ArtifactMissing as missing:
                if self._files.size(full_of(artifact.place)) is None:
                    raise ArtifactMissing(f"{artifact.reference} is told from a dataset that is gone") from missing
                return self._in_full(artifact, columns)
        return delta.applied(loaded[base])

    def _delta(self, artifact: Artifact, content: bytes, columns: Sequence[str] | None = None) -> Delta:
        from pipeline.storage.deltas import Delta

        try:
            return Delta.read(artifact, content, columns)
        except codec_of(artifact.kind).undecodable as error:
            raise _unreadable(artifact, error) from error

    def _in_full(self, artifact: Artifact, columns: Sequence[str] | None) -> Any:
        """The table that was written when the base went, checked against what was written beside it."""
        named = {"kind": artifact.kind, "name": artifact.name, "digest": artifact.digest}
        beside = self._reading.content(Artifact(**named, place=checksum_of(artifact.place)))
        checksum = beside.decode("ascii", "replace") or "none"
        full = Artifact(**named, place=full_of(artifact.place), checksum=checksum)
        return self._decoded(full, self._reading.content(full), **({} if columns is None else {"columns": columns}))

    def _decoded(self, artifact: Artifact, content: bytes, **given: Any) -> Any:
        codec: Codec = codec_of(artifact.kind)
        try:
            return codec.decode(content, **given)
        except codec.undecodable as error:
            raise _unreadable(artifact, error) from error


def _unreadable(artifact: Artifact, error: Exception) -> ArtifactCorrupt:
    return ArtifactCorrupt(f"{artifact.reference}: {artifact.place} cannot be read", found=str(error))

"""Saves what steps make and gives it back verified."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xxhash import xxh3_128_hexdigest

from lineage.records import Artifact
from pipeline.errors import ArtifactCorrupt, Misuse, StorageUnavailable
from pipeline.settings import masked
from pipeline.storage.codec import Encoded
from pipeline.storage.files import files_at
from pipeline.storage.kinds import codec_of
from pipeline.storage.loading import Loading
from pipeline.storage.places import delta_of, own_places, place_of
from pipeline.storage.reading import Reading
from pipeline.storage.unneeded import unneeded

if TYPE_CHECKING:
    from lineage.idsets import Ids
    from pipeline.storage.deltas import Delta, Since
    from pipeline.storage.derived import Sources
    from pipeline.storage.row_ids import Filed

ROWS_WORTH_A_THREAD = 100_000
A_DAY_S = 86_400.0
_KIND = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What was saved, and where: the digest of the content, the place and checksum of the bytes.

    `place` is relative to the storage root; `checksum` is the 128-bit XXH3 of the file there.
    `size_bytes` is that of this file and of those of its row ids, which others may need too. `rows`
    counts the rows of a dataset and is None for anything else; `columns` are digests of its columns.
    """

    digest: str
    place: str
    checksum: str
    size_bytes: int
    rows: int | None = None
    columns: Mapping[str, bytes] = field(default_factory=dict, compare=False, repr=False)


class Storage:
    """Artifact bytes under one root: a local path, or any URL fsspec knows.

    `sources`, the store, tells how the rows of sources are named, so that their ids need not be written.
    Opening makes nothing; folders appear with the first artifact.
    """

    def __init__(self, root: str, sources: Sources | None = None) -> None:
        self.root = root
        try:
            self._files = files_at(root)
        except (ValueError, ImportError, OSError) as error:
            raise StorageUnavailable(
                f"storage {masked(root)} cannot be opened", found=str(error), next_step="See HEADWATER_STORAGE."
            ) from error
        self._reading = Reading(self._files, root, sources)
        self._loading = Loading(self._files, self._reading)

    def __repr__(self) -> str:
        return f"Storage({masked(self.root)!r})"

    def save(
        self,
        kind: str,
        value: Any,
        *,
        named_by: str = "",
        since: Since | None = None,
        earlier: Artifact | None = None,
        columns: Mapping[str, bytes] | None = None,
    ) -> Saved:
        """Save a value of a kind; the same content saved again lands in the same place.

        Of a dataset, `named_by` is the source by whose key, in columns of its own, its rows are named: the ids
        of a long one are not written. `since` tells how it came out of the dataset `earlier`, if it did: a long
        one is kept as a delta from that. `columns` are digests of columns, by name, where they are known.

        Raises:
            Misuse: `kind` is no lower-case word.
            StepRefused: a value of this kind cannot be kept.
            StorageUnavailable: the bytes could not be written; no part of a file is left behind.
            StoreUnreachable: the rows are named by a source, and the store cannot be read.
        """
        if not _KIND.fullmatch(kind):
            raise Misuse(f"artifact kind {kind!r}", expected="a lower-case word")
        if since and earlier and (delta := self._delta(value, since, earlier)):
            return self._save_delta(value, delta, earlier, dict(columns or {}))
        encoded = codec_of(kind).encode(value)
        encoded.columns.update(columns or {})
        return self._save_whole(kind, value, encoded, named_by=named_by)

    def exists(self, artifact: Artifact) -> bool:
        """Whether an artifact's bytes are there, all of them by number; their content is not read."""
        return self._reading.is_whole(artifact)

    def digest(self, kind: str, value: Any) -> str:
        """The digest that `value` would have if it were saved as `kind`."""
        return codec_of(kind).digest(value)

    def load(self, artifact: Artifact, *, loaded: dict[str, Any] | None = None) -> Any:
        """Read an artifact's value, checking its bytes against the recorded checksum.

        Of a dataset that is kept as a delta, the base is not read if it is among the values `loaded`, by
        reference, to which it is added otherwise.

        Raises:
            ArtifactMissing: its bytes are gone, or never had a place.
            ArtifactCorrupt: its bytes are not what was recorded.
            StorageUnavailable: the storage cannot be read.
        """
        return self._loading.value(artifact, loaded=loaded)

    def may_differ(self, one: Artifact, other: Artifact) -> Ids | None:
        """Give the ids of all rows in which two datasets can differ that are told from one base; else None.

        Raises:
            StorageUnavailable: the storage cannot be read.
        """
        from lineage.idsets import joined

        deltas = [delta for each in (one, other) if (delta := self._loading.delta(each))]
        if len({delta.base.place for delta in deltas}) != 1 or len(deltas) < 2:
            return None
        return joined(*(delta.touched for delta in deltas))

    def columns(self, artifact: Artifact, names: Sequence[str]) -> Any:
        """Read these columns of a dataset as a frame, all of its bytes being checked as `load` does.

        Raises:
            ArtifactMissing: its bytes are gone, or never had a place.
            ArtifactCorrupt: its bytes are not what was recorded, or hold no such column.
            StorageUnavailable: the storage cannot be read.
        """
        return self._loading.value(artifact, columns=list(names))

    def verify(self, artifact: Artifact) -> None:
        """Read an artifact's bytes again, decode them and compare checksum, row count and digest.

        Raises:
            ArtifactMissing: its bytes are gone, or never had a place.
            ArtifactCorrupt: its bytes or its content are not what was recorded.
            StorageUnavailable: the storage cannot be read.
        """
        codec = codec_of(artifact.kind)
        value = self._loading.value(artifact, again=True)
        if (found := codec.digest(value)) != artifact.digest:
            raise ArtifactCorrupt(
                f"{artifact.reference} does not hold what it is named for", expected=artifact.digest, found=found
            )
        if artifact.rows is not None and artifact.rows != len(value):
            raise ArtifactCorrupt(f"{artifact.reference}", expected=f"{artifact.rows} rows", found=f"{len(value)} rows")

    def delete(self, artifact: Artifact) -> None:
        """Remove an artifact's bytes for good, and so those of any other of the same content; again is no error.

        Its row ids, which say nothing about a key, may be needed by others, and stay until `sweep`; those
        that only its key columns gave are written down, if others need them. Datasets that are kept as deltas
        from it are written in full.

        Raises:
            StorageUnavailable: they could not be removed.
            Misuse: others may need its row ids, and the storage was opened without a store.
            StoreUnreachable: others may need its row ids, and the store cannot be read.
        """
        if not artifact.place:
            return
        self._loading.leave(artifact.place)
        self._reading.leave(artifact.place)
        try:
            for place in own_places(artifact.place):
                self._files.delete(place)
        except OSError as error:
            raise self._reading.unavailable(f"{artifact.reference} was not deleted", error) from error

    def sweep(self, *, older_than_s: float = A_DAY_S) -> list[str]:
        """Remove the row ids that no dataset here needs any more; give their places, sorted.

        Those written less than `older_than_s` ago stay: the dataset that needs them may be on its way.

        Raises:
            StorageUnavailable: they could not be listed or removed.
        """
        try:
            gone = unneeded(self._files, older_than_s=older_than_s)
            for place in gone:
                self._files.delete(place)
        except OSError as error:
            raise self._reading.unavailable("row ids were not swept", error) from error
        return gone

    def _delta(self, value: Any, since: Since, earlier: Artifact) -> Delta | None:
        """How a dataset is told from the base of the one that it came out of; None where it is better kept whole."""
        before = self._loading.delta(earlier)
        delta = before.then(since) if before else None
        return delta if delta and delta.is_worth_it(value) else None

    def _save_delta(self, value: Any, delta: Delta, earlier: Artifact, columns: dict[str, bytes]) -> Saved:
        from pipeline.storage.datasets import digest_of

        digest = digest_of(value, columns)
        if digest == earlier.digest:
            found = {name: getattr(earlier, name) for name in ("digest", "place", "checksum", "size_bytes", "rows")}
            return Saved(**found, columns=columns)
        content = delta.content()
        checksum = xxh3_128_hexdigest(content)
        place = delta_of(delta.base.place, digest, checksum=checksum)
        with self._writing(place):
            self._files.write(place, content)
        named = {"digest": digest, "place": place, "checksum": checksum}
        return Saved(**named, size_bytes=len(content), rows=len(value), columns=columns)

    def _save_whole(self, kind: str, value: Any, encoded: Encoded, *, named_by: str) -> Saved:
        by_key = bool(named_by) and encoded.ids is not None and self._reading.is_derivable(value, named_by)
        digest, filed, content = self._made(encoded, apart=not by_key)
        checksum = xxh3_128_hexdigest(content)
        if by_key:
            filed = self._reading.row_ids.filed_by_key(encoded.ids, named_by, digest=digest, checksum=checksum)
        suffix = codec_of(kind).suffix
        place = place_of(kind, digest, checksum=checksum, ids=filed.name if filed else "", suffix=suffix)
        with self._writing(place):
            if filed:
                self._reading.row_ids.write(filed, encoded.ids)
            self._files.write(place, content)
        size_bytes = len(content) + (filed.size_bytes if filed else 0)
        named = {"digest": digest, "place": place, "checksum": checksum}
        return Saved(**named, size_bytes=size_bytes, rows=encoded.rows, columns=encoded.columns)

    @contextmanager
    def _writing(self, place: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._reading.unavailable(f"{place} was not saved", error) from error

    def _made(self, encoded: Encoded, *, apart: bool) -> tuple[str, Filed | None, Any]:
        """The digest, how to keep row ids `apart`, and the bytes; on two threads where there are many rows."""

        def beside() -> tuple[str, Filed | None]:
            filed = self._reading.row_ids.filed(encoded.ids) if apart and encoded.ids is not None else None
            return encoded.digest(), filed

        if (encoded.rows or 0) < ROWS_WORTH_A_THREAD:
            return *beside(), encoded.content()
        with ThreadPoolExecutor(max_workers=1) as thread:
            found = thread.submit(beside)
            content = encoded.content()
            return *found.result(), content

"""The sets of row ids that a storage has seen lately, so that each is kept once and a subset as bits of another.

Nothing is searched on disk: a process that filters a dataset has saved or loaded it before, and so
knows by what name its ids are kept. Those of a source's own table are not kept: they are derived from its
key (`derived`), here as anywhere.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import numpy as np
from xxhash import xxh3_128_digest

from lineage.digest import digest_bytes
from pipeline.storage.derived import DerivedIds, Sources, name_of
from pipeline.storage.files import Files, size_of
from pipeline.storage.packing import ids_in, part, whole
from pipeline.storage.places import base_of, derivation_of, ids_place, ids_places, origins

MOST_BYTES, MOST_SETS = 256_000_000, 64
WORTH_READING = 16
"""How many times as long a base may be as what is told from it, so that reading it costs no more than it saves."""
MOST_BYTES_A_ROW = 2
"""What a part may take; ids by themselves take about six."""
_PROBES = 64


@dataclass(frozen=True, slots=True)
class Filed:
    """A set of row ids by its name, what its file is to hold (None: it is there), and what it shares.

    `shared` are the places of the files that should be there already, of `shared_bytes` together.
    """

    name: str
    content: bytes | None
    shared: list[str]
    shared_bytes: int

    @property
    def size_bytes(self) -> int:
        """The size of all its files."""
        return len(self.content or b"") + self.shared_bytes


@dataclass(frozen=True, slots=True)
class _Seen:
    name: str
    ids: np.ndarray
    size_bytes: int
    fingerprint: bytes


class RowIds:
    """Keeps sets of row ids and tells them from one another; it remembers the latest. For many threads at once."""

    def __init__(self, files: Files, sources: Sources | None = None) -> None:
        self._files, self._derived = files, DerivedIds(files, sources)
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        self._names: dict[bytes, str] = {}
        self._lock = Lock()

    def filed(self, ids: np.ndarray) -> Filed:
        """Tell how to keep ascending ids, shape (n,): as seen lately, as part of a set seen lately, or whole."""
        filed = self._told(np.ascontiguousarray(ids))
        if size_of(self._files, filed.shared, one_of=origins(filed.name)) == filed.shared_bytes:
            return filed
        self.forget(filed.name)
        return self.filed(ids)

    def filed_by_key(self, ids: np.ndarray, source: str, *, digest: str, checksum: str) -> Filed:
        """Tell how to keep the ids of a source's table with this digest and checksum: by a name alone."""
        name = name_of(ids, source, digest=digest, checksum=checksum)
        self._remember(name, ids.copy(), size_bytes=0)
        return Filed(name, None, [], 0)

    def write(self, filed: Filed, ids: np.ndarray) -> None:
        """Keep ids as filed.

        Raises:
            OSError: they could not be written; nothing is left behind.
        """
        if filed.content is not None:
            self._files.write(ids_place(filed.name), filed.content)
            self._remember(filed.name, ids.copy(), size_bytes=filed.size_bytes)

    def write_derived(self, name: str) -> None:
        """Write down derived ids, since the table that gives them is going.

        Raises: as `read`, and FileNotFoundError where it has gone already.
        """
        self._derived.write(name, self._read(name, self._files.read, False).ids)

    def read(
        self, name: str, fetch: Callable[[str], bytes], *, table: bytes | None = None, again: bool = False
    ) -> np.ndarray:
        """Give the ids kept by a name, shape (n,), ascending, not to be changed.

        `fetch` reads a place; it is not called for what is remembered, unless `again` is true. `table` is
        the content of the dataset of which these very ids are derived, where it is at hand.

        Raises:
            ValueError: a file does not hold what its name says, or derived ids are others.
            Misuse: they are derived, and nothing tells of sources.
            OSError: that of which they are derived could not be read.
        """
        return self._read(name, fetch, again, table).ids

    def forget(self, name: str) -> None:
        """Remember a name no longer, nor its base, nor what is told from them: a file is not what it was."""
        gone = {name, base_of(name)} - {""}
        with self._lock:
            for each in [one for one in self._seen if one in gone or base_of(one) in gone]:
                self._drop(each)

    def _told(self, ids: np.ndarray) -> Filed:
        if same := self._same(ids):
            return Filed(same.name, None, ids_places(same.name), same.size_bytes)
        if base := self._base(ids):
            content = part(ids, base.ids)
            if len(content) <= MOST_BYTES_A_ROW * len(ids):
                name = f"{digest_bytes(content)}.{base.name}"
                return Filed(name, content, ids_places(base.name), base.size_bytes)
        content = whole(ids)
        return Filed(digest_bytes(content), content, [], 0)

    def _read(self, name: str, fetch: Callable[[str], bytes], again: bool, table: bytes | None = None) -> _Seen:
        seen = self._seen.get(name)
        if seen and not again:
            return seen
        if derivation_of(name)[2]:
            return self._remember(name, self._derived.read(name, fetch, table), size_bytes=0)
        base = self._read(base_of(name), fetch, again) if base_of(name) else None
        content = fetch(ids_place(name))
        if (found := digest_bytes(content)) != name.partition(".")[0]:
            raise ValueError(f"{ids_place(name)} changed since it was written, its digest is {found}")
        ids = ids_in(content, base.ids if base else None)
        return self._remember(name, ids, size_bytes=len(content) + (base.size_bytes if base else 0))

    def _remember(self, name: str, ids: np.ndarray, *, size_bytes: int) -> _Seen:
        ids.flags.writeable = False
        seen = _Seen(name, ids, size_bytes, xxh3_128_digest(ids))
        with self._lock:
            self._seen[name] = seen
            self._names[seen.fingerprint] = name
            self._seen.move_to_end(name)
            while len(self._seen) > MOST_SETS or self._bytes() > MOST_BYTES and len(self._seen) > 1:
                self._drop(next(iter(self._seen)))
        return seen

    def _bytes(self) -> int:
        return sum(one.ids.nbytes for one in self._seen.values())

    def _drop(self, name: str) -> None:
        gone = self._seen.pop(name)
        if self._names.get(gone.fingerprint) == name:
            del self._names[gone.fingerprint]

    def _same(self, ids: np.ndarray) -> _Seen | None:
        """This very set, if it has been seen lately."""
        with self._lock:
            name = self._names.get(xxh3_128_digest(ids))
            return self._used(name) if name else None

    def _base(self, ids: np.ndarray) -> _Seen | None:
        """The whole set that holds most of some probes of `ids`, the latest of several; None if none holds half."""
        probes = ids[:: max(1, len(ids) // _PROBES)]
        found, most = "", len(probes) // 2
        with self._lock:
            for name, one in reversed(self._seen.items()):
                fits = not base_of(name) and 0 < len(one.ids) <= WORTH_READING * len(ids)
                if fits and (held := _held(probes, one.ids)) > most:
                    found, most = name, held
            return self._used(found) if found else None

    def _used(self, name: str) -> _Seen:
        self._seen.move_to_end(name)
        return self._seen[name]


def _held(probes: np.ndarray, ids: np.ndarray) -> int:
    """How many of the probes are among ascending ids."""
    positions = np.minimum(np.searchsorted(ids, probes), len(ids) - 1)
    return int((ids[positions] == probes).sum())

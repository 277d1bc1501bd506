"""Row ids as few bytes: ascending ids as gaps, and rows of a larger set as bits.

Ids are hashes, so a million of them hold 45.5 bits each, and nothing makes them smaller. Here
they take 45.6: gaps between neighbours, first bytes of all of them together, then the second
ones, and so on, in zstd, which leaves the random bytes alone and packs the others.
"""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa

from lineage.digest import canonical_json

_WORD = np.dtype("<i8")


def whole(ids: np.ndarray) -> bytes:
    """Write ascending int64 ids, shape (n,)."""
    return _file({"rows": len(ids)}, _packed(ids))


def part(ids: np.ndarray, base: np.ndarray) -> bytes:
    """Write ascending ids by those of `base` that are among them, and those that are not in `base`."""
    kept, added = np.zeros(len(base), bool), ids
    if len(base):
        positions = np.minimum(np.searchsorted(base, ids), len(base) - 1)
        there = base[positions] == ids
        kept[positions[there]] = True
        added = ids[~there]
    bits = _zstd().compress(np.packbits(kept), asbytes=True)
    return _file({"of": len(base), "bits": len(bits), "added": len(added)}, bits, _packed(added))


def ids_in(content: bytes, base: np.ndarray | None = None) -> np.ndarray:
    """Read what `whole` wrote, or, with the same `base`, what `part` wrote; shape (n,), ascending."""
    end = content.index(b"\n") + 1
    told, body = json.loads(content[:end]), memoryview(content)[end:]
    if base is None:
        return _unpacked(body, told["rows"])
    kept = _bits(body[: told["bits"]], told["of"])
    added = _unpacked(body[told["bits"] :], told["added"])
    ids = np.concatenate([base[kept], added])
    if len(added):
        ids.sort(kind="stable")
    return ids


def _file(told: dict[str, int], *parts: bytes) -> bytes:
    return b"".join([canonical_json(told).encode(), b"\n", *parts])


def _zstd() -> pa.Codec:
    return pa.Codec("zstd", compression_level=1)


def _packed(ids: np.ndarray) -> bytes:
    gaps = np.diff(ids.astype(_WORD, copy=False), prepend=_WORD.type(0))
    planes = np.ascontiguousarray(gaps.view(np.uint8).reshape(-1, _WORD.itemsize).T)
    return _zstd().compress(planes, asbytes=True)


def _unpacked(content: memoryview, rows: int) -> np.ndarray:
    planes = np.frombuffer(_zstd().decompress(content, decompressed_size=rows * _WORD.itemsize), np.uint8)
    gaps = np.ascontiguousarray(planes.reshape(_WORD.itemsize, rows).T).view(_WORD).reshape(-1)
    return np.cumsum(gaps, dtype=np.int64)


def _bits(content: memoryview, count: int) -> np.ndarray:
    packed = np.frombuffer(_zstd().decompress(content, decompressed_size=(count + 7) // 8), np.uint8)
    return np.unpackbits(packed, count=count).view(bool)

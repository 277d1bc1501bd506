"""Content to identity: the digest of bytes and of a JSON value; that of a table is in `tables`.

A digest is 32 hexadecimal digits (128 bits) of BLAKE3, so that nobody makes two contents
with one digest, even on purpose. It covers what a value means, never how it happens to be
laid out: key order of an object, chunks of a table, padding and null slots count for nothing.
"""

from __future__ import annotations

import json
import math
from typing import Any

from blake3 import blake3

from lineage.errors import NotDigestible

DIGEST_BYTES = 16


def digest_bytes(content: bytes | bytearray | memoryview) -> str:
    """Digest bytes as they are."""
    return blake3(content).hexdigest(length=DIGEST_BYTES)


def digest_json(value: Any) -> str:
    """Digest a JSON value; equal values have equal digests, whatever the order of their keys.

    Raises:
        NotDigestible: the value is not JSON (see `canonical_json`).
    """
    return digest_bytes(canonical_json(value).encode())


def canonical_json(value: Any) -> str:
    """Write a JSON value in one way only: sorted keys, no spaces, ASCII, floats as Python's `repr`.

    1 and 1.0 differ. A tuple is written as a list.

    Raises:
        NotDigestible: somewhere in it is a key that is not text, NaN, an infinity, or a value JSON
            has no form for; the error names the place.
    """
    _refuse_unless_json(value, "value")
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _refuse_unless_json(value: Any, place: str) -> None:
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotDigestible(f"{place} is {value!r}", expected="a finite number", next_step="Use null instead.")
    elif isinstance(value, (list, tuple)):
        for position, item in enumerate(value):
            _refuse_unless_json(item, f"{place}[{position}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotDigestible(f"{place} has the key {key!r}", expected="keys that are text")
            _refuse_unless_json(item, f"{place}.{key}")
    elif not isinstance(value, (str, int)):
        raise NotDigestible(f"{place} is no JSON value", found=f"{kind.__module__}.{kind.__qualname__}")

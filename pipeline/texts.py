"""Texts as Arrow holds them: bytes, where each text ends, and marks of nulls."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

MOST_BYTES = 2**31 - 1
"""Of text that offsets of 32 bits reach."""


def unmarked(texts: pa.Array) -> pa.Array:
    """Leave out the marks of nulls where there is no null.

    What Arrow takes or looks up has them always, and to take from it again asks every one of them, which
    doubles the time.
    """
    marks, *rest = texts.buffers()
    if marks is None or texts.null_count:
        return texts
    return pa.Array.from_buffers(texts.type, len(texts), [None, *rest], null_count=0, offset=texts.offset)


def reordered(texts: pa.LargeStringArray, order: np.ndarray) -> pa.Array:
    """All of the texts in another order, `order` being a permutation of their places, shape (n,).

    Those of one length, as codes are, move as cells of that width, in a quarter of the time, and end where
    they did; others by offsets of 32 bits, if these reach, in half the time that longer ones take.
    """
    texts, order = unmarked(texts), pa.array(order)
    if not (width := _one_width(texts)):
        short = texts.cast(pa.string()) if texts.get_total_buffer_size() <= MOST_BYTES else texts
        return unmarked(short.take(order))
    _, ends, content = texts.buffers()
    cells = pa.Array.from_buffers(pa.binary(width), len(texts), [None, content]).take(order)
    return pa.Array.from_buffers(texts.type, len(texts), [None, ends, cells.buffers()[1]], offset=texts.offset)


def _one_width(texts: pa.LargeStringArray) -> int:
    """The length in bytes that all texts have, these being the first bytes; 0 if there is none, or a null."""
    if not len(texts) or texts.null_count:
        return 0
    ends = np.frombuffer(texts.buffers()[1], np.int64, len(texts) + 1, texts.offset * np.int64().nbytes)
    width, rest = divmod(int(ends[-1]), len(texts))
    return width if not (rest or ends[0]) and (np.diff(ends) == width).all() else 0

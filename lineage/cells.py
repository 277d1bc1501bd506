"""The cells of an Arrow column in one form only, so that equal content has equal digests.

Chunks, slices, offsets of 32 or 64 bits, padding and what lies under a null count for nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import starmap
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from blake3 import blake3

from lineage.digest import canonical_json
from lineage.errors import NotDigestible

ROWS_WORTH_A_THREAD = 100_000

T = TypeVar("T")
_NOTHING = np.empty(0, np.uint8)


def each_column(function: Callable[..., T], arguments: Iterable[tuple[Any, ...]], *, rows: int) -> list[T]:
    """Call `function` once per column, in order; on several threads where the columns are long enough for it."""
    if rows < ROWS_WORTH_A_THREAD:
        return list(starmap(function, arguments))
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as threads:
        return list(threads.map(lambda given: function(*given), arguments))


def in_one_piece(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Give a column in one piece; chunks of a category are brought to one set of values first."""
    if isinstance(column, pa.Array):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    return column.combine_chunks() if column.num_chunks else pa.array([], column.type)


def column_digest(column: pa.ChunkedArray) -> bytes:
    """Digest the cells of one column, 32 bytes; its type and name are not in it."""
    hasher = blake3()
    for part in _canonical(in_one_piece(column)):
        hasher.update(part.nbytes.to_bytes(8, "little"))
        hasher.update(part.reshape(-1).view(np.uint8))
    return hasher.digest()


@lru_cache(maxsize=256)
def type_text(kind: pa.DataType) -> str:
    """Name a type by what it can hold, so that 32- and 64-bit offsets or field names count for nothing."""
    form = _form(kind)
    if form in ("text", "binary"):
        return form
    if form == "category":
        return f"category<{type_text(kind.value_type)}, ordered={kind.ordered}>"
    if form == "struct":
        fields = [kind.field(position) for position in range(kind.num_fields)]
        return f"struct<{canonical_json([[field.name, type_text(field.type)] for field in fields])}>"
    if form == "map":
        return f"map<{type_text(kind.key_type)}, {type_text(kind.item_type)}>"
    if pa.types.is_fixed_size_list(kind):
        return f"list<{type_text(kind.value_type)}, {kind.list_size}>"
    return f"list<{type_text(kind.value_type)}>" if form == "list" else str(kind)


@lru_cache(maxsize=256)
def _form(kind: pa.DataType) -> str:
    """Say how cells of a type are laid out."""
    return next((form for form, holds in _FORMS.items() if any(test(kind) for test in holds)), "fixed width")


_FORMS: dict[str, tuple[Callable[[pa.DataType], bool], ...]] = {
    "null": (pa.types.is_null,),
    "boolean": (pa.types.is_boolean,),
    "text": (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
    "binary": (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view),
    "category": (pa.types.is_dictionary,),
    "struct": (pa.types.is_struct,),
    "map": (pa.types.is_map,),
    "list": (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list),
}


def _canonical(array: pa.Array) -> Iterator[np.ndarray]:
    """Give the arrays that say what a column holds, each in one form only."""
    valid = _validity(array)
    yield _NOTHING if valid is None else valid
    yield from _CELLS[_form(array.type)](array, valid)


def _of_nulls(array: pa.Array, valid: np.ndarray | None) -> Iterator[np.ndarray]:
    yield _NOTHING


def _of_booleans(array: pa.Array, valid: np.ndarray | None) -> Iterator[np.ndarray]:
    filled = array if valid is None else pc.fill_null(array, False)
    yield filled.to_numpy(zero_copy_only=False)


def _of_categories(array: pa.Array, valid: np.ndarray | None) -> Iterator[np.ndarray]:
    yield from _canonical(array.indices.cast(pa.int32()))
    yield from _canonical(array.dictionary)


def _of_structs(array: pa.Array, valid: np.ndarray | None) -> Iterator[np.ndarray]:
    for child in array.flatten():
        yield from _canonical(child)


def _of_maps(array: pa.Array, valid: np.ndarray | None) -> Iterator[np.ndarray]:
    pair = pa.struct([("key", array.type.key_type), ("value", array.type.item_type)])
    yield from _of_lists(array.cast(pa.list_(pair)), valid)


def _validity(array: pa.Array) -> np.ndarray | None:
    if array.null_count == 0:
        return None
    return array.is_valid().to_numpy(zero_copy_only=False)


def _of_bytes(array: pa.Array, valid: np.ndarray | None) -> Iterator[np.ndarray]:
    """Give lengths and bytes of text or binary values; what lies under a null is left out."""
    text = _form(array.type) == "text"
    wide = array.cast(pa.large_string() if text else pa.large_binary())
    ends = _ends(wide)
    if valid is not None and np.diff(ends)[~valid].any():
        wide = pc.fill_null(wide, "" if text else b"")
        ends = _ends(wide)
    yield np.diff(ends)
    if (content := wide.buffers()[2]) is not None:
        yield np.frombuffer(content, np.uint8)[ends[0] : ends[-1]]


def _ends(values: pa.Array) -> np.ndarray:
    """Give where each value begins in the bytes, and where the last one ends."""
    offsets = values.buffers()[1]
    if offsets is None or not len(values):
        return np.zeros(1, np.int64)
    return np.frombuffer(offsets, np.int64)[values.offset : values.offset + len(values) + 1]


def _of_lists(array: pa.Array, valid: np.ndarray | None) -> Iterator[np.ndarray]:
    yield pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    yield from _canonical(array.flatten())


def _of_fixed_width(array: pa.Array, valid: np.ndarray | None) -> Iterator[np.ndarray]:
    """Give the cells as they lie in memory, with zeros under nulls and one form of NaN."""
    try:
        width = array.type.bit_width // 8
    except ValueError as error:
        raise NotDigestible(f"a column of type {array.type} has no canonical form") from error
    content = array.buffers()[1]
    if content is None or not len(array):
        return
    cells = np.frombuffer(content, np.uint8, count=len(array) * width, offset=array.offset * width)
    if valid is not None:
        word = next(size for size in (8, 4, 2, 1) if width % size == 0)
        words = cells.view(f"u{word}").reshape(len(array), width // word)
        cells = np.where(valid[:, None], words, words.dtype.type(0)).reshape(-1)
    yield _one_nan(cells.view(f"f{width}")) if pa.types.is_floating(array.type) else cells


def _one_nan(numbers: np.ndarray) -> np.ndarray:
    nan = np.isnan(numbers)
    return np.where(nan, numbers.dtype.type(np.nan), numbers) if nan.any() else numbers


_CELLS = {
    "null": _of_nulls,
    "boolean": _of_booleans,
    "text": _of_bytes,
    "binary": _of_bytes,
    "category": _of_categories,
    "struct": _of_structs,
    "map": _of_maps,
    "list": _of_lists,
    "fixed width": _of_fixed_width,
}

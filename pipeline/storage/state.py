"""The digest of a fitted object: its class and all it was given and has learned, wherever it lies in memory.

Saved bytes of one and the same estimator differ from save to save, and equal estimators may hold
their arrays in another order in memory, padding between fields, or their dictionaries in another
order. None of that counts here; every learned number does.
"""

from __future__ import annotations

import copyreg
import enum
import math
from typing import Any

import numpy as np
from blake3 import blake3

from lineage.digest import DIGEST_BYTES
from pipeline.errors import StepRefused

_VERSION_STAMP = "_sklearn_version"


def digest_estimator(estimator: Any) -> str:
    """Digest a fitted object, 32 hexadecimal digits.

    Raises:
        StepRefused: it holds something that has no lasting form: a lambda, an open file, a lock.
    """
    return blake3(_digest(estimator, ())).hexdigest(length=DIGEST_BYTES)


def _node(tag: str, *parts: bytes) -> bytes:
    hasher = blake3(f"{tag}:{len(parts)}:".encode())
    for part in parts:
        hasher.update(len(part).to_bytes(8, "little"))
        hasher.update(part)
    return hasher.digest()


def _digest(value: Any, within: tuple[int, ...]) -> bytes:
    if id(value) in within:
        return _node("cycle", str(within.index(id(value))).encode())
    kind = type(value)
    if kind in _PLAIN:
        return _node(kind.__name__, _PLAIN[kind](value))
    if isinstance(value, (type, enum.Enum)) or _is_function(value):
        return _node("name", _name(value).encode())
    if isinstance(value, np.dtype):
        return _node("dtype", str(value.descr if value.names else value.newbyteorder("<").str).encode())
    within = (*within, id(value))
    if isinstance(value, (np.ndarray, np.generic)):
        return _of_array(value, within)
    if kind in (list, tuple):
        return _node(kind.__name__, *(_digest(item, within) for item in value))
    if kind in (set, frozenset):
        return _node("set", *sorted(_digest(item, within) for item in value))
    if kind is dict:
        return _of_items(value, within)
    if isinstance(value, np.random.RandomState):
        return _node("random state", _of_items(value.get_state(legacy=False), within))
    if isinstance(value, np.random.Generator):
        return _node("generator", _of_items(value.bit_generator.state, within))
    if hasattr(value, "tocsr") and hasattr(value, "nnz"):
        return _of_sparse(value, within)
    return _of_object(value, within)


_PLAIN = {
    type(None): lambda value: b"",
    bool: lambda value: b"1" if value else b"0",
    int: lambda value: str(value).encode(),
    float: lambda value: b"nan" if math.isnan(value) else value.hex().encode(),
    complex: lambda value: repr(value).encode(),
    str: lambda value: value.encode("utf-8", "surrogatepass"),
    bytes: bytes,
    bytearray: bytes,
}


def _is_function(value: Any) -> bool:
    return callable(value) and hasattr(value, "__qualname__") and not hasattr(value, "__dict__") or (
        type(value).__name__ in ("function", "builtin_function_or_method", "ufunc", "cython_function_or_method")
    )


def _name(value: Any) -> str:
    if isinstance(value, enum.Enum):
        return f"{_name(type(value))}.{value.name}"
    name = f"{getattr(value, '__module__', None) or ''}:{getattr(value, '__qualname__', value.__name__)}"
    if "<lambda>" in name or "<locals>" in name:
        raise StepRefused(
            f"a fitted object holds {name}, which nobody can load again",
            next_step="Define it at the top of a module.",
        )
    return name


def _of_array(value: np.ndarray | np.generic, within: tuple[int, ...]) -> bytes:
    shape = repr(np.shape(value)).encode()
    if isinstance(value, np.ma.MaskedArray):
        mask = np.ma.getmaskarray(value)
        return _node("masked", _of_array(mask, within), _of_array(value.filled(value.dtype.type()), within))
    array = np.asarray(value)
    if array.dtype.names:
        fields = [_node(name, _of_array(array[name], within)) for name in array.dtype.names]
        return _node("record array", shape, *fields)
    if array.dtype.hasobject:
        return _node("object array", shape, *(_digest(item, within) for item in array.reshape(-1).tolist()))
    array = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    if array.dtype.kind in "fc":
        array = np.where(np.isnan(array), array.dtype.type(np.nan), array)
    return _node("array", array.dtype.str.encode(), shape, array.tobytes())


def _of_items(items: dict[Any, Any], within: tuple[int, ...]) -> bytes:
    return _node("dict", *sorted(_digest(key, within) + _digest(value, within) for key, value in items.items()))


def _of_sparse(value: Any, within: tuple[int, ...]) -> bytes:
    rows = value.tocsr(copy=True)
    rows.sum_duplicates()
    parts = (rows.data, rows.indices.astype(np.int64), rows.indptr.astype(np.int64))
    shape = repr(value.shape).encode()
    return _node("sparse", _name(type(value)).encode(), shape, *(_of_array(part, within) for part in parts))


def _of_object(value: Any, within: tuple[int, ...]) -> bytes:
    """Digest whatever says, as for pickling, how it is made again and what state it is in."""
    try:
        reduced = value.__reduce_ex__(2)
    except TypeError as error:
        found = _name(type(value))
        raise StepRefused(f"a fitted object holds a {found}, which cannot be kept", found=str(error)) from error
    if isinstance(reduced, str):
        return _node("global", reduced.encode())
    make, arguments, state, items, pairs = (*reduced, None, None, None)[:5]
    if isinstance(state, dict):
        state = {key: item for key, item in state.items() if key != _VERSION_STAMP}
    made = _name(arguments[0] if make is copyreg.__newobj__ else make)
    if make is copyreg.__newobj__:
        arguments = arguments[1:]
    return _node(
        "object",
        _name(type(value)).encode(),
        made.encode(),
        _digest(tuple(arguments), within),
        _digest(state, within),
        _digest(list(items or ()), within),
        _of_items(dict(pairs or ()), within),
    )

"""Cell by cell: which of two columns' cells are not equal, whatever types they are kept in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def unequal(one: pa.Array, other: pa.Array) -> np.ndarray:
    """Say of each row whether its cells differ; both columns of one length `n`, the answer `(n,)` of bool.

    Null equals null. Numbers are equal by value, floats also by sign (0.0 is not -0.0), instants
    whatever their time zone; a text is no number, and a truth value none either.
    """
    one, other = _plain(one, other)
    differ = _differ(one, other)
    if not one.null_count and not other.null_count:
        return differ
    valid = [column.is_valid().to_numpy(zero_copy_only=False) for column in (one, other)]
    return (valid[0] != valid[1]) | (valid[0] & valid[1] & differ)


def _plain(one: pa.Array, other: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Bring both to one type where their values can be compared: categories to codes, or to what they stand for."""
    if pa.types.is_dictionary(one.type) and pa.types.is_dictionary(other.type):
        if not pa.types.is_floating(one.type.value_type) and one.dictionary.equals(other.dictionary):
            return one.indices, other.indices
    one, other = (
        column.dictionary_decode() if pa.types.is_dictionary(column.type) else column for column in (one, other)
    )
    if one.type == other.type and not pa.types.is_floating(one.type):
        return one, other
    return _one_form(one), _one_form(other)


def _one_form(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_string(kind):
        return column.cast(pa.large_string())
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("ns" if kind.unit == "ns" else "us", "UTC" if kind.tz else None))
    if pa.types.is_floating(kind):
        return column.cast(pa.float64())
    return column.cast(pa.int64()) if pa.types.is_integer(kind) and not pa.types.is_uint64(kind) else column


def _differ(one: pa.Array, other: pa.Array) -> np.ndarray:
    """Say where two columns differ; what it says where either is null counts for nothing."""
    if one.type != other.type:
        return _of_two_kinds(one, other)
    if pa.types.is_floating(one.type):
        one, other = one.view(pa.int64()), other.view(pa.int64())
    try:
        found = pc.not_equal(one, other)
    except pa.ArrowNotImplementedError:
        pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
        return np.array([repr(a) != repr(b) for a, b in pairs], dtype=bool)
    return found.fill_null(False).to_numpy(zero_copy_only=False)


def _of_two_kinds(one: pa.Array, other: pa.Array) -> np.ndarray:
    """Say where whole numbers and floats differ, to the last digit; any other two kinds differ everywhere."""
    if pa.types.is_floating(one.type):
        one, other = other, one
    if not (pa.types.is_integer(one.type) and pa.types.is_floating(other.type)):
        return np.ones(len(one), dtype=bool)
    whole, number = one.fill_null(0).to_numpy(), other.fill_null(0.5).to_numpy(zero_copy_only=False)
    fits = (number >= -(2.0**63)) & (number < 2.0**63) & (np.trunc(number) == number)
    return ~fits | (np.where(fits, number, 0).astype(np.int64) != whole)

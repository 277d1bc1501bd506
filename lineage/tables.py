"""A table as Arrow columns: the one form in which it is digested, written and read back.

A dataset is a DataFrame whose index `row` holds 64-bit ids. Here it becomes an Arrow table whose
first column is `row`, and comes back equal: every allowed pandas dtype has exactly one Arrow type.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from blake3 import blake3

from lineage.cells import column_digest, each_column, in_one_piece, type_text
from lineage.digest import DIGEST_BYTES, canonical_json
from lineage.errors import NotDigestible

ROW = "row"

_PANDAS = {
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
    pa.string(): pd.StringDtype(na_value=np.nan),
    pa.large_string(): pd.StringDtype(na_value=np.nan),
}


def table_of(frame: pd.DataFrame) -> pa.Table:
    """Turn a frame into an Arrow table, its index first as column `row`; NaN of a float column becomes null.

    Raises:
        NotDigestible: the index is not of integers, a column name is not text, is `row` or is there
            twice, or a column holds something Arrow cannot.
    """
    names = list(frame.columns)
    _refuse_names(names)
    if frame.index.dtype != np.int64:
        raise NotDigestible("the index of a table", expected="row ids, int64", found=str(frame.index.dtype))
    arrays = each_column(_array_of, frame.items(), rows=len(frame))
    return pa.Table.from_arrays([pa.array(frame.index.to_numpy()), *arrays], names=[ROW, *names])


def frame_of(table: pa.Table) -> pd.DataFrame:
    """Turn an Arrow table made by `table_of` back into the frame, index and dtypes as they were."""
    frame = table.drop_columns(ROW).to_pandas(types_mapper=_pandas_type, ignore_metadata=True)
    frame.index = pd.Index(table.column(ROW).to_numpy(), name=ROW)
    for name in _without_values(frame):
        texts = pd.CategoricalDtype(pd.Index([], dtype="str"), frame[name].cat.ordered)
        frame[name] = pd.Categorical.from_codes(frame[name].cat.codes, dtype=texts)
    return frame


def _without_values(frame: pd.DataFrame) -> list[str]:
    """Name the categories without any value, of which pandas forgets that they were texts."""
    kinds = {name: kind for name, kind in frame.dtypes.items() if isinstance(kind, pd.CategoricalDtype)}
    return [name for name, kind in kinds.items() if kind.categories.dtype == object]


def digest_frame(frame: pd.DataFrame, known: dict[str, bytes] | None = None) -> str:
    """Digest all logical content of a table: row ids and their order, column names, order, types and every cell.

    NaN and null of a float column are the same; 0.0 and -0.0 are not. The order of a category's
    values counts, and so do values no row has. `known` is as for `digest_table`.

    Raises:
        NotDigestible: the index is not of integers, a column name is not text or is there twice,
            or a column holds something Arrow cannot.
    """
    if not known:
        return digest_table(table_of(frame), known)
    _digest_columns(table_of(frame[[name for name in frame if name not in known]]), known)
    return _digest(table_of(frame.iloc[:0]).schema, len(frame), known)


def digest_table(table: pa.Table, known: dict[str, bytes] | None = None) -> str:
    """Digest all logical content of an Arrow table, however its columns are chunked, sliced or padded.

    `known` are digests of columns, by name, that need not be made again; the others are added to it.

    Raises:
        NotDigestible: a column is of a type that has no canonical form (a union).
    """
    digests = {} if known is None else known
    _digest_columns(table, digests)
    return _digest(table.schema, table.num_rows, digests)


def _digest_columns(table: pa.Table, known: dict[str, bytes]) -> None:
    """Add the digests of a table's columns that are not known."""
    names = [name for name in table.column_names if name not in known]
    made = each_column(column_digest, ((table.column(name),) for name in names), rows=table.num_rows)
    known.update(zip(names, made, strict=True))


def _digest(schema: pa.Schema, rows: int, columns: Mapping[str, bytes]) -> str:
    types = [type_text(kind) for kind in schema.types]
    hasher = blake3(canonical_json([schema.names, types, rows]).encode())
    for name in schema.names:
        hasher.update(columns[name])
    return hasher.hexdigest(length=DIGEST_BYTES)


def _refuse_names(names: list[Any]) -> None:
    if wrong := [name for name in names if not isinstance(name, str)]:
        raise NotDigestible("column names of a table", expected="text", examples=map(repr, wrong), count=len(wrong))
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise NotDigestible("column names of a table are there more than once", examples=twice)
    if ROW in names:
        raise NotDigestible(f"a column of a table is named {ROW!r}", expected="the row ids to be its index")


def _array_of(name: str, column: pd.Series) -> pa.Array:
    dtype = column.dtype
    try:
        if dtype == np.float64:
            return pa.array(column.to_numpy(), from_pandas=True)
        if isinstance(dtype, pd.CategoricalDtype):
            return _dictionary_of(column.array)
        if isinstance(dtype, pd.DatetimeTZDtype):
            return _instants_of(column, dtype)
        array = in_one_piece(pa.array(column, from_pandas=True))
        return array.cast(pa.large_string()) if isinstance(dtype, pd.StringDtype) else array
    except (pa.ArrowException, UnicodeEncodeError) as error:
        raise NotDigestible(f"column {name!r} ({dtype}) holds what Arrow cannot", found=str(error)) from error


def _dictionary_of(values: pd.Categorical) -> pa.DictionaryArray:
    codes = values.codes.astype(np.int32)
    present = _array_of("categories", values.categories.to_series())
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), present, ordered=bool(values.ordered))


def _instants_of(column: pd.Series, dtype: pd.DatetimeTZDtype) -> pa.Array:
    instants = pa.array(column.dt.tz_convert(None).to_numpy(), from_pandas=True)
    return instants.view(pa.timestamp(dtype.unit, pa.lib.tzinfo_to_string(dtype.tz)))


@lru_cache(maxsize=256)
def _pandas_type(kind: pa.DataType) -> Any:
    if pa.types.is_float64(kind) or pa.types.is_dictionary(kind) or _is_time_of_ours(kind):
        return None
    return _PANDAS.get(kind) or pd.ArrowDtype(kind)


def _is_time_of_ours(kind: pa.DataType) -> bool:
    return (pa.types.is_timestamp(kind) or pa.types.is_duration(kind)) and kind.unit == "us"

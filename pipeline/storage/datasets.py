"""Datasets as Parquet: every dtype comes back as it was, categories with their order and the unused ones.

The row ids of a short dataset are its first column, `row`. Those of a longer one are left out: they
do not compress, and most datasets of a chain have the same, so they have a file of their own.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lineage.errors import NotDigestible
from lineage.tables import ROW, digest_frame, digest_table, frame_of, table_of
from pipeline.errors import StepRefused
from pipeline.listed import read_table
from pipeline.storage.codec import Codec, Encoded

ROWS_WORTH_A_FILE = 5_000
_CATEGORIES = b"headwater.categories"
LONGEST_METADATA_BYTES = 2**30
_ROWS_WORTH_THREADS = 20_000
_SAMPLE, _REPEATS = 4_096, 64


def _encode(frame: pd.DataFrame) -> Encoded:
    if not isinstance(frame, pd.DataFrame):
        raise StepRefused("a dataset to keep", expected="a DataFrame", found=type(frame).__name__)
    try:
        table = table_of(frame)
    except NotDigestible as error:
        raise _refused(error) from error
    ids = _ids_apart(table)
    kept = table if ids is None else table.drop_columns(ROW)
    known: dict[str, bytes] = {}
    digest = partial(digest_table, table, known)
    return Encoded(lambda: parquet(kept), digest, rows=len(frame), ids=ids, columns=known)


def digest_of(frame: pd.DataFrame, known: dict[str, bytes]) -> str:
    """Digest a dataset; `known` are digests of columns, by name, to which the others are added.

    Raises:
        StepRefused: it cannot be kept.
    """
    try:
        return digest_frame(frame, known)
    except NotDigestible as error:
        raise _refused(error) from error


def _refused(error: Exception) -> StepRefused:
    return StepRefused("a dataset to keep holds what Parquet cannot", found=str(error))


def _ids_apart(table: pa.Table) -> np.ndarray | None:
    """The row ids of a table that are worth a file of their own, shape (n,), or None."""
    if table.num_rows < ROWS_WORTH_A_FILE or table.num_columns == 1:
        return None
    ids = table.column(ROW).chunk(0).to_numpy()
    return ids if (ids[1:] > ids[:-1]).all() else None


def parquet(table: pa.Table, metadata: Mapping[bytes, bytes] | None = None) -> memoryview:
    """Write zstd Parquet: texts, and numbers of few values, as dictionaries, other numbers byte by byte.

    First bytes of all numbers together, then second ones, pack into less, in a third of the time. There
    are no statistics: in the order of row ids, which is random, every page holds every value. A column
    without nulls says so, which spares a mark for every value, here and when it is read. `metadata` are
    kept with the schema.

    Raises:
        StepRefused: a column holds what Parquet cannot.
    """
    categories = {
        field.name: table.column(field.name).chunk(0).dictionary
        for field in table.schema
        if pa.types.is_dictionary(field.type)
    }
    if categories:
        table = _decoded(table, categories)
    encodings, table = _encodings(table, categories), _told_of_nulls(table)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **(metadata or {})})
    sink = pa.BufferOutputStream()
    try:
        pq.write_table(table, sink, compression="zstd", write_statistics=False, **encodings)
    except pa.ArrowException as error:
        raise _refused(error) from error
    return memoryview(sink.getvalue())


def metadata_of(content: bytes) -> Mapping[bytes, bytes]:
    """Read what is kept with the schema of a Parquet file.

    Raises:
        pyarrow.ArrowException, OSError: it is no Parquet file.
    """
    return _opened(content).schema_arrow.metadata or {}


def _opened(content: bytes) -> pq.ParquetFile:
    return pq.ParquetFile(pa.BufferReader(content), thrift_string_size_limit=LONGEST_METADATA_BYTES)


def _encodings(table: pa.Table, categories: Iterable[str]) -> dict[str, list[str]]:
    """Which columns are written as dictionaries and which byte by byte; a name with a dot may mean a part of one."""
    columns = list(zip(table.column_names, table.columns, strict=True))
    listed = [name for name, column in columns if name in categories or _of_few_values(column)]
    numbers = [name for name, column in columns if _is_number(column.type) and "." not in name]
    return {"use_dictionary": listed, "use_byte_stream_split": [name for name in numbers if name not in listed]}


def _told_of_nulls(table: pa.Table) -> pa.Table:
    """Say in the schema which columns have nulls; one of the null type has to, even where it has no rows."""
    pairs = zip(table.schema, table.columns, strict=True)
    fields = [field.with_nullable(column.null_count > 0 or pa.types.is_null(field.type)) for field, column in pairs]
    return pa.Table.from_arrays(table.columns, schema=pa.schema(fields, table.schema.metadata))


def _of_few_values(column: pa.ChunkedArray) -> bool:
    """Whether it is text, or in a long column of floats or times some of a sample are there twice."""
    kind = column.type
    if not _is_number(kind) or pa.types.is_integer(kind) or len(column) < _ROWS_WORTH_THREADS:
        return kind == pa.large_string()
    sample = column.take(np.linspace(0, len(column) - 1, _SAMPLE, dtype=np.int64))
    return pc.count_distinct(sample).as_py() <= _SAMPLE - _REPEATS


def _is_number(kind: pa.DataType) -> bool:
    """Whether values are numbers or times of a fixed width in bytes."""
    return pa.types.is_primitive(kind) and not pa.types.is_boolean(kind)


def _decoded(table: pa.Table, categories: dict[str, pa.Array]) -> pa.Table:
    """Give the categories their values, readable by any tool, and keep the list of values beside them."""
    kept = {}
    for name, values in categories.items():
        position = table.schema.get_field_index(name)
        column = table.column(position)
        kept[name] = {"values": _as_text(values), "ordered": column.type.ordered}
        table = table.set_column(position, name, column.cast(values.type))
    return table.replace_schema_metadata({_CATEGORIES: json.dumps(kept)})


def _as_text(values: pa.Array) -> str:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, pa.schema([("values", values.type)])) as stream:
        stream.write_batch(pa.record_batch([values], names=["values"]))
    return base64.b64encode(sink.getvalue()).decode()


def _from_text(text: str) -> pa.Array:
    column = pa.ipc.open_stream(base64.b64decode(text)).read_all().column("values")
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)


def _decode(content: bytes, ids: np.ndarray | None = None, columns: Sequence[str] | None = None) -> pd.DataFrame:
    file = _opened(content)
    names = file.schema_arrow.names if columns is None else list(columns)
    asked = names if ids is not None or columns is None else [ROW, *names]
    table = read_table(file, content, asked).select(asked)
    kept = json.loads((file.schema_arrow.metadata or {}).get(_CATEGORIES, b"{}"))
    for name in kept.keys() & set(names):
        position, values = table.schema.get_field_index(name), _from_text(kept[name]["values"])
        codes = pc.index_in(table.column(position).combine_chunks(), value_set=values)
        column = pa.DictionaryArray.from_arrays(codes, values, ordered=kept[name]["ordered"])
        table = table.set_column(position, name, column)
    return frame_of(table if ids is None else table.add_column(0, ROW, pa.array(ids)))


DATASETS = Codec(
    suffix="parquet",
    encode=_encode,
    decode=_decode,
    digest=digest_frame,
    undecodable=(pa.ArrowException, OSError, ValueError, KeyError),
)

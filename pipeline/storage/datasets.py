"""Datasets as Parquet: every dtype comes back as it was, categories with their order and the unused ones."""

from __future__ import annotations

import base64
import json

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lineage.tables import digest_frame
from lineage.errors import NotDigestible
from lineage.tables import digest_table, frame_of, table_of
from pipeline.errors import StepRefused
from pipeline.storage.codec import Codec, Encoded

_CATEGORIES = b"headwater.categories"
_LONGEST_METADATA_BYTES = 2**30
_ROWS_WORTH_THREADS = 20_000


def _encode(frame: pd.DataFrame) -> Encoded:
    if not isinstance(frame, pd.DataFrame):
        raise StepRefused("a dataset to keep", expected="a DataFrame", found=type(frame).__name__)
    try:
        table = table_of(frame)
        content = _parquet(table)
    except (NotDigestible, pa.ArrowException) as error:
        raise StepRefused("a dataset to keep holds what Parquet cannot", found=str(error)) from error
    return Encoded(content, lambda: digest_table(table), rows=len(frame))


def _parquet(table: pa.Table) -> memoryview:
    """Write zstd Parquet; only text is dictionary-encoded, which is faster and after zstd no larger."""
    texts = [field.name for field in table.schema if field.type == pa.large_string()]
    categories = {
        field.name: table.column(field.name).chunk(0).dictionary
        for field in table.schema
        if pa.types.is_dictionary(field.type)
    }
    if categories:
        table = _decoded(table, categories)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", use_dictionary=[*texts, *categories])
    return memoryview(sink.getvalue())


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


def _decode(content: bytes) -> pd.DataFrame:
    file = pq.ParquetFile(pa.BufferReader(content), thrift_string_size_limit=_LONGEST_METADATA_BYTES)
    table = file.read(use_threads=file.metadata.num_rows > _ROWS_WORTH_THREADS)
    kept = json.loads((table.schema.metadata or {}).get(_CATEGORIES, b"{}"))
    for name, category in kept.items():
        position = table.schema.get_field_index(name)
        values = _from_text(category["values"])
        codes = pc.index_in(table.column(position).combine_chunks(), value_set=values)
        column = pa.DictionaryArray.from_arrays(codes, values, ordered=category["ordered"])
        table = table.set_column(position, name, column)
    return frame_of(table)


DATASETS = Codec(
    suffix="parquet",
    encode=_encode,
    decode=_decode,
    digest=digest_frame,
    undecodable=(pa.ArrowException, OSError, ValueError, KeyError),
)

"""Parquet files, which bring their own types.

Texts that repeat stand in a file as a list of values and, for every row, a number. Read as such and
looked up in the list at the end, they take half the time that the texts one by one do.
"""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import HeadwaterError, SourceRejected
from pipeline.ingestion.raw import LOOK, Raw, apart, refuse_names
from pipeline.ingestion.readers import Parquet
from pipeline.schema import normalised
from pipeline.texts import unmarked

_LENGTH_BYTES = 4
"""What a text that stands in a file as it is takes for its length alone."""


def raw_of_parquet(content: bytes, reader: Parquet, *, name: str) -> Raw:
    """Read the bytes of a Parquet file.

    Raises:
        SourceRejected: the bytes are truncated, damaged or no Parquet, or columns cannot be told apart.
    """
    try:
        table = _table(content, reader, name=name)
        frame, stated = apart(table.to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True))
        frame = normalised(frame.rename(columns=lambda column: str(column)))
    except HeadwaterError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceRejected(
            f"{name} is truncated, damaged or no Parquet", found=str(error)[:200], next_step=LOOK
        ) from error
    return Raw(name=name, frame=frame, label=lambda position: f"{name} row {position + 1}", stated=stated)


def _table(content: bytes, reader: Parquet, *, name: str) -> pa.Table:
    file = pq.ParquetFile(pa.BufferReader(content))
    refuse_names(file.schema_arrow.names, name=name, ids=reader.ids)
    if not (listed := _listed_texts(file)):
        return file.read()
    table = pq.ParquetFile(pa.BufferReader(content), read_dictionary=listed).read()
    for column in listed:
        table = table.set_column(table.schema.get_field_index(column), column, _looked_up(table.column(column)))
    return table


def _listed_texts(file: pq.ParquetFile) -> list[str]:
    """Name the columns of texts that the file holds as a list and numbers throughout.

    A writer that finds too many values for a list goes on with the texts as they are, and does not say so,
    but then they take more bytes. A name with a dot may mean a part of a column.
    """
    schema, metadata = file.schema_arrow, file.metadata
    if metadata.num_columns != len(schema):
        return []
    texts = [place for place, field in enumerate(schema) if _is_text(field.type) and "." not in field.name]
    groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
    return [schema.names[place] for place in texts if all(_is_listed(group.column(place)) for group in groups)]


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _is_listed(chunk: pq.ColumnChunkMetaData) -> bool:
    return chunk.has_dictionary_page and chunk.total_uncompressed_size < _LENGTH_BYTES * chunk.num_values


def _looked_up(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The texts themselves, by offsets of 64 bits, since repeated they may be long together."""
    texts = [unmarked(chunk.dictionary.cast(pa.large_string()).take(chunk.indices)) for chunk in column.chunks]
    return pa.chunked_array(texts, pa.large_string())

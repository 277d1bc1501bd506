"""Tables in Parquet files, the texts that repeat read as what they are in the file: a list, and a number for every row.

Looked up in the list at the end, they take half the time that the texts one by one do.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.texts import unmarked

_LENGTH_BYTES = 4
"""What a text that stands in a file as it is takes for its length alone."""

_ROWS_WORTH_IT = 20_000
"""Of a file; of a shorter one all columns are read as they come, on one thread."""


def read_table(file: pq.ParquetFile, content: bytes, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a table, all columns or some, of an opened file with this content.

    Raises:
        pyarrow.ArrowException, OSError: it cannot be read, or has no such column.
    """
    if file.metadata.num_rows < _ROWS_WORTH_IT:
        return file.read(columns, use_threads=False)
    listed = [name for name in _listed_texts(file) if columns is None or name in columns]
    if listed:
        file = pq.ParquetFile(pa.BufferReader(content), metadata=file.metadata, read_dictionary=listed)
    table = file.read(columns)
    for name in listed:
        table = table.set_column(table.schema.get_field_index(name), name, _looked_up(table.column(name)))
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
